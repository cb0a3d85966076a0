import type { Lot } from '@ksbb/contracts';
import { sumOfLots } from '../../kernel/lots.ts';
import { seededRandom } from '@ksbb/testkit';
import { decide, type RelendingCommand } from './decide.ts';
import {
  evolve,
  initialState,
  type Relending,
  type RelendingEvent,
  relendingIdOf,
  relendingIdOfProposal,
} from './relending.ts';

const A = 'KSBB-0000-0000-0011';
const B = 'KSBB-0000-0000-0022';
const lot = (donorCollaborationId: string, generation: number, amountRupiah: number): Lot => ({
  donorCollaborationId,
  generation,
  amountRupiah,
});
const origin = { loanId: `${A}.2`, partner: 'amanah', instalments: 6 } as const;
const lots = [lot(A, 1, 60), lot(B, 1, 40)];

const open: RelendingCommand = { type: 'open', origin, lots };
const propose = (msmeId: string, amountRupiah = 1_000, approval = false): RelendingCommand => ({
  type: 'propose',
  to: { msmeId, needId: `${msmeId}.capital`, amountRupiah },
  approval,
});
const relendId = (n: number) => `relend.${A}.2.${n}`;
type Confirm = Extract<RelendingCommand, { type: 'confirm' }>;
const confirm = (n: number, msmeId: string, amountRupiah: number): Confirm => {
  return {
    type: 'confirm',
    relendId: relendId(n),
    loanId: `${B}.${n}`,
    collaborationId: B,
    msmeId,
    partner: 'amanah',
    amountRupiah,
  };
};
const refuse = (n: number): RelendingCommand => ({ type: 'refuse', relendId: relendId(n) });
const takeBack = (n: number): RelendingCommand => ({ type: 'take-back', loanId: `${B}.${n}` });

/** The state after these commands, each of which has to be accepted. */
function given(...commands: RelendingCommand[]): Relending {
  return commands.reduce<Relending>((state, command) => {
    const events = decide(state, command);
    if ('refused' in events) throw new Error(`${command.type}: ${events.refused}`);
    return events.reduce(evolve, state);
  }, initialState);
}

const proposed = (n: number, msmeId: string, amountRupiah: number, instalments = 6): RelendingEvent => ({
  type: 'relend-proposed',
  data: {
    relendId: relendId(n),
    fromLoanId: `${A}.2`,
    partner: 'amanah',
    msmeId,
    needId: `${msmeId}.capital`,
    amountRupiah,
    instalments,
  },
});
const relent = (n: number, msmeId: string, amountRupiah: number, parts: Lot[]): RelendingEvent => ({
  type: 'fund-relent',
  data: {
    relendId: relendId(n),
    fromLoanId: `${A}.2`,
    toLoanId: `${B}.${n}`,
    toCollaborationId: B,
    partner: 'amanah',
    msmeId,
    amountRupiah,
    lots: parts,
  },
});

test('an id is found from the loan and from any of its proposals', () => {
  expect(relendingIdOf(origin.loanId)).toBe(`relend.${A}.2`);
  expect(relendingIdOfProposal(relendId(12))).toBe(`relend.${A}.2`);
});

describe('opening', () => {
  test('money that came back waits', () => {
    expect(decide(initialState, open)).toEqual([{ type: 'relending-opened', data: { origin, lots } }]);
    expect(given(open)).toMatchObject({ status: 'waiting', pool: lots });
  });

  test('again: nothing', () => {
    expect(decide(given(open), open)).toEqual([]);
  });
});

describe('proposing', () => {
  test('all that is there, where the need is larger', () => {
    expect(decide(given(open), propose('warung-a'))).toEqual([proposed(1, 'warung-a', 100)]);
  });

  test('what is needed, where that is less', () => {
    expect(decide(given(open), propose('warung-a', 30))).toEqual([proposed(1, 'warung-a', 30)]);
  });

  test('no more instalments than rupiah', () => {
    expect(decide(given(open), propose('warung-a', 5))).toEqual([proposed(1, 'warung-a', 5, 5)]);
  });

  test.each([
    ['that has not come back', initialState],
    ['that is proposed already', given(open, propose('warung-a'))],
    ['that is all relent', given(open, propose('warung-a'), confirm(1, 'warung-a', 100))],
  ])('money %s: nothing', (_, state) => {
    expect(decide(state, propose('warung-b'))).toEqual([]);
  });

  test('the next time under the next number', () => {
    expect(decide(given(open, propose('warung-a'), refuse(1)), propose('warung-b'))).toEqual([
      proposed(2, 'warung-b', 100),
    ]);
  });
});

describe('confirming', () => {
  const out = given(open, propose('warung-a'));

  test('all of it: the lots go on in their next generation and the pool is empty', () => {
    const events = decide(out, confirm(1, 'warung-a', 100));
    expect(events).toEqual([relent(1, 'warung-a', 100, [lot(A, 2, 60), lot(B, 2, 40)])]);
    expect(given(open, propose('warung-a'), confirm(1, 'warung-a', 100))).toMatchObject({
      status: 'spent',
      pool: [],
      tried: ['warung-a'],
      relent: [{ relendId: relendId(1), loanId: `${B}.1`, returned: false }],
    });
  });

  test('a part: it is taken proportionally and the rest waits', () => {
    expect(decide(out, confirm(1, 'warung-a', 10))).toEqual([relent(1, 'warung-a', 10, [lot(A, 2, 6), lot(B, 2, 4)])]);
    expect(given(open, propose('warung-a'), confirm(1, 'warung-a', 10))).toMatchObject({
      status: 'waiting',
      pool: [lot(A, 1, 54), lot(B, 1, 36)],
    });
  });

  test('again, also later: nothing', () => {
    const command = confirm(1, 'warung-a', 10);
    expect(decide(given(open, propose('warung-a'), command), command)).toEqual([]);
    expect(decide(given(open, propose('warung-a'), command, propose('warung-b')), command)).toEqual([]);
    expect(decide(given(open, propose('warung-a'), command, takeBack(1)), command)).toEqual([]);
  });

  test.each<[string, Relending, RelendingCommand, string]>([
    ['what never came back', initialState, confirm(1, 'warung-a', 10), 'no-such-proposal'],
    ['what was not proposed', given(open), confirm(1, 'warung-a', 10), 'no-such-proposal'],
    ['another proposal', out, confirm(2, 'warung-a', 10), 'no-such-proposal'],
    ['another MSME', out, confirm(1, 'warung-b', 10), 'other-msme'],
    ['another partner', out, { ...confirm(1, 'warung-a', 10), partner: 'lumbung' }, 'other-partner'],
    ['more than was proposed', out, confirm(1, 'warung-a', 101), 'more-than-proposed'],
  ])('%s: refused', (_, state, command, refused) => {
    expect(decide(state, command)).toEqual({ refused });
  });
});

describe('refusing', () => {
  test('the proposal that is out: the money waits, and the MSME is not asked again', () => {
    const out = given(open, propose('warung-a'));
    expect(decide(out, refuse(1))).toEqual([
      { type: 'proposal-refused', data: { relendId: relendId(1), msmeId: 'warung-a' } },
    ]);
    expect(given(open, propose('warung-a'), refuse(1))).toMatchObject({
      status: 'waiting',
      pool: lots,
      tried: ['warung-a'],
    });
  });

  test.each([
    ['what was never proposed', given(open), 1],
    ['another than is out', given(open, propose('warung-a'), refuse(1), propose('warung-b')), 1],
  ])('%s: nothing', (_, state, n) => {
    expect(decide(state, refuse(n))).toEqual([]);
  });
});

describe('taking back', () => {
  const gone = [open, propose('warung-a'), confirm(1, 'warung-a', 100)] as const;

  test('a loan that does not come about: its money waits again in the generation it had', () => {
    expect(decide(given(...gone), takeBack(1))).toEqual([
      { type: 'money-returned', data: { loanId: `${B}.1`, lots: [lot(A, 2, 60), lot(B, 2, 40)] } },
    ]);
    expect(given(...gone, takeBack(1))).toMatchObject({
      status: 'waiting',
      pool: lots,
      tried: ['warung-a'],
      relent: [{ returned: true }],
    });
  });

  test('while the rest is proposed: the proposal stands', () => {
    const state = given(open, propose('warung-a'), confirm(1, 'warung-a', 10), propose('warung-b'), takeBack(1));
    expect(state).toMatchObject({
      status: 'proposed',
      proposal: { relendId: relendId(2), amountRupiah: 90 },
      pool: lots,
    });
  });

  test('only that loan', () => {
    const state = given(
      open,
      propose('warung-a'),
      confirm(1, 'warung-a', 10),
      propose('warung-b'),
      confirm(2, 'warung-b', 90),
      takeBack(2),
    );
    expect(state).toMatchObject({
      status: 'waiting',
      pool: [lot(A, 1, 54), lot(B, 1, 36)],
      relent: [{ returned: false }, { returned: true }],
    });
  });

  test.each([
    ['from money that never came back', initialState],
    ['a loan that was not paid with it', given(open)],
    ['again', given(...gone, takeBack(1))],
  ])('%s: nothing', (_, state) => {
    expect(decide(state, takeBack(1))).toEqual([]);
  });
});

test('whatever is proposed, covered, refused and taken back, the money stays whole', () => {
  const { below: next } = seededRandom(11);
  for (let round = 0; round < 200; round += 1) {
    let state = given({ type: 'open', origin, lots: [lot(A, 1, 1 + next(1_000)), lot(B, 1, 1 + next(1_000))] });
    const whole = 'pool' in state ? sumOfLots(state.pool) : 0;
    for (let step = 1; step < 30 && state.status !== 'spent'; step += 1) {
      const n = 'proposals' in state ? state.proposals : 0;
      const command: RelendingCommand =
        state.status === 'waiting'
          ? propose(`warung-${step}`, 1 + next(500))
          : next(3) === 0
            ? refuse(n)
            : next(4) === 0
              ? takeBack(1 + next(n))
              : confirm(
                  n,
                  state.status === 'proposed' ? state.proposal.msmeId : '',
                  1 + next(state.status === 'proposed' ? state.proposal.amountRupiah : 1),
                );
      const events = decide(state, command);
      if ('refused' in events) throw new Error(events.refused);
      state = events.reduce(evolve, state);
      if (!('pool' in state)) throw new Error('the money is gone');
      const lent = state.relent.filter(({ returned }) => !returned).reduce((sum, one) => sum + sumOfLots(one.lots), 0);
      expect(sumOfLots(state.pool) + lent).toBe(whole);
    }
  }
});

describe('where an officer decides', () => {
  const ask = propose('warung-a', 70, true);
  const proposal = { relendId: relendId(1), msmeId: 'warung-a', needId: 'warung-a.capital', amountRupiah: 70 };
  const approve = (n: number): RelendingCommand => ({ type: 'approve', relendId: relendId(n) });
  const turnDown = (n: number): RelendingCommand => ({ type: 'turn-down', relendId: relendId(n) });

  test('approval is asked for before anything goes out, once', () => {
    expect(decide(given(open), ask)).toEqual([{ type: 'approval-asked', data: proposal }]);
    expect(given(open, ask)).toMatchObject({ status: 'awaiting-approval', proposal, proposals: 1 });
    expect(decide(given(open, ask), propose('warung-b', 70, true))).toEqual([]);
  });

  test('approved, it is proposed under the same number; again: nothing', () => {
    expect(decide(given(open, ask), approve(1))).toEqual([proposed(1, 'warung-a', 70)]);
    expect(given(open, ask, approve(1))).toMatchObject({ status: 'proposed', proposals: 1 });
    expect(decide(given(open, ask, approve(1)), approve(1))).toEqual([]);
    expect(given(open, ask, approve(1), confirm(1, 'warung-a', 70))).toMatchObject({ status: 'waiting' });
  });

  test('turned down, the MSME has had its turn and the next is found under the next number', () => {
    expect(decide(given(open, ask), turnDown(1))).toEqual([
      { type: 'proposal-refused', data: { relendId: relendId(1), msmeId: 'warung-a' } },
    ]);
    expect(given(open, ask, turnDown(1))).toMatchObject({ status: 'waiting', tried: ['warung-a'], proposals: 1 });
    expect(decide(given(open, ask, turnDown(1)), propose('warung-b', 1, true))).toMatchObject([
      { data: { relendId: relendId(2) } },
    ]);
  });

  test.each<[string, Relending, RelendingCommand]>([
    ['approving what does not wait', given(open), approve(1)],
    ['approving another number', given(open, ask), approve(2)],
    ['approving another number than is proposed', given(open, propose('warung-a')), approve(2)],
    ['turning down what does not wait', given(open), turnDown(1)],
    ['turning down another number', given(open, ask), turnDown(2)],
    ['turning down what is proposed', given(open, ask, approve(1)), turnDown(1)],
  ])('%s: refused', (_, state, command) => {
    expect(decide(state, command)).toEqual({ refused: 'no-such-proposal' });
  });

  test('the commitment service has no say before', () => {
    expect(decide(given(open, ask), confirm(1, 'warung-a', 70))).toEqual({ refused: 'no-such-proposal' });
    expect(decide(given(open, ask), refuse(1))).toEqual([]);
  });

  test('money that comes back meanwhile joins the rest', () => {
    const state = given(
      open,
      propose('warung-a', 30),
      confirm(1, 'warung-a', 30),
      propose('warung-b', 70, true),
      takeBack(1),
    );
    expect(state).toMatchObject({ status: 'awaiting-approval', pool: lots });
  });
});
