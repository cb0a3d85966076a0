import { contractOf, type Terms } from '../contract/contract.ts';
import { type ContractCommand, decide } from '../contract/decide.ts';
import { type ContractRecord, happen, type Partner } from '../contract/record.ts';
import type { ContractStore } from '../stores/contracts.ts';
import type { NewIds } from './new-ids.ts';
import { PartnerRefusal } from './refusal.ts';

export type Opening = {
  contracts: Pick<ContractStore, 'find' | 'findByContractNo' | 'insert'>;
  clock: () => Date;
  newIds: NewIds;
  disburseAfterMs: number;
};

type Fields = { reference: string; parent: string; principal: string };

function refused(refusal: string, fields: Fields): PartnerRefusal {
  switch (refusal) {
    case 'other-terms':
      return new PartnerRefusal('other-terms', `${fields.reference} has a contract with other terms.`, {
        field: fields.reference,
      });
    case 'parent-not-signed':
      return new PartnerRefusal('parent-not-signed', `${fields.parent} is no signed contract.`, {
        field: fields.parent,
      });
    case 'principal-too-small':
      return new PartnerRefusal(
        'principal-too-small',
        `${fields.principal} is smaller than one rupiah per instalment.`,
        { field: fields.principal },
      );
    default:
      throw new Error(`opening a contract was refused as ${refusal}`);
  }
}

async function isParentSigned({ contracts }: Opening, partner: Partner, { parentContractNo }: Terms): Promise<boolean> {
  const parent = parentContractNo === null ? null : await contracts.findByContractNo(partner, parentContractNo);
  if (parent === null) return false;
  const contract = contractOf(parent.events);
  return contract.status !== 'cancelled' && 'signedAt' in contract;
}

/**
 * Opens the one contract of a reference, or answers the one that is there with the same terms.
 * `fields` are the partner's names of the fields that a refusal may point to.
 * @throws PartnerRefusal `other-terms`, `parent-not-signed`, `principal-too-small`
 */
export async function openContract(
  opening: Opening,
  partner: Partner,
  reference: string,
  terms: Terms,
  fields: Fields,
): Promise<{ record: ContractRecord; created: boolean }> {
  const { contracts, clock, newIds, disburseAfterMs } = opening;
  const existing = await contracts.find(partner, reference);
  const command: ContractCommand = {
    type: 'open',
    terms,
    parentSigned: await isParentSigned(opening, partner, terms),
    disburseAfterMs,
  };
  const now = clock();
  const decision = decide(existing ? contractOf(existing.events) : { status: 'unopened' }, command, now);
  if ('refusal' in decision) throw refused(decision.refusal, fields);
  if (existing) return { record: existing, created: false };
  const record = happen(
    {
      partner,
      reference,
      contractNo: newIds.contractNo(partner),
      token: newIds.token(),
      events: [],
      callbacks: [],
      fed: 0,
    },
    decision.events,
    now,
  );
  if (await contracts.insert(record)) return { record, created: true };
  return openContract(opening, partner, reference, terms, fields);
}
