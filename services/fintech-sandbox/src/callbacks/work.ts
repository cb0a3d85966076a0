import { type Callback, isStale, isTampered, settle } from '../contract/callbacks.ts';
import { contractOf } from '../contract/contract.ts';
import { type ContractCommand, decide } from '../contract/decide.ts';
import { append, type ContractRecord, dueWork, type Partner } from '../contract/record.ts';
import type { EventFeed } from '../stores/event-feed.ts';
import { type CallbackProtocol, sendCallback } from './send.ts';

export type WorkParts = {
  feed: Pick<EventFeed, 'append'>;
  protocols: Record<Partner, CallbackProtocol>;
  clock: () => Date;
  retryBaseMs: number;
  /** How long a month lasts for borrowers, who then pay automatically. With 0, only the admin API pays. */
  payEveryMs: number;
  onAttempt: (partner: Partner, outcome: Callback['status']) => void;
};

/** Changes a contract after a piece of work. It runs again where the contract has changed in the meantime. */
type Change = (record: ContractRecord) => ContractRecord;

const unchanged: Change = (record) => record;

async function publish(record: ContractRecord, { feed, protocols }: WorkParts): Promise<Change> {
  const published = record.events.length;
  for (let sequence = Math.max(record.published, 1); sequence < published; sequence += 1) {
    const { deliveryId, body } = protocols[record.partner].messageOf(record, sequence);
    await feed.append(deliveryId, body);
  }
  return (latest) => ({ ...latest, published: Math.max(latest.published, published) });
}

function run(command: ContractCommand, now: Date): Change {
  return (record) => {
    const decision = decide(contractOf(record.events), command, now);
    return 'refused' in decision ? record : append(record, decision, now);
  };
}

async function callBack(
  record: ContractRecord,
  next: Callback,
  { protocols, clock, retryBaseMs, onAttempt }: WorkParts,
): Promise<Change> {
  const protocol = protocols[record.partner];
  const message = protocol.messageOf(record, next.sequence);
  const attempt = await sendCallback(protocol, message, { tampered: isTampered(next), stale: isStale(next) }, clock());
  onAttempt(record.partner, settle(next, attempt, retryBaseMs).status);
  const isNext = ({ sequence, copy, status }: Callback) =>
    sequence === next.sequence && copy === next.copy && status === 'pending';
  return (latest) => ({
    ...latest,
    callbacks: latest.callbacks.map((callback) =>
      isNext(callback) ? settle(callback, attempt, retryBaseMs) : callback,
    ),
  });
}

/** Does the next piece of work on a contract if it is due, and returns the change that follows from it. */
export async function doDueWork(record: ContractRecord, parts: WorkParts): Promise<Change> {
  const now = parts.clock();
  const due = dueWork(record);
  if (due === null || due.at > now.getTime()) return unchanged;
  switch (due.work) {
    case 'publish':
      return publish(record, parts);
    case 'disburse':
      return run({ type: 'disburse', payEveryMs: parts.payEveryMs }, now);
    case 'repay':
      return run({ type: 'repay', instalments: [due.instalment] }, now);
    case 'call-back':
      return callBack(record, due.callback, parts);
    default:
      return due satisfies never;
  }
}
