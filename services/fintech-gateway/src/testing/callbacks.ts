import { call } from '@ksbb/testkit';
import { amanahSignature } from '../partners/amanah/amanah.ts';
import { CREDENTIALS } from './credentials.ts';

type Signing = { timestamp?: string; secret?: string };

/** Posts a callback as amanah would, signed rightly unless a test says otherwise. */
export async function callBackAsAmanah(
  gatewayUrl: string,
  message: unknown,
  { timestamp = new Date().toISOString(), secret = CREDENTIALS.AMANAH_CLIENT_SECRET }: Signing = {},
) {
  const signed = { method: 'POST', pathWithQuery: '/callbacks/amanah', body: JSON.stringify(message), timestamp };
  const headers = {
    'X-PARTNER-ID': CREDENTIALS.AMANAH_CLIENT_ID,
    'X-TIMESTAMP': timestamp,
    'X-SIGNATURE': amanahSignature(secret, signed),
    'X-EXTERNAL-ID': 'AMN-OWN-E9',
  };
  const answer = await call('POST', `${gatewayUrl}${signed.pathWithQuery}`, { body: message, headers });
  return { ...answer, type: answer.headers.get('content-type') };
}
