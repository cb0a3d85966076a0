import type { ContractRecord, Partner } from '../contract/record.ts';
import type { ContractStore } from '../stores/contracts.ts';
import { PartnerRefusal } from './refusal.ts';
import { runCommand } from './run-command.ts';

/**
 * Takes a contract back before it is paid out; again changes nothing.
 * @throws PartnerRefusal `not-found`, or `paid-out` where it is too late
 */
export async function cancelContract(
  parts: { contracts: Pick<ContractStore, 'update'>; clock: () => Date },
  partner: Partner,
  reference: string,
): Promise<ContractRecord> {
  const outcome = await runCommand(parts, { partner, reference }, { type: 'cancel' });
  if (outcome === null) throw new PartnerRefusal('not-found', 'There is no contract with this reference.');
  if ('refusal' in outcome) throw new PartnerRefusal('paid-out', 'The money is paid out already.');
  return outcome;
}
