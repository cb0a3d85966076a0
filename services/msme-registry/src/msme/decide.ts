import type { Msme, NeedDeclaration } from '@ksbb/contracts';
import type { MsmeEvent, MsmeState } from './msme.ts';
import { declareNeeds } from './needs.ts';

/** An MSME before it is listed: as it is public, with its needs as they were declared. */
export type MsmeFacts = Omit<Msme, 'msmeId' | 'needs' | 'listedAt'> & { needs: NeedDeclaration[] };

export type MsmeChanges = Partial<Pick<Msme, 'name' | 'category' | 'profile' | 'location' | 'photos'>> & {
  needs?: NeedDeclaration[];
};

export type MsmeCommand =
  /** Puts it on the map for the first time. `facts.sourceId` says where it was taken from; the same again adds nothing. */
  | { type: 'list'; msmeId: string; facts: MsmeFacts }
  | { type: 'update'; changes: MsmeChanges }
  | { type: 'verify' }
  | { type: 'delist'; reason: string }
  | { type: 'relist' };

export type MsmeRefusal =
  | { refused: 'unknown-msme' }
  | { refused: 'delisted-msme'; reason: string }
  /** Another MSME has been listed under this id. */
  | { refused: 'listed-from-elsewhere' };

type Decision = MsmeEvent[] | MsmeRefusal;

function list(state: MsmeState, msmeId: string, facts: MsmeFacts, now: Date): Decision {
  if (state.status !== 'absent')
    return state.msme.sourceId === facts.sourceId ? [] : { refused: 'listed-from-elsewhere' };
  const needs = declareNeeds(msmeId, facts.needs, [], now);
  return [{ type: 'msme-listed', data: { msmeId, ...facts, needs, listedAt: now.toISOString() } }];
}

/** The event that carries `after`, or nothing where it is as before. Values come parsed, their members in one order. */
function changed(before: Msme, after: Msme): MsmeEvent[] {
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ type: 'msme-updated', data: after }];
}

function update(msme: Msme, { needs, ...changes }: MsmeChanges, now: Date): Decision {
  const after = needs === undefined ? msme.needs : declareNeeds(msme.msmeId, needs, msme.needs, now);
  return changed(msme, { ...msme, ...changes, needs: after });
}

/** What follows from a command. A step that was made before adds nothing. */
export function decide(state: MsmeState, command: MsmeCommand, now: Date): Decision {
  if (command.type === 'list') return list(state, command.msmeId, command.facts, now);
  if (state.status === 'absent') return { refused: 'unknown-msme' };
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
