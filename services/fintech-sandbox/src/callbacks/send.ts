import axios from 'axios';
import type { CallbackAttempt } from '../contract/callbacks.ts';
import type { ContractRecord } from '../contract/record.ts';

/** One event in a partner's format. `deliveryId` is the same in all attempts and copies. */
export type CallbackMessage = { deliveryId: string; name: string; body: Record<string, unknown> };

/** How a partner calls back. */
export type CallbackProtocol = {
  url: string;
  messageOf: (record: ContractRecord, sequence: number) => CallbackMessage;
  /** The headers of one attempt. `tampered` makes the signature wrong. */
  headersOf: (attempt: { rawBody: Buffer; deliveryId: string; now: Date; tampered: boolean }) => Record<string, string>;
};

const TIMEOUT_MS = 5_000;
/** Older than any receiver may accept. */
const STALE_MS = 400_000;
const MAX_RESPONSE_BYTES = 64 * 1024;

/** Sends one callback once, within 5 s, without redirects. Never throws: a failed call is an attempt too. */
export async function sendCallback(
  protocol: CallbackProtocol,
  { deliveryId, body }: CallbackMessage,
  { tampered, stale }: { tampered: boolean; stale: boolean },
  now: Date,
): Promise<CallbackAttempt> {
  const rawBody = Buffer.from(JSON.stringify(body));
  const signedAt = stale ? new Date(now.getTime() - STALE_MS) : now;
  const attempt = { at: now.toISOString(), tampered };
  try {
    const { status } = await axios.post(protocol.url, rawBody, {
      headers: {
        'Content-Type': 'application/json',
        ...protocol.headersOf({ rawBody, deliveryId, now: signedAt, tampered }),
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      maxRedirects: 0,
      maxContentLength: MAX_RESPONSE_BYTES,
      responseType: 'arraybuffer',
      proxy: false,
      validateStatus: () => true,
    });
    return { ...attempt, status, error: null };
  } catch (error) {
    const code = axios.isAxiosError(error) ? error.code : undefined;
    const reason = code === 'ERR_CANCELED' ? 'no answer within 5 s' : (code ?? 'the call failed');
    return { ...attempt, status: null, error: reason };
  }
}
