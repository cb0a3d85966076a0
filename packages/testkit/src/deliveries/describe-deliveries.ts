import { type Outcome, orders, outcomeOf, type Script, shuffledBy } from './deliveries.ts';
import { effectFaults } from './effects.ts';
import { differences } from './snapshot.ts';

const SHUFFLES = 5;

/** Byte for byte, with the first differing documents said. */
function expectSame(expected: Outcome, actual: Outcome): void {
  expect(differences(expected.database, actual.database)).toEqual([]);
  expect(actual).toEqual(expected);
}

/** Registers the tests that a service stands repeats and disorder, with every event that it takes. */
export function describeDeliveries<Deps>(service: string, script: Script<Deps>): void {
  describe(`${service}: events that come twice and in any order`, () => {
    let straight: Outcome;
    beforeAll(async () => {
      straight = await outcomeOf(script, orders.straight);
    });

    test('the script has every event that the service takes, and all of them are handled', () => {
      const inScript = new Set(script.events.map(({ type }) => type));
      expect(script.subscriptions.map(({ event }) => event.type).filter((type) => !inScript.has(type))).toEqual([]);
      expect(straight.dead).toEqual([]);
    });

    const disorders = Object.entries(orders).filter(([name]) => name !== 'straight');
    test.each(disorders)('%s they come to the same', async (_name, arrange) => {
      expectSame(straight, await outcomeOf(script, arrange));
    });

    test.each(Array.from({ length: SHUFFLES }, (_, seed) => seed))(
      'disturbed by the seed %i they come to the same',
      async (seed) => {
        expectSame(straight, await outcomeOf(script, shuffledBy(seed)));
      },
    );

    test('each reaction has the effect that the table names', async () => {
      expect(await effectFaults(script)).toEqual([]);
    });
  });
}
