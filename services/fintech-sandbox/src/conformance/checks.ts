import { signatureOf } from '../amanah/signature.ts';
import { lumbungSignature } from '../lumbung/signature.ts';

export type Target = {
  /** The gateway's address, without a trailing slash. */
  gateway: string;
  amanah: { clientId: string; clientSecret: string };
  lumbung: { webhookSecret: string };
};

export type CheckResult = {
  partner: 'amanah' | 'lumbung';
  check: string;
  ok: boolean;
  expected: number;
  actual: number | string;
  milliseconds: number;
};

type Signed = { path: string; body: string; at: Date };
type Sender = {
  partner: CheckResult['partner'];
  sign: (signed: Signed) => Record<string, string>;
  genuine: object;
  malformed: object;
};
type Check = {
  check: string;
  expected: number;
  body: (sender: Sender) => string;
  headers?: (sender: Sender, body: string, path: string) => Record<string, string>;
};

const TIMEOUT_MS = 10_000;
const STALE_MS = 301_000;
const LARGEST_BYTES = 256 * 1024;
const REFERENCE = 'KSBB-0000-0000-0011.999';

function senders({ amanah, lumbung }: Target): Sender[] {
  const at = new Date().toISOString();
  const about = { referenceNo: 'AMN-CONFORMANCE', partnerReferenceNo: REFERENCE, sequence: 1, occurredAt: at };
  const event = {
    id: 'LMB-CONFORMANCE-E1',
    loan_id: 'LMB-CONFORMANCE',
    external_id: REFERENCE,
    seq: 1,
    occurred_at: at,
    data: {},
  };
  return [
    {
      partner: 'amanah',
      sign: ({ path, body, at: now }) => {
        const timestamp = now.toISOString();
        const signature = signatureOf(amanah.clientSecret, {
          method: 'POST',
          pathWithQuery: path,
          rawBody: Buffer.from(body),
          timestamp,
        });
        return {
          'X-PARTNER-ID': amanah.clientId,
          'X-TIMESTAMP': timestamp,
          'X-EXTERNAL-ID': 'AMN-CONFORMANCE-E1',
          'X-SIGNATURE': signature,
        };
      },
      genuine: { event: 'CONTRACT_SIGNED', ...about, data: { signedBy: 'Ibu Ratna' } },
      malformed: { event: 'SOMETHING_ELSE', ...about, data: {} },
    },
    {
      partner: 'lumbung',
      sign: ({ body, at: now }) => ({
        'Lumbung-Signature': lumbungSignature(lumbung.webhookSecret, Buffer.from(body), now),
        'Lumbung-Delivery': 'LMB-CONFORMANCE-E1',
      }),
      genuine: { ...event, type: 'loan.signed' },
      malformed: { ...event, type: 'loan.something-else' },
    },
  ];
}

const signedNow: NonNullable<Check['headers']> = ({ sign }, body, path) => sign({ path, body, at: new Date() });
const genuine = (sender: Sender) => JSON.stringify(sender.genuine);

const CHECKS: readonly Check[] = [
  { check: 'without a signature: refused', expected: 401, body: genuine, headers: () => ({}) },
  {
    check: 'with a signature of another body: refused',
    expected: 401,
    body: genuine,
    headers: ({ sign }, body, path) => sign({ path, body: `${body} `, at: new Date() }),
  },
  {
    check: 'signed 301 s ago: refused',
    expected: 401,
    body: genuine,
    headers: ({ sign }, body, path) => sign({ path, body, at: new Date(Date.now() - STALE_MS) }),
  },
  {
    check: 'larger than 256 KB: refused',
    expected: 413,
    body: () => JSON.stringify({ padding: 'x'.repeat(LARGEST_BYTES) }),
  },
  {
    check: 'signed, with an unknown event: refused by field',
    expected: 400,
    body: ({ malformed }) => JSON.stringify(malformed),
  },
  { check: 'signed, about an unknown contract: accepted', expected: 202, body: genuine },
  { check: 'the same again: accepted', expected: 202, body: genuine },
];

/** The status of the response, or the reason why there is none. */
async function statusOf(url: URL, headers: Record<string, string>, body: string): Promise<number | string> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'manual' });
    await response.arrayBuffer();
    return response.status;
  } catch (error) {
    return error instanceof Error ? String(error.cause ?? error.message) : String(error);
  }
}

async function run(
  gateway: string,
  sender: Sender,
  { check, expected, body: bodyOf, headers = signedNow }: Check,
): Promise<CheckResult> {
  const { partner } = sender;
  const body = bodyOf(sender);
  const url = new URL(`${gateway}/callbacks/${partner}`);
  const started = performance.now();
  const sent = { 'Content-Type': 'application/json', ...headers(sender, body, url.pathname) };
  const actual = await statusOf(url, sent, body);
  const milliseconds = Math.round(performance.now() - started);
  return { partner, check, ok: actual === expected && milliseconds < 1_000, expected, actual, milliseconds };
}

/** Tries the callbacks of both partners on a gateway. Each needs the right status within a second. */
export async function checkGateway(target: Target): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const sender of senders(target))
    for (const check of CHECKS) results.push(await run(target.gateway, sender, check));
  return results;
}
