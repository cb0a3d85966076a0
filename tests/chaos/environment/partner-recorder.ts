import { once } from 'node:events';
import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Partner } from '@ksbb/contracts';

export type PartnerOperation = 'create-contract' | 'get-contract' | 'cancel-contract';

/** One call about a contract as it was seen. Times are milliseconds of one clock. */
export type PartnerCall = {
  partner: Partner;
  operation: PartnerOperation;
  /** Our number of the contract. */
  reference: string;
  idempotencyKey: string | null;
  beganAt: number;
  /** When its answer began to go through, or when it ended without one; Infinity until then. */
  answeredAt: number;
  /** Of an answer that went through whole; null where there was none. */
  status: number | null;
  retryAfterMs: number | null;
};

/** Stands between the gateway and its partners, changes nothing, and records the calls about contracts. */
export type PartnerRecorder = Awaited<ReturnType<typeof startPartnerRecorder>>;

const CONTRACTS = new RegExp(
  String.raw`^/(amanah)/v1\.0/qardh-contracts(?:/by-reference/([^/?]+))?(/cancel)?$` +
    String.raw`|^/(lumbung)/api/loans(?:/([^/?]+))?(/cancel)?$`,
);

function referenceIn(body: Buffer): string {
  try {
    const { partnerReferenceNo, external_id: externalId } = JSON.parse(body.toString()) as Record<string, unknown>;
    return String(partnerReferenceNo ?? externalId);
  } catch {
    return 'none';
  }
}

/** What a request is about; null where it is not about a contract. */
export function callOf(
  method: string,
  path: string,
  body: Buffer,
): Pick<PartnerCall, 'partner' | 'operation' | 'reference'> | null {
  const match = CONTRACTS.exec(path);
  if (match === null) return null;
  const partner = (match[1] ?? match[4]) as Partner;
  const named = match[2] ?? match[5];
  if (named === undefined) return { partner, operation: 'create-contract', reference: referenceIn(body) };
  const operation = method === 'POST' ? 'cancel-contract' : 'get-contract';
  return { partner, operation, reference: decodeURIComponent(named) };
}

export async function startPartnerRecorder(target: string) {
  const { hostname, port } = new URL(target);
  let calls: PartnerCall[] = [];

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const beganAt = performance.now();
    const { method = 'GET', url: path = '/', headers } = request;
    const body = await buffer(request);
    const idempotencyKey = (headers['idempotency-key'] as string | undefined) ?? null;
    const about = callOf(method, path, body);
    const seen = { idempotencyKey, beganAt, answeredAt: Infinity, status: null, retryAfterMs: null };
    const call: PartnerCall | null = about && { ...about, ...seen };
    if (call !== null) calls.push(call);

    const onward = httpRequest({ hostname, port, method, path, headers, agent: false });
    // Also after the answer began, when nobody waits for the request any more.
    onward.on('error', () => undefined);
    const answeredNow = () => {
      if (call !== null) call.answeredAt = Math.min(call.answeredAt, performance.now());
    };
    response.on('close', () => {
      answeredNow();
      onward.destroy();
    });
    onward.end(body);
    const [answer] = (await once(onward, 'response')) as [IncomingMessage];
    const { statusCode = 0, headers: answered } = answer;
    // Before the gateway can know of the answer, so that what it does afterwards is never too early by our delay.
    answeredNow();
    response.writeHead(statusCode, answered).flushHeaders();
    await pipeline(answer, response);
    if (call === null) return;
    call.status = statusCode;
    call.retryAfterMs = answered['retry-after'] === undefined ? null : Number(answered['retry-after']) * 1_000;
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => request.socket.resetAndDestroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    calls: (): readonly PartnerCall[] => calls,
    clear: () => {
      calls = [];
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
