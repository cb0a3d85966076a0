import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../../infra/local/run-directory.ts';
import { SERVICE_NAMES, type ServiceName } from '../../../infra/local/services.ts';
import { SUBSCRIBERS } from '../../scenario/environment.ts';
import type { ChaosEnvironment } from './environment.ts';

const EVERY_MS = 500;
const HEAP_SAMPLES = 4;
const MB = 1024 * 1024;

type Platform = Pick<ChaosEnvironment, 'platform'>;

/** Whether a service says that it is ready; undefined where it does not answer. */
export async function isReady({ platform }: Platform, service: ServiceName): Promise<boolean | undefined> {
  try {
    const response = await fetch(`${platform.healthUrls[service]}/healthz/ready`, {
      signal: AbortSignal.timeout(3_000),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return undefined;
  }
}

/** The sum of one metric over its labels. */
function metric(text: string, name: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

async function metricsOf(healthUrl: string): Promise<string> {
  const response = await fetch(`${healthUrl}/metrics`, { signal: AbortSignal.timeout(5_000) });
  return response.text();
}

/** Heap and buffers in use by each service in MB: the least of some samples, since garbage comes and goes. */
export async function memoryInUse({ platform }: Platform, samples: number): Promise<Map<ServiceName, number>> {
  const least = new Map<ServiceName, number>();
  for (let sample = 0; sample < samples; sample += 1) {
    for (const service of SERVICE_NAMES) {
      const text = await metricsOf(platform.healthUrls[service]);
      const used = (metric(text, 'nodejs_heap_size_used_bytes') + metric(text, 'nodejs_external_memory_bytes')) / MB;
      least.set(service, Math.min(used, least.get(service) ?? Infinity));
    }
    await sleep(EVERY_MS);
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

/** Asks a process that runs with `--inspect` one thing after another. */
async function inspect(port: number, methods: readonly string[]): Promise<Record<string, number>> {
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  if (target === undefined) throw new Error(`nothing can be inspected at port ${port}`);
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, number>>();
  socket.addEventListener('error', () => reject(new Error(`the inspector at port ${port} did not answer`)));
  socket.addEventListener('open', () => {
    for (const [id, method] of methods.entries()) socket.send(JSON.stringify({ id, method }));
  });
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as { id?: number; result?: Record<string, number> };
    if (answer.id === methods.length - 1) resolve(answer.result ?? {});
  });
  try {
    return await promise;
  } finally {
    socket.close();
  }
}

/**
 * The bytes of heap and buffers that a process uses after its garbage was collected: the least of some samples, as
 * requests run.
 */
export async function heapAfterCollection(inspectorPort: number): Promise<number> {
  let least = Infinity;
  for (let sample = 0; sample < HEAP_SAMPLES; sample += 1) {
    const { usedSize = 0, backingStorageSize = 0 } = await inspect(inspectorPort, [
      'HeapProfiler.collectGarbage',
      'Runtime.getHeapUsage',
    ]);
    least = Math.min(least, usedSize + backingStorageSize);
    await sleep(50);
  }
  return least;
}
