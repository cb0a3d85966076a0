/**
 * `npm run bad-visits [-- --count N] [-- --seed N] [-- --json]`: visits that end badly in every way, at every service.
 * Exit 0 only where every process lived on, every good request beside them was answered, and the heaps stayed flat.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BAD_VISIT_KINDS, badVisits } from '@ksbb/testkit/bad-visits';
import { type Command, runCommand } from '../../infra/local/command.ts';
import { SERVICE_NAMES, type ServiceName } from '../../infra/local/services.ts';
import { startEnvironment } from '../scenario/environment.ts';
import { COLLECTING, memoryInUse } from './environment/health.ts';
import { badVisitTargets, goodRequests, type Urls } from './load/visits.ts';

const ROUNDS = 5;
const MSMES = 300;
const AT_ONCE = 24;
const SAMPLES = 4;
/** By how much a heap may be larger after the last fifth of the visits than after the second. */
const GROWTH_SHARE = 0.05;
/** A short round does not fill the pools of connections before its second fifth. */
const growthMb = (count: number) => (count < 5_000 ? 8 : 2);

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const started = performance.now();
const print = (text: string) => void process.stdout.write(`${text}\n`);
const log = (text: string) => print(`[bad-visits ${Math.round((performance.now() - started) / 1000)} s] ${text}`);

/** Sends good requests until `until` is aborted. Answers how many were sent and which were not answered well. */
async function sendGoodRequests(urls: Urls, until: AbortSignal): Promise<{ asked: number; failed: string[] }> {
  const failed: string[] = [];
  let asked = 0;
  while (!until.aborted) {
    const once = await goodRequests(urls);
    asked += once.asked;
    failed.push(...once.failed);
    await sleep(100);
  }
  return { asked, failed };
}

async function main(command: Command): Promise<number> {
  const [count, seed] = [Number(values.count), Number(values.seed)];
  if (!(Number.isInteger(count) && count > 0 && Number.isInteger(seed)))
    throw new Error('--count and --seed are whole numbers');
  const settings = Object.fromEntries(SERVICE_NAMES.map((name) => [name, { ...COLLECTING, LOG_LEVEL: 'error' }]));
  const { platform, loadMsmes } = await startEnvironment(command, log, {
    name: 'bad-visits',
    arrange: async () => ({ settings }),
  });
  await loadMsmes(MSMES);
  const pids = () => SERVICE_NAMES.map((name) => `${name} ${platform.process(name).pid}`);
  const before = pids();
  const targets = badVisitTargets(platform.urls);
  const done = new AbortController();
  const good = sendGoodRequests(platform.urls, done.signal);

  const used: Map<ServiceName, number>[] = [];
  const share = Math.ceil(count / ROUNDS);
  let visits = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const counts = await badVisits(targets, { seed, atOnce: AT_ONCE, count: share, first: round * share });
    visits += Object.values(counts).reduce((sum, times) => sum + times, 0);
    const memory = await memoryInUse(platform, SAMPLES);
    used.push(memory);
    log(`${visits} visits; heap in MB: ${[...memory].map(([name, mb]) => `${name} ${mb.toFixed(1)}`).join(', ')}`);
  }
  done.abort();
  const { asked, failed } = await good;

  const ended = before.filter((process) => !pids().includes(process));
  const grown = SERVICE_NAMES.filter((name) => {
    const [second, last] = [used[1]?.get(name) ?? 0, used.at(-1)?.get(name) ?? 0];
    return last > second * (1 + GROWTH_SHARE) + growthMb(count);
  });
  const ok = ended.length + failed.length + grown.length === 0;
  log(`${visits} visits that ended badly, in ${BAD_VISIT_KINDS.length} ways`);
  log(`processes that ended: ${ended.join(', ') || 'none'}`);
  log(`good requests: ${asked}; not answered: ${failed.slice(0, 5).join(', ') || 'none'}`);
  log(`heaps that grew: ${grown.join(', ') || 'none'}`);
  if (values.json) print(JSON.stringify({ visits, asked, ended, failed, grown, ok }));
  return ok ? 0 : 1;
}

runCommand(main, { log });
