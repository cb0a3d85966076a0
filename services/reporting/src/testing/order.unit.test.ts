import { catalogue, envelope } from '@ksbb/contracts';
import { folded } from './folded.ts';
import { disturbed, life, received, totalsOfLife } from './life.ts';

const inOrder = folded(life);

test('every event of the life fits its schema, and every kind of event is in it', () => {
  for (const event of life) expect(received(event).data).toEqual(event.data);
  expect(new Set(life.map(({ type }) => type))).toEqual(new Set(catalogue.map(({ type }) => type)));
});

test('what it adds up to is exact', () => {
  const { commitmentsConfirmed, commitmentsClosed, msmesHelped, goods, amanah, lumbung, bookkeeping, leadership } =
    totalsOfLife;
  expect(inOrder.totals).toMatchObject({ commitmentsConfirmed, commitmentsClosed, msmesHelped });
  const nothing = { promised: 0, reported: 0, confirmed: 0 };
  expect(inOrder.totals.goods).toEqual([
    goods,
    ...['glove', 'disinfectant', 'hand-sanitizer', 'hand-washing-station'].map((item) => ({ item, ...nothing })),
  ]);
  expect(inOrder.totals.loans).toEqual([amanah, lumbung]);
  const untaught = { promisedSeats: 0, scheduled: 0, held: 0, attended: 0, reported: 0 };
  expect(inOrder.totals.trainings).toEqual([
    bookkeeping,
    ...['digital-marketing', 'food-safety', 'product-photography', 'customer-service'].map((topic) => ({
      topic,
      ...untaught,
    })),
    leadership,
  ]);
});

test('delivered twice and reversed it comes to the same', () => {
  expect(JSON.stringify(folded([...life, ...life].reverse()))).toBe(JSON.stringify(inOrder));
});

test.each(Array.from({ length: 50 }, (_, seed) => seed))('disturbed by the seed %i it comes to the same', (seed) => {
  expect(JSON.stringify(folded(disturbed(life, seed)))).toBe(JSON.stringify(inOrder));
});

test.each(catalogue.map((definition) => [definition.name, definition] as const))(
  '%s twice, after its successor, changes nothing more',
  (_name, definition) => {
    const first = envelope(definition, 'KSBB-0000-0000-0011', 1, definition.example, new Date('2026-11-24T05:00:00Z'));
    const second = envelope(definition, 'KSBB-0000-0000-0011', 2, definition.example, new Date('2026-11-24T06:00:00Z'));
    expect(JSON.stringify(folded([second, first, second, first]))).toBe(JSON.stringify(folded([first, second])));
  },
);
