import { type Callback, isStale, isTampered, settle } from '../contract/callbacks.ts';
import { contractOf } from '../contract/contract.ts';
import { type ContractCommand, decide } from '../contract/decide.ts';
import { type ContractRecord, dueWork, happen, type Partner } from '../contract/record.ts';
import type { Feed } from '../stores/feed.ts';
import type { CallbackWire } from './message.ts';
import { sendCallback } from './send.ts';

export type WorkParts = {
  feed: Pick<Feed, 'append'>;
  wires: Record<Partner, CallbackWire>;
  clock: () => Date;
  retryBaseMs: number;
  /** How long a month takes to borrowers, who then pay by themselves; 0: they pay when told to. */
  payEveryMs: number;
  onAttempt: (partner: Partner, outcome: Callback['status']) => void;
};

/** What a finished piece of work makes of the contract, asked again where the contract changed meanwhile. */
type Outcome = (record: ContractRecord) => ContractRecord;

const unchanged: Outcome = (record) => record;

async function feedEvents(record: ContractRecord, { feed, wires }: WorkParts): Promise<Outcome> {
  const fed = record.events.length;
  for (let sequence = Math.max(record.fed, 1); sequence < fed; sequence += 1) {
    const { deliveryId, body } = wires[record.partner].messageOf(record, sequence);
    await feed.append(deliveryId, body);
  }
  return (latest) => ({ ...latest, fed: Math.max(latest.fed, fed) });
}

function carryOut(command: ContractCommand, now: Date): Outcome {
  return (record) => {
    const decision = decide(contractOf(record.events), command, now);
    return 'refusal' in decision ? record : happen(record, decision.events, now);
  };
}

async function callBack(
  record: ContractRecord,
  head: Callback,
  { wires, clock, retryBaseMs, onAttempt }: WorkParts,
): Promise<Outcome> {
  const wire = wires[record.partner];
  const attempt = await sendCallback(
    wire,
    wire.messageOf(record, head.sequence),
    { tampered: isTampered(head), stale: isStale(head) },
    clock(),
  );
  onAttempt(record.partner, settle(head, attempt, retryBaseMs).status);
  const isIt = ({ sequence, copy, status }: Callback) =>
    sequence === head.sequence && copy === head.copy && status === 'pending';
  return (latest) => ({
    ...latest,
    callbacks: latest.callbacks.map((callback) => (isIt(callback) ? settle(callback, attempt, retryBaseMs) : callback)),
  });
}

/** Does the next piece of work of a contract that is due, if any, and answers what it makes of the contract. */
export async function doDueWork(record: ContractRecord, parts: WorkParts): Promise<Outcome> {
  const now = parts.clock();
  const due = dueWork(record);
  if (due === null || due.at > now.getTime()) return unchanged;
  switch (due.work) {
    case 'feed':
      return feedEvents(record, parts);
    case 'disburse':
      return carryOut({ type: 'disburse', payEveryMs: parts.payEveryMs }, now);
    case 'repay':
      return carryOut({ type: 'repay', instalments: [due.instalment] }, now);
    case 'call-back':
      return callBack(record, due.callback, parts);
    default:
      return due satisfies never;
  }
}
