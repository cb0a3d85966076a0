import { commitmentConfirmed, type EventOf, msmeListed } from '@ksbb/contracts';
import { RejectedEvent } from '@ksbb/messaging';
import { createRelender } from './fund/relender.ts';
import { decide as decideRelending, type RelendingCommand } from './fund/relending/decide.ts';
import { evolve as evolveRelending, initialState as noMoney, type Relending } from './fund/relending/relending.ts';
import { decide as decideLoan } from './loans/core/decide.ts';
import { evolve as evolveLoan, initialState as noLoan, type Loan } from './loans/core/loan.ts';
import { createLoanCommands } from './loans/loan-commands.ts';
import {
  capitalNeedOf,
  type Modules,
  requestLoansWhenDonorCommits,
  requestLoanWhenRelendIsConfirmed,
} from './reactions.ts';
import { exampleTerms, taken } from './testing/example-loan.ts';

const exampleMsme = msmeListed.data.parse(msmeListed.example);
const now = new Date('2026-11-25T00:00:00.000Z');

/** The modules on stores in memory, what these hold, and what was done besides. */
function modulesOn(loans: Record<string, Loan> = {}, relending: Relending = noMoney) {
  const done: string[] = [];
  const states = new Map(Object.entries(loans));
  let money = relending;
  const commands = createLoanCommands({
    loans: {
      decide: (async (id: string, ask: (loan: Loan) => ReturnType<typeof decideLoan>) => {
        const events = ask(states.get(id) ?? noLoan);
        if ('refused' in events) return events;
        const state = events.reduce(evolveLoan, states.get(id) ?? noLoan);
        states.set(id, state);
        return { id, version: 1, state, events };
      }) as never,
    },
    jobs: { add: async (loanId) => void done.push(`job ${loanId}`), addAgain: async () => undefined },
    hasPartner: (partner) => partner === 'amanah' || partner === 'lumbung',
    notify: (partner) => void done.push(`notify ${partner}`),
    clock: () => now,
  });
  const relender = createRelender({
    loans: {
      find: async (id) => {
        const loan = states.get(id) ?? noLoan;
        return loan.status === 'unknown' ? null : loan;
      },
      reachedKecamatan: async () => new Set(),
    },
    relendings: {
      load: async (id) => {
        done.push(`propose ${id}`);
        return null;
      },
      decide: (async (id: string, ask: (state: Relending) => ReturnType<typeof decideRelending>) => {
        const events = ask(money);
        if ('refused' in events) return events;
        money = events.reduce(evolveRelending, money);
        return { id, version: 1, state: money, events };
      }) as never,
      waiting: async () => [],
    },
    candidates: { shortlist: async () => [] },
    needsApproval: () => false,
  });
  const modules = { loans: commands, fund: { relender } } as unknown as Modules;
  return { modules, done, states };
}

type Confirmed = EventOf<typeof commitmentConfirmed>;
type Origin = Confirmed['data']['origin'];
const confirmed = (
  origin: Origin,
  lines = commitmentConfirmed.data.parse(commitmentConfirmed.example).lines,
): Confirmed =>
  ({ data: { ...commitmentConfirmed.data.parse(commitmentConfirmed.example), origin, lines } }) as Confirmed;
const capital = commitmentConfirmed.data
  .parse(commitmentConfirmed.example)
  .lines.filter((line) => line.package === 'capital');

const fromLoan = 'KSBB-0000-0000-0022.1';
const relendId = `relend.${fromLoan}.1`;
const relend: Origin = { kind: 'relend', relendId };
const msmeId = 'osm-way-352856285';
const requested = (terms = exampleTerms): Loan =>
  evolveLoan(noLoan, { type: 'loan-requested', data: { terms, at: now.toISOString() } });
const forwardedLoan = (
  decideLoan(requested(), { type: 'record-report', partner: 'amanah', report: taken }, now) as never[]
).reduce(evolveLoan, requested());

function proposedTo(to: string): Relending {
  const lots = [{ donorCollaborationId: 'KSBB-0000-0000-0022', generation: 1, amountRupiah: 9_000_000 }];
  const commands: RelendingCommand[] = [
    { type: 'open', origin: { loanId: fromLoan, partner: 'amanah', instalments: 3 }, lots },
    { type: 'propose', to: { msmeId: to, needId: `${to}.capital`, amountRupiah: 9_000_000 }, approval: false },
  ];
  return commands.reduce<Relending>(
    (state, command) => (decideRelending(state, command) as never[]).reduce(evolveRelending, state),
    noMoney,
  );
}

describe('a donor commits', () => {
  test('each capital line becomes a loan of new money, on its way to the partner; a repeat changes nothing', async () => {
    const { modules, done, states } = modulesOn();
    await requestLoansWhenDonorCommits(confirmed({ kind: 'donor' }), modules);
    await requestLoansWhenDonorCommits(confirmed({ kind: 'donor' }), modules);
    expect([...states.keys()]).toEqual(['KSBB-0000-0000-0011.2']);
    expect(states.get('KSBB-0000-0000-0011.2')).toMatchObject({
      status: 'requested',
      terms: {
        amountRupiah: 6_000_000,
        instalments: 3,
        kelurahan: 'Petojo Utara',
        kodeKecamatan: '31.71.01',
        lots: [{ donorCollaborationId: 'KSBB-0000-0000-0011', generation: 1, amountRupiah: 6_000_000 }],
        relentFrom: null,
      },
    });
    // The job again too, in case the first time ended in between.
    expect(done).toEqual(['job KSBB-0000-0000-0011.2', 'notify amanah', 'job KSBB-0000-0000-0011.2', 'notify amanah']);
  });

  test('a loan that went on meanwhile needs no job', async () => {
    const { modules, done } = modulesOn({ 'KSBB-0000-0000-0011.2': forwardedLoan });
    await requestLoansWhenDonorCommits(confirmed({ kind: 'donor' }), modules);
    expect(done).toEqual([]);
  });

  test('through a partner that does not exist: the event is rejected, and a person sees why', async () => {
    const { modules, done } = modulesOn();
    const lines = capital.map((line) => ({ ...line, partner: 'kencana' }));
    await expect(requestLoansWhenDonorCommits(confirmed({ kind: 'donor' }, lines), modules)).rejects.toThrow(
      new RejectedEvent('loan KSBB-0000-0000-0011.2 at kencana: no-such-partner'),
    );
    expect(done).toEqual([]);
  });

  test('is not what a relend does', async () => {
    const { modules, states } = modulesOn();
    await requestLoansWhenDonorCommits(confirmed(relend), modules);
    expect(states.size).toBe(0);
  });
});

describe('a relend is confirmed', () => {
  test('the loan is paid with the lots that leave the pool, also when the first time ended in between', async () => {
    const { modules, done, states } = modulesOn({ [fromLoan]: forwardedLoan }, proposedTo(msmeId));
    await requestLoanWhenRelendIsConfirmed(confirmed(relend, capital), modules);
    const loan = states.get('KSBB-0000-0000-0011.2');
    expect(loan).toMatchObject({
      terms: {
        lots: [{ donorCollaborationId: 'KSBB-0000-0000-0022', generation: 2, amountRupiah: 6_000_000 }],
        relentFrom: { loanId: fromLoan, partnerContractId: 'AMN-1' },
      },
    });
    states.delete('KSBB-0000-0000-0011.2');
    await requestLoanWhenRelendIsConfirmed(confirmed(relend, capital), modules);
    expect(states.get('KSBB-0000-0000-0011.2')).toEqual(loan);
    const once = ['job KSBB-0000-0000-0011.2', 'notify amanah', `propose relend.${fromLoan}`];
    expect(done).toEqual([...once, ...once]);
  });

  test('is not what a donor does', async () => {
    const { modules, done } = modulesOn({ [fromLoan]: forwardedLoan }, proposedTo(msmeId));
    await requestLoanWhenRelendIsConfirmed(confirmed({ kind: 'donor' }, capital), modules);
    expect(done).toEqual([]);
  });

  test.each<[string, Record<string, Loan>, Relending, typeof capital]>([
    ['without a capital line', { [fromLoan]: forwardedLoan }, proposedTo(msmeId), []],
    ['with two', { [fromLoan]: forwardedLoan }, proposedTo(msmeId), [...capital, ...capital]],
    ['of what was never proposed', { [fromLoan]: forwardedLoan }, noMoney, capital],
    ['for another MSME', { [fromLoan]: forwardedLoan }, proposedTo('somebody-else'), capital],
    ['from a loan that is not known', {}, proposedTo(msmeId), capital],
    ['from a loan that the partner never took', { [fromLoan]: requested() }, proposedTo(msmeId), capital],
  ])('%s: the event is rejected and no loan is requested', async (_, loans, relending, lines) => {
    const { modules, done } = modulesOn(loans, relending);
    await expect(requestLoanWhenRelendIsConfirmed(confirmed(relend, lines), modules)).rejects.toBeInstanceOf(
      RejectedEvent,
    );
    expect(done).toEqual([]);
  });
});

describe('what is kept of an MSME', () => {
  test('its capital need and its district', () => {
    expect(capitalNeedOf(exampleMsme, true)).toEqual({
      kodeKecamatan: '31.71.01',
      eligible: true,
      needId: 'osm-way-352856285.capital',
      declaredRupiah: 6_000_000,
      declaredAt: '2026-11-01T00:00:00.000Z',
    });
  });

  test('nothing to lend where it has no such need', () => {
    expect(capitalNeedOf({ ...exampleMsme, needs: [] }, true)).toMatchObject({
      needId: null,
      declaredRupiah: 0,
      declaredAt: null,
    });
  });

  test.each([
    [false, true],
    [true, false],
  ])('it is not eligible where verified is %s and listed is %s', (verified, isListed) => {
    expect(capitalNeedOf({ ...exampleMsme, verified }, isListed).eligible).toBe(false);
  });
});
