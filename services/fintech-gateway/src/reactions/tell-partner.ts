import type {
  contractCancelled,
  contractDeclined,
  contractForwarded,
  contractSigned,
  EventOf,
  fundRelent,
  loanDisbursed,
  loanRepaid,
  loanWrittenOff,
  repaymentReceived,
} from '@ksbb/contracts';
import { RejectedEvent } from '@ksbb/messaging';
import { type EventType, eventType } from '../webhooks/event-types.ts';
import { PayloadTooLarge } from '../webhooks/outbox.ts';
import type { Reactions } from './reactions.ts';

type OwnEvent = EventOf<
  | typeof contractForwarded
  | typeof contractSigned
  | typeof contractDeclined
  | typeof contractCancelled
  | typeof loanDisbursed
  | typeof repaymentReceived
  | typeof loanRepaid
  | typeof loanWrittenOff
  | typeof fundRelent
>;

function eventTypeOf({ type }: OwnEvent): EventType {
  return eventType.parse(type.split('.')[2]);
}

/** What has happened to a loan is told to its partner's endpoints. The donor's own link stays out. */
export async function tellPartner(event: OwnEvent, { webhooks }: Reactions): Promise<void> {
  const { signUrl: _, ...data } = event.data as OwnEvent['data'] & { signUrl?: unknown };
  try {
    await webhooks.tell({ partner: data.partner, eventType: eventTypeOf(event), key: event.id, at: event.time, data });
  } catch (error) {
    if (error instanceof PayloadTooLarge) throw new RejectedEvent(error.message);
    throw error;
  }
}
