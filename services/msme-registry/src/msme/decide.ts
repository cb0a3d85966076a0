import { type Msme, type Need, type NeedDeclaration, needKind, skillOf } from '@ksbb/contracts';
import type { MsmeEvent, MsmeState } from './msme.ts';

/** An MSME before it is listed: its public data, with its needs as declared. */
export type MsmeFacts = Omit<Msme, 'msmeId' | 'needs' | 'listedAt'> & { needs: NeedDeclaration[] };

export type MsmeChanges = Partial<Pick<Msme, 'name' | 'category' | 'profile' | 'location' | 'photos'>> & {
  needs?: NeedDeclaration[];
};

export type MsmeCommand =
  /** Puts the MSME on the map for the first time. `facts.sourceId` names its source. A repeat adds nothing. */
  | { type: 'list'; msmeId: string; facts: MsmeFacts }
  | { type: 'update'; changes: MsmeChanges }
  | { type: 'verify' }
  | { type: 'delist'; reason: string }
  | { type: 'relist' };

export type MsmeRefusal =
  | { refused: 'no-such-msme' }
  | { refused: 'delisted-msme'; reason: string }
  /** An MSME of another source has been listed under this id. */
  | { refused: 'listed-from-elsewhere' };

type Decision = MsmeEvent[] | MsmeRefusal;

function toNeed(msmeId: string, declared: NeedDeclaration, declaredAt: string): Need {
  const base = { needId: `${msmeId}.${needKind(declared)}`, declaredAt };
  switch (declared.package) {
    case 'goods':
      return { ...base, package: 'goods', item: declared.item, quantity: declared.quantity };
    case 'capital':
      return { ...base, package: 'capital', amountRupiah: declared.amountRupiah };
    case 'training':
      return {
        ...base,
        package: 'training',
        topic: declared.topic,
        skill: skillOf[declared.topic],
        seats: declared.seats,
      };
    default:
      return declared satisfies never;
  }
}

/** Both are made by `toNeed`, so their members have the same order. */
const same = (one: Need, other: Need) => JSON.stringify(one) === JSON.stringify(other);

/**
 * The needs of a declaration, in the order of their ids. An unchanged need keeps the day of its declaration. A new or
 * changed need is declared now.
 */
function declareNeeds(
  msmeId: string,
  declared: readonly NeedDeclaration[],
  before: readonly Need[],
  now: Date,
): Need[] {
  const needs = declared.map((declaration) => {
    const fresh = toNeed(msmeId, declaration, now.toISOString());
    const old = before.find((need) => need.needId === fresh.needId);
    return old !== undefined && same({ ...fresh, declaredAt: old.declaredAt }, old) ? old : fresh;
  });
  return needs.sort((one, other) => (one.needId < other.needId ? -1 : 1));
}

function list(state: MsmeState, msmeId: string, facts: MsmeFacts, now: Date): Decision {
  if (state.status !== 'absent')
    return state.msme.sourceId === facts.sourceId ? [] : { refused: 'listed-from-elsewhere' };
  const needs = declareNeeds(msmeId, facts.needs, [], now);
  return [{ type: 'msme-listed', data: { msmeId, ...facts, needs, listedAt: now.toISOString() } }];
}

/**
 * The event with the new state, or nothing where the state is unchanged. Both are parsed, so their members have one
 * order.
 */
function changed(before: Msme, after: Msme): MsmeEvent[] {
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ type: 'msme-updated', data: after }];
}

function update(msme: Msme, { needs, ...changes }: MsmeChanges, now: Date): Decision {
  const after = needs === undefined ? msme.needs : declareNeeds(msme.msmeId, needs, msme.needs, now);
  return changed(msme, { ...msme, ...changes, needs: after });
}

/** The events of a command, none where the step was taken before, or a refusal. */
export function decide(state: MsmeState, command: MsmeCommand, now: Date): Decision {
  if (command.type === 'list') return list(state, command.msmeId, command.facts, now);
  if (state.status === 'absent') return { refused: 'no-such-msme' };
  const { msme } = state;
  switch (command.type) {
    case 'update':
    case 'verify':
      if (state.status === 'delisted') return { refused: 'delisted-msme', reason: state.reason };
      return command.type === 'verify'
        ? changed(msme, { ...msme, verified: true })
        : update(msme, command.changes, now);
    case 'delist':
      return state.status === 'delisted' ? [] : [{ type: 'msme-delisted', data: { ...msme, reason: command.reason } }];
    case 'relist':
      return state.status === 'listed' ? [] : [{ type: 'msme-listed', data: { ...msme, listedAt: now.toISOString() } }];
    default:
      return command satisfies never;
  }
}
