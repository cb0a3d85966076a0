import type { LoanView } from '@ksbb/contracts';
import type { Refusal, Reply } from '../../services/call.ts';
import type { Services } from '../../services/clients.ts';
import { loadCollaboration } from './load.ts';

const id = 'KSBB-0000-0000-0011';
const away = { kind: 'unavailable', service: 'reporting' } as const;
const refusal: Refusal = {
  kind: 'refusal',
  service: 'fintech-gateway',
  status: 401,
  slug: 'unauthorized',
  errors: [],
  extensions: {},
};
const loan = (signUrl: string | null) =>
  ({ loanId: `${id}.1`, status: 'awaiting-signature', relentFrom: null, signUrl }) as LoanView;

/** The loans as the page shows them, and by which tokens they were asked for, where the gateway answers so. */
async function loansFor(token: string | undefined, answer: (bearer?: string) => Reply<{ items: LoanView[] }>) {
  const askedBy: (string | undefined)[] = [];
  const services = {
    commitment: {
      collaboration: async () => ({ kind: 'answer', value: { collaborationId: id } }),
      contacts: async () => away,
    },
    gateway: {
      loans: async (_: string, bearer?: string) => {
        askedBy.push(bearer);
        return answer(bearer);
      },
    },
    training: { trainings: async () => away },
    reporting: { timeline: async () => away },
  } as unknown as Services;
  const { loans } = await loadCollaboration(services, id, token);
  return { askedBy, loans };
}

const byToken = (bearer?: string): Reply<{ items: LoanView[] }> => {
  if (bearer === 'expired') return refusal;
  return { kind: 'answer', value: { items: [loan(bearer === undefined ? null : 'https://amanah.example/1')] } };
};

test('the donor sees where to sign', async () => {
  expect(await loansFor('token', byToken)).toEqual({ askedBy: ['token'], loans: [loan('https://amanah.example/1')] });
});

test('everyone else sees the loans without it, also by a token whose hour is over', async () => {
  expect(await loansFor(undefined, byToken)).toEqual({ askedBy: [undefined], loans: [loan(null)] });
  expect(await loansFor('expired', byToken)).toEqual({ askedBy: ['expired', undefined], loans: [loan(null)] });
});

test('a gateway that is away is not asked twice', async () => {
  expect(await loansFor('token', () => ({ kind: 'unavailable', service: 'fintech-gateway' }))).toEqual({
    askedBy: ['token'],
    loans: null,
  });
});
