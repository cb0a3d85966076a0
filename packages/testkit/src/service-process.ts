import { join } from 'node:path';
import { type ChildProcess, startChild, untilStarted } from './child-process.ts';

const ROOT = join(import.meta.dirname, '../../..');

/**
 * Starts a service of this repository as a process of its own and waits until it is ready.
 * @param env its settings; `HEALTH_PORT` has to be one of them
 * @throws when it ends before it is ready
 */
export async function startServiceProcess(service: string, env: Record<string, string>): Promise<ChildProcess> {
  const child = launchServiceProcess(service, env);
  await untilServiceReady(service, child, `http://127.0.0.1:${env['HEALTH_PORT']}`);
  return child;
}

/** Starts a service as a process and does not wait. What it writes is in `lastLines` and goes to `onLine`. */
export function launchServiceProcess(
  service: string,
  env: Record<string, string>,
  onLine?: (line: string) => void,
): ChildProcess {
  return startChild({
    name: service,
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', `services/${service}/src/main.ts`],
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', LOG_LEVEL: 'error', ...env },
    ...(onLine === undefined ? {} : { onLine }),
  });
}

/** Waits until a service says that it is ready. @throws as `untilStarted` */
export async function untilServiceReady(
  service: string,
  process: Pick<ChildProcess, 'hasEnded' | 'lastLines'>,
  healthUrl: string,
  withinMs?: number,
): Promise<void> {
  const isReady = async () => {
    const response = await fetch(`${healthUrl}/healthz/ready`, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  };
  await untilStarted(service, process, isReady, withinMs);
}
