import { amanahSignature } from '../partners/amanah/amanah.ts';
import { CREDENTIALS } from './credentials.ts';

type Signing = { timestamp?: string; secret?: string };

/** Posts a callback as amanah would, signed rightly unless a test says otherwise. */
export async function callBackAsAmanah(
  gatewayUrl: string,
  message: unknown,
  { timestamp = new Date().toISOString(), secret = CREDENTIALS.AMANAH_CLIENT_SECRET }: Signing = {},
) {
  const body = JSON.stringify(message);
  const pathWithQuery = '/callbacks/amanah';
  const answer = await fetch(`${gatewayUrl}${pathWithQuery}`, {
    method: 'POST',
    body,
    headers: {
      'Content-Type': 'application/json',
      'X-PARTNER-ID': CREDENTIALS.AMANAH_CLIENT_ID,
      'X-TIMESTAMP': timestamp,
      'X-SIGNATURE': amanahSignature(secret, { method: 'POST', pathWithQuery, body, timestamp }),
      'X-EXTERNAL-ID': 'AMN-OWN-E9',
    },
  });
  const text = await answer.text();
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    body: text === '' ? null : (JSON.parse(text) as Record<string, unknown>),
  };
}
