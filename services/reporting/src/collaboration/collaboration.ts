import {
  attendanceRecorded,
  commitmentClosed,
  commitmentConfirmed,
  contractCancelled,
  contractDeclined,
  contractForwarded,
  contractSigned,
  type EventDefinition,
  fundRelent,
  lineDelivered,
  lineReceiptConfirmed,
  lineReleased,
  loanDisbursed,
  loanRepaid,
  loanWrittenOff,
  type ReceivedEvent,
  repaymentReceived,
  type Timeline,
  trainingCancelled,
  trainingHeld,
  trainingReported,
  trainingScheduled,
} from '@ksbb/contracts';
import type { z } from 'zod';
import { forTimeline } from '../privacy.ts';

/** The events that belong to one collaboration or several. */
export const collaborationEvents = [
  commitmentConfirmed,
  lineDelivered,
  lineReceiptConfirmed,
  lineReleased,
  commitmentClosed,
  contractForwarded,
  contractSigned,
  contractDeclined,
  contractCancelled,
  loanDisbursed,
  repaymentReceived,
  loanRepaid,
  loanWrittenOff,
  fundRelent,
  trainingScheduled,
  attendanceRecorded,
  trainingHeld,
  trainingReported,
  trainingCancelled,
] as const;

type NamedData<D extends EventDefinition> = D extends EventDefinition
  ? { event: D['name']; data: z.output<D['data']> }
  : never;

/** Where a fact comes from and when it happened. */
export type Origin = { eventId: string; service: string; version: number; time: string };

/** One event as a collaboration keeps it. */
export type Entry = Origin & NamedData<(typeof collaborationEvents)[number]>;

/** @param event one of `collaborationEvents`, whose data fits its schema */
export function entryOf(event: ReceivedEvent): Entry {
  const [, service, name] = event.type.split('.');
  return {
    eventId: event.id,
    service,
    version: event.version,
    time: event.time,
    event: name,
    data: event.data,
  } as Entry;
}

/** The collaboration of a line or a loan. */
const collaborationOf = (id: string) => id.slice(0, id.lastIndexOf('.'));

/**
 * The collaborations that an event is about. Money that is relent belongs to the collaboration that it comes from, the
 * one that it goes to, and those of the donors who gave it first.
 */
export function collaborationsOf(entry: Entry): string[] {
  if (entry.event !== 'fund-relent') return [entry.data.collaborationId];
  const { fromLoanId, toCollaborationId, lots } = entry.data;
  return [...new Set([collaborationOf(fromLoanId), toCollaborationId, ...lots.map((lot) => lot.donorCollaborationId)])];
}

const compare = <T extends string | number>(one: T, other: T) => (one < other ? -1 : Number(one > other));

/** Sorts by time, then by producer and version, so that the order does not depend on when the events were received. */
export function inOrder<T extends Origin>(facts: readonly T[]): T[] {
  return facts.toSorted(
    (one, other) =>
      compare(Date.parse(one.time), Date.parse(other.time)) ||
      compare(one.service, other.service) ||
      compare(one.version, other.version) ||
      compare(one.eventId, other.eventId),
  );
}

/** Every event of a collaboration, oldest first. */
export function timelineOf(collaborationId: string, entries: readonly Entry[]): Timeline {
  return {
    collaborationId,
    entries: inOrder(entries).map(({ eventId, event, time, data }) => ({
      eventId,
      event,
      time,
      data: forTimeline(event, data),
    })),
  };
}
