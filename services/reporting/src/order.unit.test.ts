import { catalogue, envelope } from '@ksbb/contracts';
import { received, reportsOf, shuffledWithRepeats } from './testing/deliver.ts';
import { scenario, totalsOfScenario } from './testing/scenario.ts';

const inOrder = reportsOf(scenario);

test('every event of the scenario fits its schema, and every type of event is in it', () => {
  for (const event of scenario) expect(received(event).data).toEqual(event.data);
  expect(new Set(scenario.map(({ type }) => type))).toEqual(new Set(catalogue.map(({ type }) => type)));
});

test('the totals are exact', () => {
  const { commitmentsConfirmed, commitmentsClosed, msmesHelped, goods, amanah, lumbung, bookkeeping, leadership } =
    totalsOfScenario;
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

test('delivered twice and in reverse order, the reports are the same', () => {
  expect(JSON.stringify(reportsOf([...scenario, ...scenario].reverse()))).toBe(JSON.stringify(inOrder));
});

test.each(Array.from({ length: 50 }, (_, seed) => seed))(
  'shuffled with repeats by the seed %i, the reports are the same',
  (seed) => {
    expect(JSON.stringify(reportsOf(shuffledWithRepeats(scenario, seed)))).toBe(JSON.stringify(inOrder));
  },
);

test.each(catalogue.map((definition) => [definition.name, definition] as const))(
  '%s delivered again, after its successor, changes nothing',
  (_name, definition) => {
    const first = envelope(definition, 'KSBB-0000-0000-0011', 1, definition.example, new Date('2026-11-24T05:00:00Z'));
    const second = envelope(definition, 'KSBB-0000-0000-0011', 2, definition.example, new Date('2026-11-24T06:00:00Z'));
    expect(JSON.stringify(reportsOf([second, first, second, first]))).toBe(JSON.stringify(reportsOf([first, second])));
  },
);
