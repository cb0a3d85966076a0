import type { SendingPlan } from '../contract/callbacks.ts';
import { contractOf } from '../contract/contract.ts';
import { type ContractCommand, decide, type Refusal } from '../contract/decide.ts';
import { type ContractRecord, happen, type Partner } from '../contract/record.ts';
import type { ContractStore } from '../stores/contracts.ts';

/**
 * Lets the contract of a reference decide on a command and keeps what happened, in one update.
 * Answers the contract afterwards, the refusal, or null where there is no such contract.
 */
export async function runCommand(
  { contracts, clock }: { contracts: Pick<ContractStore, 'update'>; clock: () => Date },
  { partner, reference }: { partner: Partner; reference: string },
  command: ContractCommand,
  plan?: SendingPlan,
): Promise<ContractRecord | Refusal | null> {
  const outcome: { refusal?: Refusal | undefined } = {};
  const record = await contracts.update(partner, reference, (latest) => {
    const now = clock();
    const decision = decide(contractOf(latest.events), command, now);
    outcome.refusal = 'refusal' in decision ? decision : undefined;
    return 'refusal' in decision || decision.events.length === 0 ? latest : happen(latest, decision.events, now, plan);
  });
  return outcome.refusal ?? record;
}
