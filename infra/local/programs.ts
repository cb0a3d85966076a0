import { execa } from 'execa';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

export type Output = { code: number; stdout: string; stderr: string };

/** `env` is all of the environment of the program; ours unless given. It reads `input`; nothing unless given. */
export type RunOptions = { cwd?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number; input?: string };

/** Runs a program to its end and collects what it wrote; a program that cannot be started has code 127. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Output> {
  const { exitCode, signal, stdout, stderr, shortMessage } = await execa(command, args, {
    cwd: options.cwd ?? process.cwd(),
    env: options.env ?? process.env,
    extendEnv: false,
    timeout: options.timeoutMs ?? 0,
    reject: false,
    input: options.input ?? '',
    stripFinalNewline: false,
  });
  if (exitCode === undefined && signal === undefined) return { code: 127, stdout, stderr: shortMessage ?? '' };
  return { code: exitCode ?? 1, stdout, stderr };
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
  const path = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const folders = [...moreFolders, ...path, '/usr/sbin', '/usr/local/sbin'];
  const places = (name: string) => (isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name)));
  return names.flatMap(places).find(isExecutable);
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
