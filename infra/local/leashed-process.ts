import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const LEASH = join(import.meta.dirname, 'leash.sh');
const LAST_LINES = 15;

export type LeashedCommand = {
  name: string;
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Standard output and error are appended here. */
  logFile: string;
};

export type LeashedProcess = {
  /** Of the command itself, not of its leash. */
  pid: number;
  /** Resolves when the command has ended, with how, for people. */
  ended: Promise<string>;
  hasEnded(): boolean;
  /** The last lines it wrote, to explain a failure. */
  lastLines(): string;
  /** SIGTERM, then SIGKILL to all of its process group after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
  /** SIGKILL to all of its process group. */
  kill(): Promise<void>;
};

const running = new Set<LeashedProcess>();
let closing = false;

/**
 * Starts a command in a process group of its own (so that Ctrl-C in the terminal reaches only us, and we stop it in
 * order) and on a leash (so that it ends when we are gone, even by SIGKILL).
 */
export async function startLeashed(command: LeashedCommand): Promise<LeashedProcess> {
  if (closing) throw new Error(`${command.name} is not started: we are stopping`);
  mkdirSync(dirname(command.logFile), { recursive: true });
  const pidFile = `${command.logFile}.pid`;
  rmSync(pidFile, { force: true });
  const child = spawnLeash(command, pidFile);
  let end: string | undefined;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve((end = error.message)));
    child.once('exit', (code, signal) => resolve((end = signal ?? `exit code ${code}`)));
  });
  const handle: LeashedProcess = {
    pid: 0,
    ended,
    hasEnded: () => end !== undefined,
    lastLines: () => lastLines(command.logFile),
    stop: (graceMs = 10_000) => stopGroup(child, ended, graceMs),
    kill: () => stopGroup(child, ended, 0),
  };
  running.add(handle);
  void ended.then(() => running.delete(handle));
  handle.pid = await readPid(pidFile, handle, command.name);
  return handle;
}

/** Stops whatever was started and still runs, and lets nothing new start; for an exit in the middle of starting. */
export async function stopAllLeashed(): Promise<void> {
  closing = true;
  await Promise.all([...running].map((process) => process.stop()));
}

function spawnLeash(command: LeashedCommand, pidFile: string): ChildProcess {
  const log = openSync(command.logFile, 'a');
  try {
    return spawn('/bin/sh', [LEASH, pidFile, command.command, ...command.args], {
      cwd: command.cwd,
      env: command.env,
      detached: true,
      stdio: ['pipe', log, log],
    });
  } finally {
    closeSync(log);
  }
}

async function readPid(path: string, process: LeashedProcess, name: string): Promise<number> {
  for (;;) {
    const pid = Number.parseInt(readOrEmpty(path), 10);
    if (pid > 0) return pid;
    if (process.hasEnded()) throw new Error(`${name} did not start: ${await process.ended}\n${process.lastLines()}`);
    await sleep(5);
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function lastLines(path: string): string {
  return readOrEmpty(path).trimEnd().split('\n').slice(-LAST_LINES).join('\n');
}

async function stopGroup(child: ChildProcess, ended: Promise<string>, graceMs: number): Promise<void> {
  if (child.pid === undefined) return;
  if (graceMs > 0 && child.exitCode === null && child.signalCode === null) {
    // A frozen process cannot react to SIGTERM.
    signalGroup(child.pid, 'SIGCONT');
    child.kill('SIGTERM');
    const late = new AbortController();
    const timer = sleep(graceMs, undefined, { signal: late.signal }).catch(() => undefined);
    await Promise.race([ended, timer]);
    late.abort();
  }
  signalGroup(child.pid, 'SIGKILL');
  await ended;
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // Nobody is left in the group.
  }
}
