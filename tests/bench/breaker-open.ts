import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleAll } from 'cockatiel';
import { createCaller } from '../../services/fintech-gateway/src/partners/call.ts';
import { startEchoServer } from './echo-server.ts';
import { callSettings } from './gateway-call.ts';
import { median, type Row } from './rounds.ts';

const OPERATIONS = 5_000;
const LIMIT_MS = 1;

/** The 99th hundredth of how long each of many refusals takes, in milliseconds. */
async function p99(refuse: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < OPERATIONS; at += 1) {
    const started = performance.now();
    await refuse();
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(OPERATIONS * 0.99)] ?? Number.NaN;
}

const thousandths = (value: number) => Math.round(value * 1000) / 1000;

/** How long a refusal by an open breaker takes, against the millisecond it may take and against cockatiel's. Ratios are theirs by ours. */
export async function benchBreakerOpen(rounds: number): Promise<Row[]> {
  const server = await startEchoServer('{}');
  const caller = createCaller('amanah', ['create-contract'], callSettings, () => undefined);
  const request = { method: 'POST', url: `${server.url}/refuse`, headers: {}, body: '{}' } as const;
  const ours = () => caller.call('create-contract', request).catch((error: { kind?: string }) => error.kind);
  for (let at = 0; at < callSettings.breaker.volume + 1; at += 1) await ours();
  if ((await ours()) !== 'deferred') throw new Error('the breaker is not open');
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: 3_600_000, breaker: new ConsecutiveBreaker(1) });
  const refused = () =>
    breaker
      .execute(() => Promise.reject(new Error('bad')))
      .catch((error: Error) => error instanceof BrokenCircuitError);
  await refused();
  const figures: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < rounds; round += 1) figures.push({ ours: await p99(ours), theirs: await p99(refused) });
  caller.close();
  await server.close();
  const own = thousandths(median(figures.map((figure) => figure.ours)));
  const other = thousandths(median(figures.map((figure) => figure.theirs)));
  const row = (peer: string, theirs: number): Row => ({
    bench: 'breaker-open',
    peer,
    unit: 'ms',
    ours: own,
    theirs,
    ratio: Math.round((theirs / own) * 100) / 100,
    rounds,
  });
  return [row('limit', LIMIT_MS), row('cockatiel', other)];
}
