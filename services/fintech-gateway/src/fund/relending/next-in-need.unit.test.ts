import { seededRandom } from '@ksbb/testkit';
import { type Candidate, nextInNeed } from './next-in-need.ts';

const candidate = (msmeId: string, other: Partial<Candidate> = {}): Candidate => ({
  msmeId,
  needId: `${msmeId}.capital`,
  kodeKecamatan: '31.71.01',
  verified: true,
  openRupiah: 100,
  declaredAt: '2026-11-01T00:00:00.000Z',
  ...other,
});
const early = '2026-10-31T23:59:59.999Z';
const idOf = (candidates: Candidate[], reached: string[] = []) =>
  nextInNeed(candidates, new Set(reached), 50)?.msmeId ?? null;

test('nobody where nobody is', () => {
  expect(nextInNeed([], new Set(), 50)).toBeNull();
});

test('nobody who is not verified', () => {
  expect(idOf([candidate('a', { verified: false })])).toBeNull();
});

test('nobody whose need is covered', () => {
  expect(idOf([candidate('a', { openRupiah: 0 })])).toBeNull();
});

test('the amount is what is there, and at most what is open', () => {
  expect(nextInNeed([candidate('a')], new Set(), 99)).toEqual({ msmeId: 'a', needId: 'a.capital', amountRupiah: 99 });
  expect(nextInNeed([candidate('a')], new Set(), 101)).toEqual({ msmeId: 'a', needId: 'a.capital', amountRupiah: 100 });
});

test('a district that was not reached goes before an MSME that waits longer', () => {
  expect(
    idOf([candidate('a', { declaredAt: early }), candidate('b', { kodeKecamatan: '31.71.02' })], ['31.71.01']),
  ).toBe('b');
});

test('where every district was reached, the longest wait', () => {
  expect(idOf([candidate('a'), candidate('b', { declaredAt: early })], ['31.71.01'])).toBe('b');
});

test('the longest wait goes before the larger need', () => {
  expect(idOf([candidate('a', { openRupiah: 900 }), candidate('b', { declaredAt: early })])).toBe('b');
});

test('of equal waits the larger open need', () => {
  expect(idOf([candidate('a'), candidate('b', { openRupiah: 101 })])).toBe('b');
});

test('of equal needs the first id, whatever the order they come in', () => {
  const { shuffled } = seededRandom(3);
  for (let round = 0; round < 20; round += 1) {
    expect(idOf(shuffled([candidate('c'), candidate('a'), candidate('b')]))).toBe('a');
  }
});
