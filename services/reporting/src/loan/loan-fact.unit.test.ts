import { catalogue, envelope } from '@ksbb/contracts';
import { collaborationEvents, entryOf } from '../collaboration/collaboration.ts';
import { loanEvents } from '../subscriptions.ts';
import { received } from '../testing/deliver.ts';
import { loanFactsOf } from './loan-fact.ts';

const factsOf = (name: string) => {
  const definition = catalogue.find((event) => event.name === name)!;
  return loanFactsOf(
    entryOf(received(envelope(definition, 'subject', 1, definition.example, new Date('2026-11-24T05:00:00Z')))),
  );
};

const about = {
  loanId: 'KSBB-0000-0000-0011.2',
  collaborationId: 'KSBB-0000-0000-0011',
  msmeId: 'osm-way-352856285',
  partner: 'amanah',
};
const origin = (service: string) => ({
  eventId: `${service}:subject@1`,
  service,
  version: 1,
  time: '2026-11-24T05:00:00.000Z',
});
const gateway = { ...origin('fintech-gateway'), ...about };

test.each<[string, object[]]>([
  ['commitment-confirmed', [{ ...origin('commitment'), ...about, kind: 'promised', amountRupiah: 6_000_000 }]],
  ['contract-forwarded', [{ ...gateway, kind: 'forwarded', amountRupiah: 6_000_000 }]],
  ['contract-signed', [{ ...gateway, kind: 'signed' }]],
  ['contract-declined', [{ ...gateway, kind: 'declined' }]],
  ['contract-cancelled', [{ ...gateway, kind: 'cancelled' }]],
  ['loan-written-off', [{ ...gateway, kind: 'written-off', repaidRupiah: 2_000_000 }]],
  ['loan-disbursed', [{ ...gateway, kind: 'disbursed', amountRupiah: 6_000_000, owedRupiah: 6_000_000 }]],
  ['repayment-received', [{ ...gateway, kind: 'repayment', repaidRupiah: 2_000_000, outstandingRupiah: 4_000_000 }]],
  ['loan-repaid', [{ ...gateway, kind: 'repaid', amountRupiah: 6_000_000 }]],
  [
    'fund-relent',
    [
      {
        ...origin('fintech-gateway'),
        loanId: 'KSBB-0000-0000-0022.1',
        collaborationId: 'KSBB-0000-0000-0022',
        msmeId: 'gen-0000042',
        partner: 'amanah',
        kind: 'relent',
        amountRupiah: 6_000_000,
        fromLoanId: 'KSBB-0000-0000-0011.2',
      },
    ],
  ],
])('%s says of loans', (name, facts) => {
  expect(factsOf(name)).toEqual(facts);
});

test('other events say nothing of loans', () => {
  expect(factsOf('line-delivered')).toEqual([]);
});

test('exactly the events that say something of loans are subscribed to for them', () => {
  const saying = collaborationEvents.map(({ name }) => name).filter((name) => factsOf(name).length > 0);
  expect(saying.sort()).toEqual(loanEvents.map(({ name }) => name).sort());
});
