import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createLineRenderer } from './log-lines.ts';
import { ROOT } from './run-directory.ts';
import { supervise, type Supervised } from '@ksbb/testkit';

export type ServiceProcess = {
  name: string;
  heapMb: number;
  /** The TypeScript file to run. */
  main: string;
  env: NodeJS.ProcessEnv;
  /** Longest wait before it is started again; the supervisor's own unless said. */
  longestPauseMs?: number | undefined;
};

export type ServiceLogs = {
  /** Gets `<service>.log` with its own lines as they came, and `merged.log` with all of them, rendered. */
  dir: string;
  /** Gets each rendered line, if given. */
  show: ((line: string) => void) | undefined;
  /** Gets what happens to the processes. */
  log: (text: string) => void;
};

/** Starts each as a process of its own that is started again when it dies. */
export function startServiceProcesses(services: readonly ServiceProcess[], logs: ServiceLogs): Map<string, Supervised> {
  mkdirSync(logs.dir, { recursive: true });
  const names = services.map(({ name }) => name);
  const merged = createWriteStream(join(logs.dir, 'merged.log'));
  const plain = createLineRenderer(names, false);
  const coloured = createLineRenderer(names, process.stdout.isTTY === true);
  const entries = services.map((service) => {
    const own = createWriteStream(join(logs.dir, `${service.name}.log`));
    const onLine = (line: string) => {
      own.write(`${line}\n`);
      merged.write(`${plain(service.name, line)}\n`);
      logs.show?.(coloured(service.name, line));
    };
    return [
      service.name,
      supervise({
        ...nodeCommand(service),
        onLine,
        log: logs.log,
        longestPauseMs: service.longestPauseMs,
      }),
    ] as const;
  });
  return new Map(entries);
}

/**
 * The environment and flags under which seven processes stay small: little new space, two malloc arenas, and compiled
 * code kept between runs so that a start costs less.
 */
export function nodeCommand({ name, heapMb, main, env }: ServiceProcess) {
  return {
    name,
    command: process.execPath,
    cwd: ROOT,
    args: [`--max-old-space-size=${heapMb}`, '--max-semi-space-size=2', '--disable-warning=ExperimentalWarning', main],
    env: { ...env, MALLOC_ARENA_MAX: '2', NODE_COMPILE_CACHE: join(ROOT, '.run/compile-cache') },
  };
}
