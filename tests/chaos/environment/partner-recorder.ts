import { Agent, createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
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
  /** Infinity while it is in flight. */
  endedAt: number;
  /** Of an answer that went through whole; null where there was none. */
  status: number | null;
  retryAfterMs: number | null;
};

/** Stands between the gateway and its partners, changes nothing, and records the calls about contracts. */
export type PartnerRecorder = {
  url: string;
  calls: () => readonly PartnerCall[];
  clear: () => void;
  close: () => void;
};

const CONTRACTS = new RegExp(
  String.raw`^/(amanah)/v1\.0/qardh-contracts(?:/by-reference/([^/?]+))?(/cancel)?$` +
    String.raw`|^/(lumbung)/api/loans(?:/([^/?]+))?(/cancel)?$`,
);
const MOST_CALLS = 100_000;

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

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export async function startPartnerRecorder(target: string): Promise<PartnerRecorder> {
  const { hostname, port } = new URL(target);
  const agent = new Agent({ keepAlive: false });
  let calls: PartnerCall[] = [];

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const beganAt = performance.now();
    const { method = 'GET', url: path = '/', headers } = request;
    const body = await bodyOf(request);
    const about = callOf(method, path, body);
    const idempotencyKey = typeof headers['idempotency-key'] === 'string' ? headers['idempotency-key'] : null;
    const call: PartnerCall | null = about && {
      ...about,
      idempotencyKey,
      beganAt,
      endedAt: Infinity,
      status: null,
      retryAfterMs: null,
    };
    if (call !== null && calls.length < MOST_CALLS) calls.push(call);

    const onward = httpRequest({ hostname, port, method, path, headers, agent });
    const breakOff = () => request.socket.resetAndDestroy();
    onward.on('error', breakOff);
    onward.on('response', (answer) => {
      const { statusCode = 0, headers: answered } = answer;
      response.writeHead(statusCode, answered);
      response.flushHeaders();
      answer.on('error', breakOff);
      answer.pipe(response);
      response.on('finish', () => {
        if (call === null || !answer.complete) return;
        call.status = statusCode;
        call.retryAfterMs = answered['retry-after'] === undefined ? null : Number(answered['retry-after']) * 1_000;
      });
    });
    response.on('close', () => {
      if (call !== null) call.endedAt = performance.now();
      onward.destroy();
    });
    onward.end(body);
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    calls: () => calls,
    clear: () => {
      calls = [];
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
