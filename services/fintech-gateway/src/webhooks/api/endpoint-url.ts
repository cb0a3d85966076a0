import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type FieldError, unprocessable } from '@ksbb/service-kit';
import { z } from 'zod';
import { isPublicAddress } from '../guarded-agents.ts';

const LONGEST_URL = 500;

export const endpointUrl = z
  .url({ protocol: /^https?$/, error: 'an https:// address' })
  .max(LONGEST_URL, `at most ${LONGEST_URL} characters`)
  .refine((text) => {
    if (!URL.canParse(text)) return true;
    const { username, password } = new URL(text);
    return username === '' && password === '';
  }, 'an address without a user name');

export type CheckUrl = (url: string) => Promise<void>;

const refuse = (detail: string, errors: FieldError[]) => unprocessable('endpoint-not-allowed', detail, errors);

/**
 * Gives the check of an address when its partner sets it. It only helps the partner early: each connection is checked
 * again. A name that does not resolve now may resolve later, and passes.
 */
export function createUrlCheck(allowLocal: boolean): CheckUrl {
  return async (url) => {
    if (allowLocal) return;
    const { protocol, hostname } = new URL(url);
    if (protocol !== 'https:')
      throw refuse('Webhooks are sent over https only.', [{ pointer: '/url', detail: 'an https:// address' }]);
    const host = hostname.replace(/^\[|\]$/g, '');
    const found = isIP(host) === 0 ? await lookup(host, { all: true }).catch(() => []) : [{ address: host }];
    if (found.every(({ address }) => isPublicAddress(address))) return;
    throw refuse('Webhooks are sent to addresses of the public internet only.', [
      { pointer: '/url', detail: 'a name or address of the public internet' },
    ]);
  };
}
