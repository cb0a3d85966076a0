import { decide, type MsmeCommand, type MsmeFacts } from './decide.ts';
import { evolve, initialState, type MsmeEvent } from './msme.ts';

const msmeId = 'reg-1';
const then = new Date('2026-11-01T00:00:00.000Z');
const now = new Date('2026-11-24T03:00:00.000Z');

/** A market as an officer registers it. */
const facts: MsmeFacts = {
  name: 'Pasar Petojo',
  category: 'pasar',
  origin: 'registered',
  sourceId: 'registration:1',
  profile: { id: 'Pasar di Petojo Utara, Gambir.', en: 'A market in Petojo Utara, Gambir.' },
  location: { lat: -6.162739, lon: 106.812031 },
  area: {
    kodeKelurahan: '31.71.01.1003',
    kelurahan: 'Petojo Utara',
    kecamatan: 'Gambir',
    kota: 'Kota Administrasi Jakarta Pusat',
  },
  photos: [],
  verified: false,
  needs: [
    { package: 'goods', item: 'face-mask', quantity: 200 },
    { package: 'capital', amountRupiah: 6_000_000 },
    { package: 'training', topic: 'bookkeeping', seats: 4 },
  ],
};

const mask = {
  needId: 'reg-1.face-mask',
  declaredAt: then.toISOString(),
  package: 'goods',
  item: 'face-mask',
  quantity: 200,
} as const;
const capital = {
  needId: 'reg-1.capital',
  declaredAt: then.toISOString(),
  package: 'capital',
  amountRupiah: 6_000_000,
} as const;
const bookkeeping = {
  needId: 'reg-1.bookkeeping',
  declaredAt: then.toISOString(),
  package: 'training',
  topic: 'bookkeeping',
  skill: 'hard',
  seats: 4,
} as const;
const asListed = { ...facts, msmeId, needs: [bookkeeping, capital, mask], listedAt: then.toISOString() };

const listed: MsmeEvent = { type: 'msme-listed', data: asListed };
const delisted: MsmeEvent = { type: 'msme-delisted', data: { ...asListed, reason: 'closed down' } };

function given(...events: MsmeEvent[]) {
  const state = events.reduce(evolve, initialState);
  return {
    when: (command: MsmeCommand) => ({
      gives: (outcome: unknown) => expect(decide(state, command, now)).toEqual(outcome),
    }),
  };
}

const list: MsmeCommand = { type: 'list', msmeId, facts };
const update = (changes: Extract<MsmeCommand, { type: 'update' }>['changes']): MsmeCommand => ({
  type: 'update',
  changes,
});

describe('list', () => {
  test('keeps the verification of the source', () => {
    expect(decide(initialState, { type: 'list', msmeId, facts: { ...facts, verified: true } }, now)).toMatchObject([
      { data: { verified: true } },
    ]);
    expect(decide(initialState, list, now)).toMatchObject([{ data: { verified: false } }]);
  });

  test('puts an MSME on the map with its needs declared now and in the order of their ids', () => {
    const declaredAt = now.toISOString();
    given()
      .when(list)
      .gives([
        {
          type: 'msme-listed',
          data: {
            ...asListed,
            listedAt: declaredAt,
            needs: [
              { ...bookkeeping, declaredAt },
              { ...capital, declaredAt },
              { ...mask, declaredAt },
            ],
          },
        },
      ]);
  });

  test('adds nothing where the same was listed before, on the map or not', () => {
    given(listed).when(list).gives([]);
    given(listed, delisted).when(list).gives([]);
  });

  test('refuses an id that was listed from another source', () => {
    given(listed)
      .when({ ...list, facts: { ...facts, sourceId: 'registration:other' } })
      .gives({ refused: 'listed-from-elsewhere' });
  });
});

describe('update', () => {
  test('a soft topic is taught as a soft skill', () => {
    given(listed)
      .when(update({ needs: [{ package: 'training', topic: 'leadership', seats: 2 }] }))
      .gives([
        {
          type: 'msme-updated',
          data: {
            ...asListed,
            needs: [
              {
                needId: 'reg-1.leadership',
                declaredAt: now.toISOString(),
                package: 'training',
                topic: 'leadership',
                skill: 'soft',
                seats: 2,
              },
            ],
          },
        },
      ]);
  });

  test('carries the whole state, keeps the date of unchanged needs and dates the changed ones', () => {
    given(listed)
      .when(
        update({
          needs: [
            { package: 'goods', item: 'face-mask', quantity: 50 },
            { package: 'capital', amountRupiah: 6_000_000 },
          ],
        }),
      )
      .gives([
        {
          type: 'msme-updated',
          data: { ...asListed, needs: [capital, { ...mask, quantity: 50, declaredAt: now.toISOString() }] },
        },
      ]);
  });

  test('takes all needs away where none is declared', () => {
    given(listed)
      .when(update({ needs: [] }))
      .gives([{ type: 'msme-updated', data: { ...asListed, needs: [] } }]);
  });

  test('of the profile leaves the needs as they are', () => {
    const profile = { id: 'Baru.', en: 'New.' };
    given(listed)
      .when(update({ profile }))
      .gives([{ type: 'msme-updated', data: { ...asListed, profile } }]);
  });

  test('that changes nothing adds nothing, in whatever order the needs come', () => {
    given(listed)
      .when(update({ needs: facts.needs.toReversed(), profile: facts.profile }))
      .gives([]);
    given(listed).when(update({})).gives([]);
  });

  test('is refused for an MSME that does not exist or is delisted', () => {
    given()
      .when(update({ needs: [] }))
      .gives({ refused: 'no-such-msme' });
    given(listed, delisted)
      .when(update({ needs: [] }))
      .gives({ refused: 'delisted-msme', reason: 'closed down' });
  });
});

describe('verify', () => {
  test('records once that an officer has seen the MSME', () => {
    const verified: MsmeEvent = { type: 'msme-updated', data: { ...asListed, verified: true } };
    given(listed).when({ type: 'verify' }).gives([verified]);
    given(listed, verified).when({ type: 'verify' }).gives([]);
  });

  test('is refused for an MSME that does not exist or is delisted', () => {
    given().when({ type: 'verify' }).gives({ refused: 'no-such-msme' });
    given(listed, delisted).when({ type: 'verify' }).gives({ refused: 'delisted-msme', reason: 'closed down' });
  });
});

describe('delist and relist', () => {
  test('delist takes it off the map with the reason, once', () => {
    given(listed).when({ type: 'delist', reason: 'closed down' }).gives([delisted]);
    given(listed, delisted).when({ type: 'delist', reason: 'another' }).gives([]);
  });

  test('relist puts it back as it was, listed now', () => {
    given(listed, delisted)
      .when({ type: 'relist' })
      .gives([{ type: 'msme-listed', data: { ...asListed, listedAt: now.toISOString() } }]);
  });

  test('relist adds nothing where it is on the map', () => {
    given(listed).when({ type: 'relist' }).gives([]);
  });

  test('both are refused for an MSME that is not there', () => {
    given().when({ type: 'delist', reason: 'closed down' }).gives({ refused: 'no-such-msme' });
    given().when({ type: 'relist' }).gives({ refused: 'no-such-msme' });
  });
});
