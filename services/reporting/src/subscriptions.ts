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
import { collaborationEvents } from './collaboration/entry.ts';
import { addEventToItsCollaborations } from './reactions/add-event-to-its-collaborations.ts';
import { addEventToItsLoans } from './reactions/add-event-to-its-loans.ts';
import { archiveEveryEvent } from './reactions/archive-every-event.ts';
import { noteThatMsmeIsDelisted, noteThatMsmeIsListed } from './reactions/note-whether-msme-is-listed.ts';
import type { ReadModels } from './stores/read-models.ts';

/** The events that say something of a loan. */
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

/** Which event causes what here, and how it is safe to repeat. */
export const subscriptions: readonly Subscription<ReadModels>[] = [
  ...catalogue.map((event) => on(event, 'insert', archiveEveryEvent)),
  ...collaborationEvents.map((event) => on(event, 'insert', addEventToItsCollaborations)),
  ...loanEvents.map((event) => on(event, 'insert', addEventToItsLoans)),
  on(msmeListed, 'newest-wins', noteThatMsmeIsListed),
  on(msmeUpdated, 'newest-wins', noteThatMsmeIsListed),
  on(msmeDelisted, 'newest-wins', noteThatMsmeIsDelisted),
];
