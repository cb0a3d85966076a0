import { Agent } from 'node:http';
import axios from 'axios';
import {
  BrokenCircuitError,
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  handleAll,
  SamplingBreaker,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { Registry } from 'prom-client';
import { amanah } from '../../services/fintech-gateway/src/partners/amanah/amanah.ts';
import { createCaller } from '../../services/fintech-gateway/src/partners/call.ts';
import {
  callSettings,
  type NamedPartner,
  openPartners,
} from '../../services/fintech-gateway/src/partners/open-partners.ts';
import { startEchoServer } from './echo-server.ts';
import { gatewaySettings } from './gateway-settings.ts';
import { compare, inParallel, percentile, type Row, rowOf, type Side } from './rounds.ts';

const OPERATIONS = 2_000;
const IN_FLIGHT = 20;
const TIMEOUT_MS = 8_000;
const ANSWER = JSON.stringify({
  responseCode: '2000000',
  responseMessage: 'Successful',
  referenceNo: 'AMN-3KQ8Z0V7M2XW9C1D',
  partnerReferenceNo: 'KSBB-0000-0000-0011.2',
  eContractUrl: 'http://localhost:8090/amanah/e-contract/token',
});
const BORROWER = { msmeId: 'osm-way-352856285', name: 'Warung Bu Tini', kelurahan: 'Cengkareng Timur' };
const CONTRACT = {
  reference: 'KSBB-0000-0000-0011.2',
  borrower: BORROWER,
  amountRupiah: 6_000_000,
  instalments: 6,
  parentContractId: null,
};
const BODY = JSON.stringify({
  partnerReferenceNo: CONTRACT.reference,
  borrower: { id: BORROWER.msmeId, name: BORROWER.name, kelurahan: BORROWER.kelurahan },
  amount: { value: '6000000.00', currency: 'IDR' },
  instalments: 6,
});

/** As the gateway sends them, but made once. */
const HEADERS = {
  'Content-Type': 'application/json',
  'X-PARTNER-ID': 'ksbb-umkm',
  'X-TIMESTAMP': '2026-11-24T03:00:00.000Z',
  'X-EXTERNAL-ID': '5f0c1d6e-9c7f-4a55-9a0e-0d6c8f6a2b11',
  'X-SIGNATURE': 'b'.repeat(88),
  'Idempotency-Key': 'ksbb-amanah-KSBB-0000-0000-0011.2',
};

const side = (peer: string, call: () => Promise<unknown>): Side => ({
  peer,
  run: (operations) => inParallel(operations, IN_FLIGHT, call),
});

/**
 * A new contract through bulkhead, breaker, metrics, signature and check of the answer, against the same axios call,
 * same headers, with nothing around it, and against cockatiel's policies of the same numbers around that call.
 */
export async function benchGatewayCall(rounds: number): Promise<Row[]> {
  const server = await startEchoServer(ANSWER);
  const partners = openPartners({
    settings: gatewaySettings(server.url),
    metrics: { registry: new Registry() },
    clock: () => new Date(),
    kinds: { amanah },
  });
  const { adapter } = partners.all[0] as NamedPartner;
  const httpAgent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  const bare = (signal: AbortSignal) =>
    axios.request<string>({
      method: 'POST',
      url: `${server.url}/amanah/v1.0/qardh-contracts`,
      headers: HEADERS,
      data: Buffer.from(BODY),
      signal,
      validateStatus: () => true,
      responseType: 'text',
      transformResponse: (text: string) => text,
      maxRedirects: 0,
      maxContentLength: 1024 * 1024,
      proxy: false,
      httpAgent,
    });
  const policy = wrap(
    bulkhead(IN_FLIGHT, 50),
    circuitBreaker(handleAll, {
      halfOpenAfter: 30_000,
      breaker: new SamplingBreaker({ threshold: 0.5, duration: 60_000, minimumRps: 1 }),
    }),
    timeout(TIMEOUT_MS, TimeoutStrategy.Cooperative),
  );
  const ours = side('ksbb', () => adapter.forward(CONTRACT));
  const theirs = [
    side('axios', async () => JSON.parse((await bare(AbortSignal.timeout(TIMEOUT_MS))).data)),
    side('cockatiel', () => policy.execute(async ({ signal }) => JSON.parse((await bare(signal)).data))),
  ];
  const rows = await compare('gateway-call', ours, theirs, { operations: OPERATIONS, rounds });
  partners.close();
  httpAgent.destroy();
  await server.close();
  return rows;
}

const REFUSALS = 5_000;
const LIMIT_MS = 1;

/** How long 99 of 100 refusals take at most, in milliseconds. */
async function p99(refuse: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < REFUSALS; at += 1) {
    const started = performance.now();
    await refuse();
    times.push(performance.now() - started);
  }
  return percentile(times, 0.99);
}

/**
 * How long a refusal by an open breaker takes, against the millisecond it may take and against cockatiel's. Ratios are
 * theirs by ours.
 */
export async function benchBreakerOpen(rounds: number): Promise<Row[]> {
  const server = await startEchoServer('{}');
  const limits = callSettings(gatewaySettings(server.url));
  const caller = createCaller('amanah', ['create-contract'], limits, () => undefined);
  const request = { method: 'POST', url: `${server.url}/refuse`, headers: {}, body: '{}' } as const;
  const ours = () => caller.call('create-contract', request).catch((error: { kind?: string }) => error.kind);
  for (let at = 0; at < limits.breaker.volume + 1; at += 1) await ours();
  if ((await ours()) !== 'deferred') throw new Error('the breaker is not open');
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: 3_600_000, breaker: new ConsecutiveBreaker(1) });
  const refused = () =>
    breaker
      .execute(() => Promise.reject(new Error('bad')))
      .catch((error: Error) => error instanceof BrokenCircuitError);
  await refused();
  const figures = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    figures.ours.push(await p99(ours));
    figures.theirs.push(await p99(refused));
  }
  caller.close();
  await server.close();
  const options = { unit: 'ms', decimals: 3, ratioOf: (own: number, other: number) => other / own };
  const limit = { ours: figures.ours, theirs: figures.ours.map(() => LIMIT_MS) };
  return [rowOf('breaker-open', 'limit', limit, options), rowOf('breaker-open', 'cockatiel', figures, options)];
}
