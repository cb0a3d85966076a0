import type { Msme, msmeDelisted, msmeListed, msmeUpdated, NewEvent } from '@ksbb/contracts';

/** One MSME in the registry. */
export type MsmeState =
  | { status: 'absent' }
  | { status: 'listed'; msme: Msme }
  /** Taken off the map. Its last public state stays, so that it can be listed again. */
  | { status: 'delisted'; msme: Msme; reason: string };

export type MsmeEvent = NewEvent<typeof msmeListed> | NewEvent<typeof msmeUpdated> | NewEvent<typeof msmeDelisted>;

export const initialState: MsmeState = { status: 'absent' };

/** Every event carries the full public state, so the state before it does not matter. */
export function evolve(_state: MsmeState, event: MsmeEvent): MsmeState {
  switch (event.type) {
    case 'msme-listed':
    case 'msme-updated':
      return { status: 'listed', msme: event.data };
    case 'msme-delisted': {
      const { reason, ...msme } = event.data;
      return { status: 'delisted', msme, reason };
    }
    default:
      return event satisfies never;
  }
}
