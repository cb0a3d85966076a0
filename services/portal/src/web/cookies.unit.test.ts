import { readCookie, setCookies } from './cookies.ts';

test('a cookie is found by its exact name', () => {
  const header = 'xksbb=1; ksbb=two=2; ksbb=3';
  expect(readCookie(header, 'ksbb')).toBe('two=2');
  expect(readCookie(header, 'sbb')).toBeUndefined();
  expect(readCookie(undefined, 'ksbb')).toBeUndefined();
});

test('a cookie is out of reach of scripts and other sites, and of http where the portal is on https', () => {
  const cookie = { name: 'a', value: 'b.c-d_e=', path: '/c', maxAgeSeconds: 59.9 };
  expect(setCookies({ ...cookie, secure: false })).toEqual([
    'a=b.c-d_e=; Max-Age=59; Path=/c; HttpOnly; SameSite=Strict',
    'a=b.c-d_e=; Max-Age=59; Path=/en/c; HttpOnly; SameSite=Strict',
  ]);
  expect(setCookies({ ...cookie, secure: true })[0]).toBe(
    'a=b.c-d_e=; Max-Age=59; Path=/c; HttpOnly; Secure; SameSite=Strict',
  );
  expect(setCookies({ ...cookie, maxAgeSeconds: -5, secure: false })[0]).toContain('Max-Age=0;');
});
