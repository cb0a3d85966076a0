import { randomBytes } from 'node:crypto';
import { isCollaborationId, newCollaborationId, parseCollaborationId } from './collaboration-id.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const someIds = Array.from({ length: 200 }, () => newCollaborationId(randomBytes));

test('a new id has the promised shape and reads back as itself', () => {
  for (const id of someIds) {
    expect(id).toMatch(/^KSBB-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(parseCollaborationId(id)).toEqual({ ok: true, id });
    expect(isCollaborationId(id)).toBe(true);
  }
});

test('the check is the value modulo 37 by Crockford', () => {
  // 1 in the last data place has the value 1, so its check symbol is 1; 32 in the place before is 32 mod 37, which has
  // no letter.
  expect(isCollaborationId('KSBB-0000-0000-0011')).toBe(true);
  expect(isCollaborationId('KSBB-0000-0000-0010')).toBe(false);
});

test('a draw without a check letter is drawn again', () => {
  // 32 mod 37 = 32 has no letter among the 32; 1 has.
  const draws = [new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]), new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])];
  expect(newCollaborationId(() => draws.shift()!)).toBe('KSBB-0000-0000-0011');
  expect(draws).toHaveLength(0);
});

test('case, spaces, hyphens, the prefix, O for 0 and I or L for 1 are forgiven', () => {
  const id = 'KSBB-0000-0000-0011';
  for (const typed of ['ksbb-oooo-oooo-ooil', ' KSBB 0000 0000 0011 ', '000000000011', 'ksbb–0000–0000–0011']) {
    expect(parseCollaborationId(typed)).toEqual({ ok: true, id });
  }
});

test('an id whose data begins like the prefix is not cut', () => {
  const id = someIds[0]!;
  expect(parseCollaborationId(id.slice(5))).toEqual({ ok: true, id });
});

test('what is wrong is told apart', () => {
  expect(parseCollaborationId('KSBB-0000-0000-001')).toEqual({ ok: false, reason: 'wrong-length' });
  expect(parseCollaborationId('KSBB-0000-0000-001U')).toEqual({ ok: false, reason: 'unknown-character' });
  expect(parseCollaborationId('KSBB-0000-0000-0012')).toEqual({ ok: false, reason: 'wrong-check-character' });
  expect(parseCollaborationId('')).toEqual({ ok: false, reason: 'wrong-length' });
});

test('every wrong character and every swap of different neighbours is noticed', () => {
  for (const id of someIds.slice(0, 20)) {
    const letters = id.slice(5).replaceAll('-', '');
    for (let at = 0; at < letters.length; at += 1) {
      for (const other of ALPHABET) {
        if (other === letters[at]) continue;
        expect(parseCollaborationId(letters.slice(0, at) + other + letters.slice(at + 1)).ok).toBe(false);
      }
      const next = letters[at + 1];
      if (next === undefined || next === letters[at]) continue;
      const swapped = letters.slice(0, at) + next + letters[at] + letters.slice(at + 2);
      expect(parseCollaborationId(swapped).ok).toBe(false);
    }
  }
});
