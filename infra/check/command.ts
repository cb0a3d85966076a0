import { run } from '../local/programs.ts';

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
