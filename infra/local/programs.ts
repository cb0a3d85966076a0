import { execa } from 'execa';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

export type Output = {
  code: number;
  stdout: string;
  stderr: string;
};

export type RunOptions = {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  timeoutMs?: number;
  /** What the program reads; nothing unless said. */
  input?: string;
};

/** Runs a program to its end and collects what it wrote; a program that cannot be started has code 127. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Output> {
  const { cwd = process.cwd(), env, timeoutMs, input } = options;
  const result = await execa(command, args, {
    cwd,
    reject: false,
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    stripFinalNewline: false,
    ...(env === undefined ? {} : { env, extendEnv: false }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
  const { exitCode, stdout, stderr } = result;
  const wasStarted = exitCode !== undefined || result.signal !== undefined;
  return {
    code: exitCode ?? (wasStarted ? 1 : 127),
    stdout,
    stderr: wasStarted ? stderr : (result.shortMessage ?? ''),
  };
}

const MOST_OUTPUT_SHOWN = 12_000;

/** Runs a program that has to succeed. Answers its standard output. @throws with what it wrote last, where it fails */
export async function mustRun(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code === 0) return stdout;
  const output = `${stdout}\n${stderr}`.trim().slice(-MOST_OUTPUT_SHOWN);
  throw new Error(`${command} ${args.join(' ').slice(0, 200)} failed:\n${output}`);
}

/**
 * The path of the first of `names` found in one of `moreFolders`, on the PATH or, for an absolute one, where it says.
 */
export function findProgram(names: readonly string[], moreFolders: readonly string[] = []): string | undefined {
  const folders = [...moreFolders, ...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const name of names) {
    if (isAbsolute(name)) {
      if (isExecutable(name)) return name;
      continue;
    }
    for (const folder of folders) {
      const path = join(folder, name);
      if (folder !== '' && isExecutable(path)) return path;
    }
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** `docker` or `podman` where its engine answers. */
export async function containerEngine(): Promise<string | undefined> {
  for (const name of ['docker', 'podman']) {
    const path = findProgram([name]);
    if (path !== undefined && (await run(path, ['info'], { timeoutMs: 5000 })).code === 0) return path;
  }
  return undefined;
}
