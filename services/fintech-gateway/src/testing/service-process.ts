import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const LEASH = new URL('../../../../infra/local/leash.mjs', import.meta.url).href;

export type ServiceProcess = {
  /** Ends it without a chance to clean up, and waits until it is gone. */
  kill: () => Promise<void>;
  /** Ends it in order. */
  stop: () => Promise<void>;
};

/** Starts a service of this repository as a process of its own, and waits until it is ready. */
export async function startServiceProcess(service: string, env: Record<string, string>): Promise<ServiceProcess> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--import', LEASH, `services/${service}/src/main.ts`],
    {
      cwd: ROOT,
      env: { PATH: process.env.PATH ?? '', HOST: '127.0.0.1', LOG_LEVEL: 'error', ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  const gone = once(child, 'exit');
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${service} ended with ${child.exitCode}`);
    const answer = await fetch(`http://127.0.0.1:${env.HEALTH_PORT}/healthz/ready`).catch(() => null);
    return answer?.status === 200;
  });
  const end = (signal: NodeJS.Signals) => async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await gone;
  };
  return { kill: end('SIGKILL'), stop: end('SIGTERM') };
}
