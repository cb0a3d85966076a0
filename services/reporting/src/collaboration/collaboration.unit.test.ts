import { catalogue, envelope, fundRelent } from '@ksbb/contracts';
import { received } from '../testing/deliver.ts';
import { scenario } from '../testing/scenario.ts';
import { collaborationEvents, collaborationsOf, entryOf, inOrder } from './collaboration.ts';

test('every event that names a collaboration belongs to its timeline', () => {
  const naming = catalogue.filter(({ data }) => 'collaborationId' in data.shape).map(({ name }) => name);
  expect(collaborationEvents.map(({ name }) => name).sort()).toEqual([...naming, 'fund-relent'].sort());
});

test('an entry says where it comes from', () => {
  const confirmed = scenario.find(({ type }) => type.includes('commitment-confirmed'))!;
  expect(entryOf(received(confirmed))).toEqual({
    eventId: 'commitment:KSBB-0000-0000-0011@1',
    service: 'commitment',
    version: 1,
    time: confirmed.time,
    event: 'commitment-confirmed',
    data: confirmed.data,
  });
  expect(collaborationsOf(entryOf(received(confirmed)))).toEqual(['KSBB-0000-0000-0011']);
});

test('relent money belongs to the collaborations that it comes from, goes to, and was given in first', () => {
  const lots = [
    { donorCollaborationId: 'KSBB-0000-0000-0055', generation: 3, amountRupiah: 1 },
    { donorCollaborationId: 'KSBB-0000-0000-0011', generation: 2, amountRupiah: 5_999_999 },
  ];
  const relent = envelope(fundRelent, 'fund', 1, { ...fundRelent.example, lots }, new Date());
  expect(collaborationsOf(entryOf(received(relent)))).toEqual([
    'KSBB-0000-0000-0011',
    'KSBB-0000-0000-0022',
    'KSBB-0000-0000-0055',
  ]);
});

test('facts are in the order of time, then of producer, version and id', () => {
  const at = (time: string, service: string, version: number, eventId: string) => ({ time, service, version, eventId });
  const sorted = [
    at('2026-11-24T05:00:00Z', 'training', 9, 'a'),
    at('2026-11-24T05:00:00.001Z', 'commitment', 2, 'z'),
    at('2026-11-24T05:00:00.001Z', 'commitment', 10, 'a'),
    at('2026-11-24T05:00:00.001Z', 'commitment', 10, 'b'),
    at('2026-11-24T05:00:00.001Z', 'training', 1, 'a'),
  ];
  expect(inOrder([...sorted].reverse())).toEqual(sorted);
  expect(inOrder([...sorted].sort(({ eventId: one }, { eventId: other }) => one.localeCompare(other)))).toEqual(sorted);
});
