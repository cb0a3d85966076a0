import { run } from '../local/programs.ts';

/** One part of a check. It answers what is wrong, a line each. */
export type Step = { name: string; faults: () => Promise<string[]> };

/** Longest time for one tool of the check. */
const LIMIT_MS = 120_000;

/**
 * Runs a tool of node_modules by this node, in the root of the repository.
 * @returns nothing where it ends well; what it printed where it does not
 */
export async function faultsOf(root: string, script: string, args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(process.execPath, [script, ...args], { cwd: root, timeoutMs: LIMIT_MS });
  if (code === 0) return [];
  const said = `${stdout}${stderr}`.trim();
  return [
    said === ''
      ? `${script} ended with exit code ${code}, or took more than ${LIMIT_MS / 1000} s, and said nothing`
      : said,
  ];
}

export const say = (text: string) => void process.stdout.write(`${text}\n`);
export const secondsSince = (started: number) => `${((performance.now() - started) / 1000).toFixed(1)} s`;

/** Runs one step and prints what is wrong. @returns how many faults it found; a step that throws has one */
export async function runStep({ name, faults }: Step): Promise<number> {
  say(`== ${name}`);
  const started = performance.now();
  const found = await faults().catch((error: Error) => [`could not be checked: ${error.stack ?? error.message}`]);
  for (const fault of found) say(fault);
  say(`== ${name}: ${found.length === 0 ? 'ok' : 'FAILED'}, ${secondsSince(started)}\n`);
  return found.length;
}
