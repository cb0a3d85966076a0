import { SERVICE_NAMES, type ServiceName } from '../../../infra/local/services.ts';
import type { ChaosWorld } from './chaos-world.ts';

const EVERY_MS = 500;
const MB = 1024 * 1024;

/** Whether a service says that it is ready; undefined where it says nothing. */
export async function isReady(world: Pick<ChaosWorld, 'platform'>, service: ServiceName): Promise<boolean | undefined> {
  try {
    const response = await fetch(`${world.platform.healthUrls[service]}/healthz/ready`, {
      signal: AbortSignal.timeout(3_000),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return undefined;
  }
}

/** The sum of one metric over its labels. */
export function metric(text: string, name: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

export async function metricsOf(healthUrl: string): Promise<string> {
  const response = await fetch(`${healthUrl}/metrics`, { signal: AbortSignal.timeout(5_000) });
  return response.text();
}

/** Heap and buffers in use by each service in MB: the least of some looks, since garbage comes and goes. */
export async function memoryInUse(
  world: Pick<ChaosWorld, 'platform'>,
  looks: number,
): Promise<Map<ServiceName, number>> {
  const least = new Map<ServiceName, number>();
  for (let look = 0; look < looks; look += 1) {
    for (const service of SERVICE_NAMES) {
      const text = await metricsOf(world.platform.healthUrls[service]);
      const used = (metric(text, 'nodejs_heap_size_used_bytes') + metric(text, 'nodejs_external_memory_bytes')) / MB;
      least.set(service, Math.min(used, least.get(service) ?? Infinity));
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  return least;
}
