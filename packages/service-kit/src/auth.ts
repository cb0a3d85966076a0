import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { unauthorized } from './problem.ts';

/**
 * Who may call a route. `operator`: staff with the operator's token. `capability`: the bearer of a token that opens one
 * resource. `partner`: another organisation, by its token or its signature.
 */
export type AuthKind = 'public' | 'operator' | 'capability' | 'partner';

/** Learns from the headers who sends a request. The body has not been read yet. */
export type HeaderAuthenticator<Principal> = {
  kind: AuthKind;
  /** What the caller must be allowed to do, for the OpenAPI document and the table of routes. */
  scopes?: string[];
  /** @throws Problem 401 where the caller is not known, 403 where the caller may not do this */
  authenticate: (request: Request) => Principal | Promise<Principal>;
};

/** Learns from a signature over the raw body who sends a request. */
export type SignatureAuthenticator<Principal> = {
  kind: AuthKind;
  /** The header that holds the signature, for the OpenAPI document. */
  header: string;
  /**
   * Looks at what the headers show alone, such as a time that is too old. The body has not been read yet.
   * @throws Problem 401
   */
  checkHeaders: (request: Request) => void | Promise<void>;
  /** Verifies the signature. The body has been read and not parsed. @throws Problem 401 */
  verifyBody: (request: Request, rawBody: Buffer) => Principal | Promise<Principal>;
};

export type Authenticator<Principal = unknown> = HeaderAuthenticator<Principal> | SignatureAuthenticator<Principal>;

/** The authenticator of each kind that routes name by a word. */
export type Authenticators = Partial<Record<Exclude<AuthKind, 'public'>, Authenticator>>;

/** Whether two secrets are equal. The time it takes does not depend on where they differ. */
export function constantTimeEqual(one: string | Buffer, other: string | Buffer): boolean {
  const digest = (secret: string | Buffer) => createHash('sha256').update(secret).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** The token of `Authorization: Bearer …`. @throws Problem 401 when there is none. */
export function bearerToken(request: Pick<Request, 'get'>): string {
  const match = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '');
  if (match?.[1] === undefined) throw unauthorized('This needs an Authorization header of the form: Bearer TOKEN.');
  return match[1];
}

/** Accepts requests that carry exactly `token`. */
export function bearerAuthenticator(kind: AuthKind, token: string): HeaderAuthenticator<undefined> {
  return {
    kind,
    authenticate: (request) => {
      if (!constantTimeEqual(bearerToken(request), token)) throw unauthorized('This token is not valid here.');
      return undefined;
    },
  };
}

/** For a public route that shows more to a known caller: the principal is null without an Authorization header. */
export function optional<Principal>({
  authenticate,
}: HeaderAuthenticator<Principal>): HeaderAuthenticator<Principal | null> {
  return {
    kind: 'public',
    authenticate: (request) => (request.get('authorization') === undefined ? null : authenticate(request)),
  };
}
