import { faultsOf, SCENARIOS } from './scenarios.ts';

test.each(SCENARIOS)('%s has the same faults for the same seed, and others for another seed', (scenario) => {
  const faults = faultsOf(scenario, 'amanah', 7, 30);
  expect(faults).toHaveLength(30);
  expect(faultsOf(scenario, 'amanah', 7, 30)).toEqual(faults);
  expect(faultsOf(scenario, 'amanah', 8, 30)).not.toEqual(faults);
  for (const { partner, times } of faults) expect([partner, times >= 1 && times <= 2]).toEqual(['amanah', true]);
});

test('each scenario has its kinds of faults', () => {
  const kinds = (scenario: (typeof SCENARIOS)[number]) =>
    [
      ...new Set(faultsOf(scenario, 'lumbung', 1, 50).map(({ kind, status }) => `${kind} ${status ?? ''}`.trim())),
    ].toSorted();
  expect(kinds('outage')).toEqual(['status 503']);
  expect(kinds('expired-credentials')).toEqual(['status 401']);
  expect(kinds('rate-limited')).toEqual(['status 429']);
  expect(kinds('slow-day')).toEqual(['latency', 'slow-response']);
  expect(kinds('lost-answers')).toEqual(['lost-answer', 'reset']);
  expect(kinds('bad-day')).toEqual([
    'latency',
    'lost-answer',
    'reset',
    'slow-response',
    'status 429',
    'status 500',
    'status 503',
  ]);
});
