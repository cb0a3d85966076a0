import axios from 'axios';
import type { Attempt } from '../contract/callbacks.ts';
import type { CallbackMessage, CallbackWire } from './message.ts';

const TIMEOUT_MS = 5_000;
/** Older than any receiver should take. */
const STALE_MS = 400_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/** Sends one callback once, within 5 s, following no redirect. Never throws: a failure is an outcome too. */
export async function sendCallback(
  wire: CallbackWire,
  message: CallbackMessage,
  { tampered, stale }: { tampered: boolean; stale: boolean },
  now: Date,
): Promise<Attempt> {
  const rawBody = Buffer.from(JSON.stringify(message.body));
  const signedAt = stale ? new Date(now.getTime() - STALE_MS) : now;
  const outcome = { at: now.toISOString(), tampered };
  try {
    const { status } = await axios.post(wire.url, rawBody, {
      headers: {
        'Content-Type': 'application/json',
        ...wire.headersOf({ rawBody, deliveryId: message.deliveryId, now: signedAt, tampered }),
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      maxRedirects: 0,
      maxContentLength: MAX_ANSWER_BYTES,
      responseType: 'arraybuffer',
      proxy: false,
      validateStatus: () => true,
    });
    return { ...outcome, status, error: null };
  } catch (error) {
    const code = axios.isAxiosError(error) ? error.code : undefined;
    return {
      ...outcome,
      status: null,
      error: code === 'ERR_CANCELED' ? 'no answer within 5 s' : (code ?? 'the call failed'),
    };
  }
}
