/**
 * `npm run check`: everything that can be said of the tree without running it. Runs all steps, also after one failed.
 * `npm run check:k8s` runs the step `k8s` alone; a tool that it cannot have is then a fault.
 */
import { run } from '../local/programs.ts';
import { ROOT } from '../local/run-directory.ts';
import { boundaryFaults } from './boundaries.ts';
import { treeHygieneFaults } from './hygiene.ts';
import { bringTools, k8sSteps, type Step } from './k8s/steps.ts';
import { ToolMissing } from './tools.ts';

/** Longest time for one tool of the check. */
const LIMIT_MS = 120_000;

const say = (text: string) => void process.stdout.write(`${text}\n`);

/**
 * Runs a script by this node in the root of the repository.
 * @returns nothing where it ends well; what it printed where it does not
 */
async function faultsOf(script: string, ...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(process.execPath, [script, ...args], { cwd: ROOT, timeoutMs: LIMIT_MS });
  if (code === 0) return [];
  const silent = `${script} ended with exit code ${code}, or took more than ${LIMIT_MS / 1000} s, and said nothing`;
  return [`${stdout}${stderr}`.trim() || silent];
}

/** Holds the overlays, Dockerfiles and docker-compose.yml against schemas, linters and our rules, without a cluster. */
async function k8sFaults(): Promise<string[]> {
  const log = (text: string) => say(`[check:k8s] ${text}`);
  try {
    const found: string[] = [];
    for (const { name, faults } of k8sSteps(await bringTools(log), log))
      found.push(...(await faults()).map((fault) => `${name}: ${fault}`));
    return found;
  } catch (error) {
    if (!(error instanceof ToolMissing) || only === 'k8s') throw error;
    log(`not checked, as a tool cannot be had here: ${error.message.slice(0, 500)}`);
    return [];
  }
}

/** Runs one step and prints what is wrong; a step that throws has failed. */
async function passes({ name, faults }: Step): Promise<boolean> {
  say(`== ${name}`);
  const started = performance.now();
  const found = await faults().catch((error: Error) => [`could not be checked: ${error.stack ?? error.message}`]);
  for (const fault of found) say(fault);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`== ${name}: ${found.length === 0 ? 'ok' : 'FAILED'}, ${seconds} s\n`);
  return found.length === 0;
}

const bin = 'node_modules';
const all: Step[] = [
  { name: 'format', faults: () => faultsOf(`${bin}/prettier/bin/prettier.cjs`, '--check', '--log-level', 'warn', '.') },
  { name: 'lint', faults: () => faultsOf(`${bin}/oxlint/bin/oxlint`, '--deny-warnings', '--format=unix', '.') },
  { name: 'types', faults: () => faultsOf(`${bin}/typescript/bin/tsc`, '-p', 'tsconfig.json', '--pretty', 'false') },
  { name: 'module boundaries', faults: () => boundaryFaults(ROOT) },
  { name: 'dead code', faults: () => faultsOf(`${bin}/knip/bin/knip.js`, '--no-progress', '--no-config-hints') },
  { name: 'generated files', faults: () => faultsOf('infra/check/generate.ts', '--check') },
  { name: 'contracts', faults: () => faultsOf('infra/check/contracts.ts') },
  { name: 'hygiene', faults: async () => treeHygieneFaults() },
  { name: 'k8s', faults: k8sFaults },
];

const only = process.argv[2];
const steps = all.filter(({ name }) => only === undefined || name === only);
const failed: string[] = [];
for (const step of steps) if (!(await passes(step))) failed.push(step.name);
say(failed.length === 0 ? `all ${steps.length} checks passed` : `failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 && steps.length > 0 ? 0 : 1;
