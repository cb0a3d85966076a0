/**
 * `npm run check`: everything that can be said of the tree without running it. Runs all steps, also after one failed.
 */
import { ROOT } from '../local/run-directory.ts';
import { ToolMissing } from './tools.ts';
import { boundaryFaults } from './boundaries.ts';
import { faultsOf, runStep, say, type Step } from './command.ts';
import { treeHygieneFaults } from './hygiene.ts';
import { bringTools, k8sSteps } from './k8s/steps.ts';

const steps: Step[] = [
  {
    name: 'format',
    faults: () => faultsOf(ROOT, 'node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']),
  },
  {
    name: 'lint',
    faults: () => faultsOf(ROOT, 'node_modules/oxlint/bin/oxlint', ['--deny-warnings', '--format=unix', '.']),
  },
  {
    name: 'types',
    faults: () => faultsOf(ROOT, 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json', '--pretty', 'false']),
  },
  { name: 'module boundaries', faults: () => boundaryFaults(ROOT) },
  {
    name: 'dead code',
    faults: () => faultsOf(ROOT, 'node_modules/knip/bin/knip.js', ['--no-progress', '--no-config-hints']),
  },
  { name: 'generated files', faults: () => faultsOf(ROOT, 'infra/check/generate.ts', ['--check']) },
  { name: 'contracts', faults: () => faultsOf(ROOT, 'infra/check/contracts.ts', []) },
  { name: 'hygiene', faults: () => Promise.resolve(treeHygieneFaults(ROOT)) },
  { name: 'k8s', faults: k8sFaults },
];

/** `npm run check:k8s` as one step. Where a tool of it cannot be had here, that is said and no fault. */
async function k8sFaults(): Promise<string[]> {
  const log = (text: string) => say(`[check:k8s] ${text}`);
  try {
    const found: string[] = [];
    for (const step of k8sSteps(await bringTools(log), log))
      found.push(...(await step.faults()).map((fault) => `${step.name}: ${fault}`));
    return found;
  } catch (error) {
    if (!(error instanceof ToolMissing)) throw error;
    log(`not checked, as a tool cannot be had here: ${error.message.slice(0, 500)}`);
    return [];
  }
}

const failed: string[] = [];
for (const step of steps) if ((await runStep(step)) > 0) failed.push(step.name);
say(failed.length === 0 ? `all ${steps.length} checks passed` : `failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
