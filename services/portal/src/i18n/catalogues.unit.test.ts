import { formatIn } from './format.ts';
import { pathIn, readPath, textsIn } from './language.ts';

type Node = { [key: string]: Node } | string | ((...parts: never[]) => string);

/** Every text by its place; those with gaps as they are with gaps filled. */
function texts(node: Node, place = ''): Map<string, string> {
  if (typeof node === 'string') return new Map([[place, node]]);
  if (typeof node === 'function') return new Map([[place, node.length === 0 ? node() : `${node.toString()}`]]);
  return new Map(Object.entries(node).flatMap(([key, child]) => [...texts(child, `${place}/${key}`)]));
}

const indonesian = texts(textsIn('id') as unknown as Node);
const english = texts(textsIn('en') as unknown as Node);

test('both languages say the same things', () => {
  expect([...english.keys()].sort()).toEqual([...indonesian.keys()].sort());
});

test('no text is empty, and no sentence stands in the other catalogue untranslated', () => {
  const sources = new Set(['/footer/boundaries', '/footer/statistics', '/footer/places']);
  for (const [place, text] of indonesian) {
    expect(text).not.toBe('');
    const isSentence = text.split(' ').length > 3 && !sources.has(place);
    expect({ place, text: isSentence ? english.get(place) : '' }).not.toEqual({ place, text });
  }
});

test('a page has its address in both languages', () => {
  for (const path of ['/', '/impact', '/collaborations/KSBB-0000-0000-0011', '/enclave']) {
    for (const language of ['id', 'en'] as const) expect(readPath(pathIn(language, path))).toEqual({ language, path });
  }
  expect(readPath('/en')).toEqual({ language: 'en', path: '/' });
});

test('numbers, money and times are written as each language writes them, in Jakarta time', () => {
  const plain = (text: string) => text.replaceAll(/\s/g, ' ');
  expect(plain(formatIn('id').rupiah(6_000_000))).toBe('Rp 6.000.000');
  expect(plain(formatIn('en').rupiah(6_000_000))).toBe('Rp 6,000,000');
  expect(formatIn('id').amount('goods', 1200)).toBe('1.200 buah');
  expect(formatIn('en').amount('training', 2)).toBe('2 seats');
  expect(formatIn('en').dateTime('2026-12-31T23:30:00.000Z')).toBe('1 January 2027 at 06:30 WIB');
  expect(formatIn('id').date('2026-12-26')).toBe('26 Desember 2026');
});
