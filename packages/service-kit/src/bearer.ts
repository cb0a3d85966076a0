import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { unauthorized } from './problem.ts';

/** The token of `Authorization: Bearer …`. @throws Problem 401 when there is none. */
export function bearerToken(request: Request): string {
  const match = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '');
  if (match?.[1] === undefined) throw unauthorized('This needs an Authorization header of the form: Bearer TOKEN.');
  return match[1];
}

/** Passes only when the request carries exactly `token`, compared in constant time. @throws Problem 401 otherwise. */
export function requireBearer(request: Request, token: string): void {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (!timingSafeEqual(digest(bearerToken(request)), digest(token)))
    throw unauthorized('This token is not valid here.');
}
