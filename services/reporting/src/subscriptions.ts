import {
  catalogue,
  commitmentConfirmed,
  contractCancelled,
  contractDeclined,
  contractForwarded,
  contractSigned,
  fundRelent,
  loanDisbursed,
  loanRepaid,
  loanWrittenOff,
  msmeDelisted,
  msmeListed,
  msmeUpdated,
  repaymentReceived,
} from '@ksbb/contracts';
import { on, type Subscription } from '@ksbb/messaging';
import { collaborationEvents } from './collaboration/collaboration.ts';
import {
  addEventToItsCollaborations,
  addEventToItsLoans,
  archiveEveryEvent,
  noteThatMsmeIsDelisted,
  noteThatMsmeIsListed,
} from './reactions.ts';
import type { ReadModels } from './stores.ts';

/** The events that say something about a loan. */
export const loanEvents = [
  commitmentConfirmed,
  contractForwarded,
  contractSigned,
  contractDeclined,
  contractCancelled,
  loanDisbursed,
  repaymentReceived,
  loanRepaid,
  loanWrittenOff,
  fundRelent,
] as const;

/** Which event causes which reaction, and why the reaction may be repeated. */
export const subscriptions: readonly Subscription<ReadModels>[] = [
  ...catalogue.map((event) => on(event, 'insert', archiveEveryEvent)),
  ...collaborationEvents.map((event) => on(event, 'insert', addEventToItsCollaborations)),
  ...loanEvents.map((event) => on(event, 'insert', addEventToItsLoans)),
  on(msmeListed, 'newest-wins', noteThatMsmeIsListed),
  on(msmeUpdated, 'newest-wins', noteThatMsmeIsListed),
  on(msmeDelisted, 'newest-wins', noteThatMsmeIsDelisted),
];
