/** `npm run check`: everything that can be said of the tree without running it. Runs all steps, also after one failed. */
import { ROOT } from '../dev/run-directory.ts';
import { boundaryFaults } from './boundaries.ts';
import { faultsOf } from './command.ts';
import { treeHygieneFaults } from './hygiene.ts';

type Step = { name: string; faults: () => Promise<string[]> };

const steps: Step[] = [
  { name: 'lint', faults: () => faultsOf(ROOT, 'node_modules/oxlint/bin/oxlint', ['--deny-warnings', '--format=unix', '.']) },
  { name: 'types', faults: () => faultsOf(ROOT, 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json', '--pretty', 'false']) },
  { name: 'module boundaries', faults: () => boundaryFaults(ROOT) },
  { name: 'dead code', faults: () => faultsOf(ROOT, 'node_modules/knip/bin/knip.js', ['--no-progress', '--no-config-hints']) },
  { name: 'generated files', faults: () => faultsOf(ROOT, 'infra/check/generate.ts', ['--check']) },
  { name: 'contracts', faults: () => faultsOf(ROOT, 'infra/check/contracts.ts', []) },
  { name: 'hygiene', faults: () => Promise.resolve(treeHygieneFaults(ROOT)) },
];

const say = (text: string) => void process.stdout.write(`${text}\n`);

async function passes({ name, faults }: Step): Promise<boolean> {
  say(`== ${name}`);
  const started = performance.now();
  const found = await faults().catch((error: Error) => [`could not be checked: ${error.stack ?? error.message}`]);
  for (const fault of found) say(fault);
  say(`== ${name}: ${found.length === 0 ? 'ok' : 'FAILED'}, ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  return found.length === 0;
}

const failed: string[] = [];
for (const step of steps) if (!(await passes(step))) failed.push(step.name);
say(failed.length === 0 ? `all ${steps.length} checks passed` : `failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
