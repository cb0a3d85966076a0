import { createHash, createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { Access } from '../commitment/commitment.ts';

type PinHash = Access['pin'];

/**
 * 4 MiB and some 15 ms a guess. There are only a million PINs, so no cost that a person would wait for keeps them from
 * being tried offline; it slows down who holds the database and the secret, and the secret stops who holds the database.
 */
const COST = { N: 2 ** 12, r: 8, p: 1 };
const HASH_BYTES = 32;
const SALT_BYTES = 16;
const PINS = 1_000_000;

function keyed(secret: string, purpose: string, ...parts: string[]): Buffer {
  // JSON keeps the parts apart: no two lists of parts make the same text.
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
 * The report PIN of a collaboration: six digits that follow from the Idempotency-Key which made it and from its id, under
 * PIN_SECRET. So a repeat of the request is answered the same PIN, though neither PIN nor key is kept anywhere
 * (docs/adr/0003-report-pin.md).
 */
export function pinOf(secret: string, idempotencyKey: string, collaborationId: string): string {
  // 48 bits over a million values: the first PINs are likelier than the last by less than one in a hundred million.
  const number = keyed(secret, 'pin', idempotencyKey, collaborationId).readUIntBE(0, 6);
  return String(number % PINS).padStart(6, '0');
}

/** The salted slow hash of a PIN, the only trace of it that is stored. */
export async function hashPin(secret: string, pin: string): Promise<PinHash> {
  const salt = randomBytes(SALT_BYTES).toString('hex');
  return { salt, hash: (await slowHash(secret, pin, salt)).toString('hex') };
}

/** Whether `pin` is the one that was hashed; the comparison takes the same time wherever they differ. */
export async function isPin(secret: string, pin: string, { salt, hash }: PinHash): Promise<boolean> {
  return timingSafeEqual(await slowHash(secret, pin, salt), Buffer.from(hash, 'hex'));
}

/**
 * By what a repeat is known. The body has personal data, so its hash is keyed: who reads the database cannot find out by
 * trying whose it is. The key is chance, and its hash is plain.
 */
export function fingerprint(secret: string, idempotencyKey: string, body: unknown): Pick<Access, 'key' | 'body'> {
  return { key: hashOfKey(idempotencyKey), body: keyed(secret, 'body', JSON.stringify(body)).toString('hex') };
}

/** What stands for an Idempotency-Key where it is kept or shown: its SHA-256, hexadecimal. */
export function hashOfKey(idempotencyKey: string): string {
  return createHash('sha256').update(idempotencyKey).digest('hex');
}
