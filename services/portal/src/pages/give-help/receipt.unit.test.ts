import type { MakeCommitmentAnswer } from '@ksbb/contracts';
import { readCookie } from '../../web/security.ts';
import { clearReceipt, readReceipt, writeReceipt } from './receipt.ts';

const collaborationId = 'KSBB-0000-0000-0011';
const line = (n: number, covered: number): MakeCommitmentAnswer['lines'][number] => ({
  needId: `gen-000000${n}.face-mask`,
  msmeId: `gen-000000${n}`,
  lineId: covered === 0 ? null : `${collaborationId}.${n}`,
  requested: 10,
  covered,
  shortfallReason: covered === 10 ? null : 'already-covered',
});

const cookieOf = (headers: readonly string[]) => (name: string) => readCookie(headers[0]?.split(';', 1)[0], name);

test('the receipt travels in a cookie of its own page, in both languages, and is read back', () => {
  const cookies = writeReceipt(
    { collaborationId, pin: '012345', lines: [line(1, 10), line(2, 4), line(3, 0)] },
    { secure: true },
  );
  expect(cookies.map((cookie) => /Path=([^;]+)/.exec(cookie)?.[1])).toEqual([
    `/collaborations/${collaborationId}/receipt`,
    `/en/collaborations/${collaborationId}/receipt`,
  ]);
  expect(readReceipt(cookieOf(cookies))).toEqual({
    pin: '012345',
    short: [
      ['gen-0000002.face-mask', 10, 4, 'already-covered'],
      ['gen-0000003.face-mask', 10, 0, 'already-covered'],
    ],
    moreShort: 0,
  });
});

test('a receipt of fifty hostile needs still fits into a cookie, and says how many it left out', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789-';
  let seed = 7;
  const draw = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return letters[seed % letters.length] ?? 'a';
  };
  const lines = Array.from({ length: 50 }, () => ({
    ...line(1, 0),
    needId: `${Array.from({ length: 64 }, draw).join('')}.${Array.from({ length: 40 }, draw).join('')}`,
  }));
  const cookies = writeReceipt({ collaborationId, pin: '012345', lines }, { secure: true });
  for (const cookie of cookies) expect(cookie.length).toBeLessThan(4_096);
  const receipt = readReceipt(cookieOf(cookies));
  expect(receipt?.pin).toBe('012345');
  expect((receipt?.short.length ?? 0) + (receipt?.moreShort ?? 0)).toBe(50);
  expect(receipt?.moreShort).toBeGreaterThan(0);
});

test.each(['', 'nonsense', Buffer.from('{}').toString('base64url')])('%j is no receipt', (value) => {
  expect(readReceipt(() => value)).toBeNull();
});

test('once shown it is forgotten', () => {
  for (const cookie of clearReceipt(collaborationId, { secure: false }))
    expect(cookie).toMatch(/^ksbb_receipt=; .*Max-Age=0;/);
});
