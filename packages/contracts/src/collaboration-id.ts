/**
 * Collaboration IDs: `KSBB-XXXX-XXXX-XXXC`, eleven data characters (55 bits) and a check character in Crockford's base
 * 32 (douglascrockford.com/base32). The check is Crockford's own, the value modulo 37; ids whose check symbol falls
 * outside the 32 letters are not given out, which costs 0.2 bits. 37 is prime and above 32, so any one wrong character
 * and any two neighbours swapped are noticed.
 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const DATA_LENGTH = 11;

export type ParsedCollaborationId =
  { ok: true; id: string } | { ok: false; reason: 'wrong-length' | 'unknown-character' | 'wrong-check-character' };

function checkSymbol(data: string): string | undefined {
  let remainder = 0;
  for (const character of data) remainder = (remainder * 32 + ALPHABET.indexOf(character)) % 37;
  return ALPHABET[remainder];
}

function format(data: string, check: string): string {
  const all = data + check;
  return `KSBB-${all.slice(0, 4)}-${all.slice(4, 8)}-${all.slice(8)}`;
}

/**
 * A new id from random bytes. `randomBytes(n)` must be a CSPRNG; it is asked again where a draw has no check letter.
 * @param randomBytes gives n random bytes
 */
export function newCollaborationId(randomBytes: (n: number) => Uint8Array): string {
  for (;;) {
    const data = Array.from(randomBytes(DATA_LENGTH), (byte) => ALPHABET[byte & 31]).join('');
    const check = checkSymbol(data);
    if (check !== undefined) return format(data, check);
  }
}

/**
 * Reads an id as people type it: any case, with or without hyphens, spaces and the prefix, O for 0, I or L for 1.
 * Says which way it is wrong, so that the person can be told.
 */
export function parseCollaborationId(input: string): ParsedCollaborationId {
  const letters = input
    .toUpperCase()
    .replaceAll(/[\s\p{Pd}]/gu, '')
    .replace(/^KSBB(?=.{12,}$)/, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  if (letters.length !== DATA_LENGTH + 1) return { ok: false, reason: 'wrong-length' };
  if ([...letters].some((letter) => !ALPHABET.includes(letter))) return { ok: false, reason: 'unknown-character' };
  const data = letters.slice(0, DATA_LENGTH);
  const check = letters.slice(DATA_LENGTH);
  if (checkSymbol(data) !== check) return { ok: false, reason: 'wrong-check-character' };
  return { ok: true, id: format(data, check) };
}

/** Whether `text` is an id in its canonical form. */
export function isCollaborationId(text: string): boolean {
  const parsed = parseCollaborationId(text);
  return parsed.ok && parsed.id === text;
}
