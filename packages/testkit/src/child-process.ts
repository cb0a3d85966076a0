import { execa } from 'execa';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from './eventually.ts';

const KEPT_LINES = 20;
const STOP_GRACE_MS = 10_000;

/**
 * Becomes the command, beside a watcher that holds the other end of a pipe from us. When we are gone, even by SIGKILL,
 * the pipe closes: the watcher ends the command by SIGTERM, and after 15 s its whole process group by SIGKILL.
 */
const RUN_WATCHED = `
exec 3<&0 </dev/null
{ read -r _ <&3; kill -TERM $$ && sleep 15; kill -KILL 0; } >/dev/null 2>&1 &
exec "$@" 3<&-`;

export type ChildCommand = {
  /** For people. */
  name: string;
  command: string;
  args: readonly string[];
  /** All of its environment: nothing of ours is added. */
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** Gets each line that it writes, from either stream. */
  onLine?: (line: string) => void;
};

export type Ending = {
  /** Undefined when a signal ended it. */
  code: number | undefined;
  signal: NodeJS.Signals | undefined;
};

export type ChildProcess = {
  readonly pid: number;
  /** Never rejects. */
  readonly ended: Promise<Ending>;
  hasEnded(): boolean;
  /** The last lines it wrote, to explain a failure. */
  lastLines(): string;
  /** Sends a signal to the command alone. */
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM to the command, and after `graceMs` SIGKILL to its process group. Resolves when it has ended. */
  stop(graceMs?: number): Promise<Ending>;
  /** SIGKILL to its process group. Resolves when it has ended. */
  kill(): Promise<Ending>;
};

const running = new Set<ChildProcess>();
let stoppingAll = false;

/** How a process ended, for people. */
export const describeEnding = ({ code, signal }: Ending): string => signal ?? `exit code ${code}`;

/** True once `stopAllChildren` was called: nothing is started any more. */
export const isStoppingAll = (): boolean => stoppingAll;

/**
 * Starts a command that ends when we end. It has a process group of its own, so that Ctrl-C in the terminal reaches
 * only us and we stop it in order. A command that cannot be found ends with exit code 127.
 * @throws after `stopAllChildren`
 */
export function startChild({ name, command, args, env, cwd, onLine }: ChildCommand): ChildProcess {
  if (stoppingAll) throw new Error(`${name} is not started: this process is stopping`);
  const child = execa('/bin/sh', ['-c', RUN_WATCHED, 'sh', command, ...args], {
    env,
    extendEnv: false,
    cwd: cwd ?? process.cwd(),
    detached: true,
    stdin: 'pipe',
    all: true,
    buffer: false,
    forceKillAfterDelay: false,
    reject: false,
  });
  const lines: string[] = [];
  void readLines(child.iterable({ from: 'all' }), (line) => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    onLine?.(line);
  });
  let ending: Ending | undefined;
  child.nodeChildProcess.once('exit', (code, signal) => {
    ending = { code: code ?? undefined, signal: signal ?? undefined };
    signalGroup(child.pid, 'SIGKILL');
  });
  const ended = child.then(({ exitCode }) => (ending ??= { code: exitCode, signal: undefined }));
  const kill = () => {
    if (ending === undefined) signalGroup(child.pid, 'SIGKILL');
    return ended;
  };
  const handle: ChildProcess = {
    pid: child.pid ?? 0,
    ended,
    hasEnded: () => ending !== undefined,
    lastLines: () => lines.join('\n'),
    signal: (signal) => void child.kill(signal),
    kill,
    stop: async (graceMs = STOP_GRACE_MS) => {
      if (ending !== undefined) return ended;
      // A process that was frozen cannot react to SIGTERM.
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const inTime = new AbortController();
      const timer = sleep(graceMs, undefined, { signal: inTime.signal }).then(kill, () => undefined);
      await ended;
      inTime.abort();
      await timer;
      return ended;
    },
  };
  running.add(handle);
  void ended.then(() => running.delete(handle));
  return handle;
}

/**
 * Waits until `look` finds something at a process that is starting; an error of `look` means not yet.
 * @throws with the last lines of the process when it has ended, and when `withinMs` have passed
 */
export async function untilStarted<T>(
  name: string,
  process: Pick<ChildProcess, 'hasEnded' | 'lastLines'>,
  look: () => Promise<T | false>,
  withinMs?: number,
): Promise<T> {
  const lookOnce = () => {
    if (process.hasEnded()) throw new Error(`${name} ended while it was starting`);
    return look().catch(() => undefined);
  };
  return eventually(`${name} is ready`, lookOnce, withinMs).catch((error: Error) => {
    throw new Error(`${error.message}; its last lines:\n${process.lastLines()}`);
  });
}

/** Stops everything that still runs, and lets nothing new start. */
export async function stopAllChildren(): Promise<void> {
  stoppingAll = true;
  await Promise.all([...running].map((child) => child.stop()));
}

async function readLines(lines: AsyncIterable<string>, onLine: (line: string) => void): Promise<void> {
  for await (const line of lines) onLine(line);
}

function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (leader !== undefined) process.kill(-leader, signal);
  } catch {
    // Nobody is left in the group.
  }
}
