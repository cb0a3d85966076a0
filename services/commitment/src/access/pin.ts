import { createHash, createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { Access } from '../commitment/commitment.ts';

type PinHash = Access['pin'];

/**
 * 4 MiB and about 15 ms for each guess. There are only a million PINs, so no cost that a person accepts prevents an
 * offline search. The cost slows down an attacker who has both database and secret. An attacker without the secret
 * cannot search.
 */
const COST = { N: 2 ** 12, r: 8, p: 1 };
const HASH_BYTES = 32;
const SALT_BYTES = 16;
const PINS = 1_000_000;

function keyed(secret: string, purpose: string, ...parts: string[]): Buffer {
  // JSON separates the parts, so that two different lists never give the same text.
  return createHmac('sha256', secret)
    .update(JSON.stringify([purpose, ...parts]))
    .digest();
}

function slowHash(secret: string, pin: string, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(keyed(secret, 'pin-hash', pin), Buffer.from(salt, 'hex'), HASH_BYTES, COST, (error, hash) =>
      error ? reject(error) : resolve(hash),
    );
  });
}

/**
 * The report PIN of a collaboration: six digits derived from the Idempotency-Key of its request and from its id, under
 * PIN_SECRET. So a repeated request gets the same PIN, although neither the PIN nor the key is stored
 * (docs/adr/0003-report-pin.md).
 */
export function pinOf(secret: string, idempotencyKey: string, collaborationId: string): string {
  // 48 bits modulo a million: the bias is below one in a hundred million.
  const number = keyed(secret, 'pin', idempotencyKey, collaborationId).readUIntBE(0, 6);
  return String(number % PINS).padStart(6, '0');
}

/** The salted slow hash of a PIN, the only trace of it that is stored. */
export async function hashPin(secret: string, pin: string): Promise<PinHash> {
  const salt = randomBytes(SALT_BYTES).toString('hex');
  return { salt, hash: (await slowHash(secret, pin, salt)).toString('hex') };
}

/** Whether `pin` is the one that was hashed, compared in constant time. */
export async function isPin(secret: string, pin: string, { salt, hash }: PinHash): Promise<boolean> {
  return timingSafeEqual(await slowHash(secret, pin, salt), Buffer.from(hash, 'hex'));
}

/**
 * Identifies a repeated request. The body has personal data, so its hash is keyed: a reader of the database cannot
 * guess whose it is. The Idempotency-Key is random, so its hash needs no key.
 */
export function fingerprint(secret: string, idempotencyKey: string, body: unknown): Pick<Access, 'key' | 'body'> {
  return { key: hashOfKey(idempotencyKey), body: keyed(secret, 'body', JSON.stringify(body)).toString('hex') };
}

/** What stands for an Idempotency-Key where it is kept or shown: its SHA-256, hexadecimal. */
export function hashOfKey(idempotencyKey: string): string {
  return createHash('sha256').update(idempotencyKey).digest('hex');
}
