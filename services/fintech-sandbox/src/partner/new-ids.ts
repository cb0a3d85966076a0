import { randomBytes, randomUUID } from 'node:crypto';
import type { Partner } from '../contract/record.ts';

/** Where new identifiers come from. */
export type NewIds = {
  contractNo: (partner: Partner) => string;
  /** Cannot be guessed: whoever has it may sign. */
  token: () => string;
  faultId: () => string;
};

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PREFIX: Record<Partner, string> = { amanah: 'AMN', lumbung: 'LMB' };

/** Identifiers from the system's random source: 80 bits in a contract number, 192 in a token. */
export function randomIds(): NewIds {
  return {
    contractNo: (partner) => `${PREFIX[partner]}-${[...randomBytes(16)].map((byte) => ALPHABET[byte % 32]).join('')}`,
    token: () => randomBytes(24).toString('base64url'),
    faultId: randomUUID,
  };
}
