import { readFilters, readSelection, registryFilter, writeFilters } from './filters.ts';

const read = (query: string) => readFilters(new URLSearchParams(query));

test('an address is read and written back the same', () => {
  const query =
    'q=tahu&package=goods&category=kuliner&kecamatan=31.71.01&kelurahan=31.71.01.1003&open=true' +
    '&cursor=abc&msme=gen-0000001&msme=osm-way-1';
  expect(writeFilters(read(query)).toString()).toBe(query);
});

test('nothing chosen is an empty address', () => {
  expect(writeFilters(read('q=+&package=&category=&kecamatan=&kelurahan=&open=')).toString()).toBe('');
});

test('what is not understood is left out', () => {
  const filters = read('package=gold&category=bank&kecamatan=31.71&kelurahan=x&open=yes');
  expect(writeFilters(filters).toString()).toBe('');
});

test('a kelurahan counts only inside its kecamatan', () => {
  expect(read('kecamatan=31.71.01&kelurahan=31.71.02.1001').kelurahan).toBeUndefined();
  expect(read('kelurahan=31.71.01.1003').kelurahan).toBeUndefined();
  expect(read('kecamatan=31.71.01&kelurahan=31.71.01.1003').kelurahan).toBe('31.71.01.1003');
});

test('the registry is asked for the smaller area', () => {
  expect(registryFilter(read('kecamatan=31.71.01&kelurahan=31.71.01.1003')).kode).toBe('31.71.01.1003');
  expect(registryFilter(read('kecamatan=31.71.01')).kode).toBe('31.71.01');
  expect(registryFilter(read(''))).toEqual({
    q: undefined,
    package: undefined,
    category: undefined,
    kode: undefined,
    open: undefined,
  });
});

test('a selection keeps its order, holds each MSME once and drops what is no id', () => {
  expect(readSelection(new URLSearchParams('msme=b-2&msme=a-1&msme=b-2&msme=%3Cscript%3E&msme=NOPE'))).toEqual([
    'b-2',
    'a-1',
  ]);
});
