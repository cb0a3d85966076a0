import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { supervise, type Supervised } from '@ksbb/testkit';
import { createLineRenderer } from './log-lines.ts';
import { ROOT } from './run-directory.ts';
import { type ServiceName, SERVICES } from './services.ts';

export type ServiceProcess = {
  name: ServiceName;
  env: NodeJS.ProcessEnv;
  /** Longest wait before it is started again; the supervisor's own unless said. */
  longestPauseMs?: number | undefined;
};

export type ServiceLogs = {
  /** Gets `<service>.log` with its own lines as they came, and `merged.log` with all of them, rendered. */
  dir: string;
  /** Gets each rendered line, if given. */
  show?: ((line: string) => void) | undefined;
  /** Gets what happens to the processes. */
  log: (text: string) => void;
};

/**
 * Starts each as a process of its own that is started again when it dies. Its environment and flags keep seven processes
 * small: little new space, two malloc arenas, and compiled code kept between runs so that a start costs less.
 */
export function startServiceProcesses(
  services: readonly ServiceProcess[],
  { dir, show, log }: ServiceLogs,
): Map<ServiceName, Supervised> {
  mkdirSync(dir, { recursive: true });
  const names = services.map(({ name }) => name);
  const merged = createWriteStream(join(dir, 'merged.log'));
  const plain = createLineRenderer(names, false);
  const coloured = createLineRenderer(names, process.stdout.isTTY === true);
  const start = ({ name, env, longestPauseMs }: ServiceProcess) => {
    const own = createWriteStream(join(dir, `${name}.log`));
    const flags = ['--max-semi-space-size=2', '--disable-warning=ExperimentalWarning'];
    return supervise({
      name,
      command: process.execPath,
      args: [`--max-old-space-size=${SERVICES[name].heapMb}`, ...flags, `services/${name}/src/main.ts`],
      cwd: ROOT,
      env: { ...env, MALLOC_ARENA_MAX: '2', NODE_COMPILE_CACHE: join(ROOT, '.run/compile-cache') },
      onLine: (line) => {
        own.write(`${line}\n`);
        merged.write(`${plain(name, line)}\n`);
        show?.(coloured(name, line));
      },
      log,
      longestPauseMs,
    });
  };
  return new Map(services.map((service) => [service.name, start(service)]));
}
