import { join } from 'node:path';
import { type ChildProcess, describeEnding, startChild } from './child-process.ts';
import { eventually } from './eventually.ts';

const ROOT = join(import.meta.dirname, '../../..');

/**
 * Starts a service of this repository as a process of its own and waits until it is ready.
 * @param env its settings; `HEALTH_PORT` has to be one of them
 * @throws when it ends before it is ready
 */
export async function startServiceProcess(service: string, env: Record<string, string>): Promise<ChildProcess> {
  const child = launchServiceProcess(service, env);
  await untilServiceReady(service, child, env['HEALTH_PORT']);
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

/** Waits until a service process says on its health port that it is ready. @throws when it has ended */
export async function untilServiceReady(
  service: string,
  child: ChildProcess,
  healthPort: string | undefined,
): Promise<void> {
  await eventually(`${service} is ready`, async () => {
    if (child.hasEnded()) {
      throw new Error(`${service} ended (${describeEnding(await child.ended)}):\n${child.lastLines()}`);
    }
    return answersOk(`http://127.0.0.1:${healthPort}/healthz/ready`);
  });
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
