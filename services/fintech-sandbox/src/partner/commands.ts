import { randomBytes } from 'node:crypto';
import type { DeliveryPlan } from '../contract/callbacks.ts';
import { contractOf, initialState, type Terms } from '../contract/contract.ts';
import { type ContractCommand, decide, type Refusal } from '../contract/decide.ts';
import { append, type ContractRecord, type Partner } from '../contract/record.ts';
import type { ContractStore } from '../stores/contracts.ts';
import { PartnerRefusal } from './refusal.ts';

type Updating = { contracts: Pick<ContractStore, 'update'>; clock: () => Date };

export type Opening = {
  contracts: Pick<ContractStore, 'find' | 'findByContractNo' | 'insert'>;
  clock: () => Date;
  disburseAfterMs: number;
};

/** A partner's names of the fields that a refusal may name. */
export type FieldNames = { reference: string; parent: string; principal: string };

const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PREFIX: Record<Partner, string> = { amanah: 'AMN', lumbung: 'LMB' };

/** 80 random bits. */
function newContractNo(partner: Partner): string {
  return `${PREFIX[partner]}-${[...randomBytes(16)].map((byte) => BASE32[byte % 32]).join('')}`;
}

/** 192 random bits, since everyone who has the token may sign. */
function newToken(): string {
  return randomBytes(24).toString('base64url');
}

function refusalOf({ refused }: Refusal, fields: FieldNames): Error {
  switch (refused) {
    case 'other-terms':
      return new PartnerRefusal(refused, `${fields.reference} has a contract with other terms.`, {
        field: fields.reference,
      });
    case 'parent-not-signed':
      return new PartnerRefusal(refused, `${fields.parent} is no signed contract.`, { field: fields.parent });
    case 'principal-too-small':
      return new PartnerRefusal(refused, `${fields.principal} is smaller than one rupiah per instalment.`, {
        field: fields.principal,
      });
    default:
      return new Error(`opening a contract was refused as ${refused}`);
  }
}

async function isParentSigned({ contracts }: Opening, partner: Partner, { parentContractNo }: Terms): Promise<boolean> {
  const parent = parentContractNo === null ? null : await contracts.findByContractNo(partner, parentContractNo);
  if (parent === null) return false;
  const contract = contractOf(parent.events);
  return contract.status !== 'cancelled' && 'signedAt' in contract;
}

/**
 * Opens the one contract of a reference. Where it exists with the same terms, returns it.
 * @throws PartnerRefusal `other-terms`, `parent-not-signed`, `principal-too-small`
 */
export async function openContract(
  opening: Opening,
  partner: Partner,
  { reference, terms }: { reference: string; terms: Terms },
  fields: FieldNames,
): Promise<{ record: ContractRecord; created: boolean }> {
  const { contracts, clock, disburseAfterMs } = opening;
  const existing = await contracts.find(partner, reference);
  const parentSigned = await isParentSigned(opening, partner, terms);
  const now = clock();
  const state = existing ? contractOf(existing.events) : initialState;
  const decision = decide(state, { type: 'open', terms, parentSigned, disburseAfterMs }, now);
  if ('refused' in decision) throw refusalOf(decision, fields);
  if (existing) return { record: existing, created: false };
  const empty = {
    partner,
    reference,
    contractNo: newContractNo(partner),
    token: newToken(),
    events: [],
    callbacks: [],
    published: 0,
  };
  const record = append(empty, decision, now);
  if (await contracts.insert(record)) return { record, created: true };
  return openContract(opening, partner, { reference, terms }, fields);
}

/**
 * Decides on a command with the contract of a reference and stores the events, in one update.
 * Returns the contract afterwards, the refusal, or null where there is no such contract.
 */
export function runCommand(
  { contracts, clock }: Updating,
  { partner, reference }: { partner: Partner; reference: string },
  command: ContractCommand,
  plan?: DeliveryPlan,
): Promise<ContractRecord | Refusal | null> {
  return contracts.update(partner, reference, (latest) => {
    const now = clock();
    const decision = decide(contractOf(latest.events), command, now);
    if ('refused' in decision) return decision;
    return decision.length === 0 ? latest : append(latest, decision, now, plan);
  });
}

/**
 * Cancels a contract before it is paid out. A repeat changes nothing.
 * @throws PartnerRefusal `not-found`, or `paid-out` where it is too late
 */
export async function cancelContract(parts: Updating, partner: Partner, reference: string): Promise<ContractRecord> {
  const result = await runCommand(parts, { partner, reference }, { type: 'cancel' });
  if (result === null) throw new PartnerRefusal('not-found', 'There is no contract with this reference.');
  if ('refused' in result) throw new PartnerRefusal('paid-out', 'The money is paid out already.');
  return result;
}
