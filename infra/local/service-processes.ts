import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { supervise, type Supervised } from '@ksbb/testkit';
import { createLineRenderer } from './log-lines.ts';
import type { Log } from './progress.ts';
import { ROOT } from './run-directory.ts';
import { type ServiceName, SERVICES } from './services.ts';

export type ProcessOptions = {
  /** Gets `<service>.log` with its own lines as they came, and `merged.log` with all of them, rendered. */
  logDir: string;
  /** Gets each rendered line. */
  show?: Log;
  /** Gets what happens to the processes. */
  log: Log;
  /** Longest wait before a service that died is started again; the supervisor's own unless said. */
  longestPauseMs?: number;
};

/**
 * Starts each as a process of its own that is started again when it dies. Its environment and flags keep seven processes
 * small: little new space, two malloc arenas, and compiled code kept between runs so that a start costs less.
 */
export function startServiceProcesses(
  names: readonly ServiceName[],
  environmentOf: (name: ServiceName) => NodeJS.ProcessEnv,
  { logDir, show, log, longestPauseMs }: ProcessOptions,
): Map<ServiceName, Supervised> {
  mkdirSync(logDir, { recursive: true });
  const merged = createWriteStream(join(logDir, 'merged.log'));
  const plain = createLineRenderer(names, false);
  const coloured = createLineRenderer(names, process.stdout.isTTY === true);
  const start = (name: ServiceName) => {
    const own = createWriteStream(join(logDir, `${name}.log`));
    const flags = ['--max-semi-space-size=2', '--disable-warning=ExperimentalWarning'];
    return supervise({
      name,
      command: process.execPath,
      args: [`--max-old-space-size=${SERVICES[name].heapMb}`, ...flags, `services/${name}/src/main.ts`],
      cwd: ROOT,
      env: { ...environmentOf(name), MALLOC_ARENA_MAX: '2', NODE_COMPILE_CACHE: join(ROOT, '.run/compile-cache') },
      onLine: (line) => {
        own.write(`${line}\n`);
        merged.write(`${plain(name, line)}\n`);
        show?.(coloured(name, line));
      },
      log,
      longestPauseMs,
    });
  };
  return new Map(names.map((name) => [name, start(name)]));
}
