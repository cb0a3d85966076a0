import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** One that ran this long has recovered: its next death starts again with the shortest pause. */
const RECOVERED_AFTER_MS = 10_000;
/** EX_CONFIG of sysexits.h: the settings are wrong, so starting it again cannot help. */
const BAD_SETTINGS = 78;
const KEPT_LINES = 20;

export type SupervisedCommand = {
  name: string;
  /** Arguments of `node`, its own options first. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Each line it writes, from either stream. */
  onLine: (line: string) => void;
  /** What happens to it, for people. */
  log: (text: string) => void;
  /** Longest wait before it is started again; 5 s unless said. */
  longestPauseMs?: number;
};

export type Supervised = {
  readonly pid: number | undefined;
  /** How often it died and was started again. */
  readonly restarts: number;
  /** Why it is not started again; undefined while it is. */
  readonly givenUp: string | undefined;
  /** The last lines it wrote, to explain a failure. */
  lastLines(): string;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL after `graceMs`; it is not started again. */
  stop(graceMs: number): Promise<void>;
};

/** How long to wait before the start that follows `deaths` deaths in a row. */
export function pauseBeforeRestart(deaths: number, longestMs = LONGEST_PAUSE_MS): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.max(deaths - 1, 0), longestMs);
}

/**
 * Runs `node` with these arguments and starts it again whenever it ends, until `stop`. An IPC channel ties it to this
 * process (see leash.mjs), and a process group of its own keeps the terminal's Ctrl-C from it.
 */
export function supervise(command: SupervisedCommand): Supervised {
  const lines: string[] = [];
  let child: ChildProcess | undefined;
  let restarts = 0;
  let deathsInARow = 0;
  let givenUp: string | undefined;
  const stopping = new AbortController();

  const start = () => {
    const startedAt = Date.now();
    child = spawnNode(command, (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      command.onLine(line);
    });
    child.once('exit', (code, signal) => {
      if (stopping.signal.aborted) return;
      deathsInARow = Date.now() - startedAt > RECOVERED_AFTER_MS ? 1 : deathsInARow + 1;
      void restart(signal ?? `exit code ${code}`, code);
    });
  };

  const restart = async (how: string, code: number | null) => {
    if (code === BAD_SETTINGS) {
      givenUp = `${command.name} refuses its settings:\n${lines.join('\n')}`;
      return;
    }
    const pause = pauseBeforeRestart(deathsInARow, command.longestPauseMs);
    command.log(`${command.name} ended (${how}); starting it again in ${pause / 1000} s`);
    await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
    if (stopping.signal.aborted) return;
    restarts += 1;
    start();
  };

  start();
  return {
    get pid() {
      return child !== undefined && isRunning(child) ? child.pid : undefined;
    },
    get restarts() {
      return restarts;
    },
    get givenUp() {
      return givenUp;
    },
    lastLines: () => lines.join('\n'),
    kill: (signal) => void child?.kill(signal),
    stop: async (graceMs) => {
      stopping.abort();
      if (child !== undefined) await end(child, graceMs);
    },
  };
}

function spawnNode(command: SupervisedCommand, onLine: (line: string) => void): ChildProcess {
  const child = spawn(process.execPath, command.args, {
    cwd: command.cwd,
    env: command.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine);
  }
  child.once('error', (error) => onLine(error.message));
  return child;
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

async function end(child: ChildProcess, graceMs: number): Promise<void> {
  if (!isRunning(child)) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // A frozen process cannot react to SIGTERM.
  child.kill('SIGCONT');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(timer);
}
