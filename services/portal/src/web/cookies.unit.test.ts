import { readCookie, setCookie } from './cookies.ts';

test('a cookie is found by its exact name', () => {
  const header = 'xksbb=1; ksbb=two=2; ksbb=3';
  expect(readCookie(header, 'ksbb')).toBe('two=2');
  expect(readCookie(header, 'sbb')).toBeUndefined();
  expect(readCookie(undefined, 'ksbb')).toBeUndefined();
});

test('a cookie is out of reach of scripts and other sites, and of http where the portal is on https', () => {
  const cookie = { name: 'a', value: 'b', path: '/c', maxAgeSeconds: 59.9 };
  expect(setCookie({ ...cookie, secure: false })).toBe('a=b; Path=/c; Max-Age=59; HttpOnly; SameSite=Strict');
  expect(setCookie({ ...cookie, secure: true })).toBe('a=b; Path=/c; Max-Age=59; HttpOnly; SameSite=Strict; Secure');
  expect(setCookie({ ...cookie, maxAgeSeconds: -5, secure: false })).toContain('Max-Age=0');
});
