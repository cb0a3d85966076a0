import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform } from '../../../infra/local/platform.ts';
import { ROOT } from '../../../infra/local/run-directory.ts';
import { SERVICE_NAMES, type ServiceName } from '../../../infra/local/services.ts';
import { SUBSCRIBERS } from '../../scenario/environment.ts';

const PAUSE_MS = 400;
const MB = 1024 * 1024;
const COLLECT_GARBAGE = 'SIGUSR2';
/** Settings under which a process collects its garbage at `COLLECT_GARBAGE`. */
export const COLLECTING = {
  NODE_OPTIONS: `--expose-gc --import=data:text/javascript,process.on('${COLLECT_GARBAGE}',()=>gc())`,
};

/** Whether a process says on its health port that it is ready; undefined where it does not answer. */
export async function isReady(healthUrl: string): Promise<boolean | undefined> {
  try {
    const response = await fetch(`${healthUrl}/healthz/ready`, { signal: AbortSignal.timeout(3_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return undefined;
  }
}

/** The sum of the metrics of a process whose lines match. */
export async function metricSum(healthUrl: string, pattern: RegExp): Promise<number> {
  const response = await fetch(`${healthUrl}/metrics`, { signal: AbortSignal.timeout(5_000) });
  const lines = (await response.text()).split('\n').filter((line) => pattern.test(line));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/**
 * Heap and buffers in use by each service in MB after its garbage was collected: the least of some samples, as requests
 * run. The services run with `COLLECTING`.
 */
export async function memoryInUse({ kill, healthUrls }: Platform, samples: number): Promise<Map<ServiceName, number>> {
  const least = new Map<ServiceName, number>();
  for (let sample = 0; sample < samples; sample += 1) {
    for (const service of SERVICE_NAMES) kill(service, COLLECT_GARBAGE);
    await sleep(PAUSE_MS);
    for (const service of SERVICE_NAMES) {
      const bytes = await metricSum(healthUrls[service], /^nodejs_(heap_size_used|external_memory)_bytes[ {]/);
      least.set(service, Math.min(bytes / MB, least.get(service) ?? Infinity));
    }
  }
  return least;
}

/** The log lines that say that handling an event failed, with the service before each. */
export async function failedHandlings(): Promise<string[]> {
  const logs = SUBSCRIBERS.map(async (service) => {
    const text = await readFile(join(ROOT, `.run/chaos-logs/${service}.log`), 'utf8');
    const failed = text.split('\n').filter((line) => line.includes('"handling an event failed"'));
    return failed.map((line) => `${service} ${line}`);
  });
  return (await Promise.all(logs)).flat();
}
