/**
 * `npm run check:k8s`: builds every overlay and holds it against the strict schemas of Kubernetes and of the custom
 * resources, and against the practices of k8s-rules.ts; lints every Dockerfile and docker-compose.yml. It needs no cluster.
 * Its tools come by the Go module proxy, PyPI and npm, once per user.
 */
import { run } from '../dev/programs.ts';
import { ROOT } from '../dev/run-directory.ts';
import { BACKING_IMAGES, IMAGES } from '../images/images.ts';
import { composeLinter, kustomize, pythonTools } from '../k8s/tools.ts';
import { productionFaults, ruleFaults, RULES } from './k8s-rules.ts';
import { readManifests, schemaFaults } from './k8s-schemas.ts';

const OVERLAYS = ['local', 'production'] as const;

const say = (text: string) => void process.stdout.write(`${text}\n`);
const log = (text: string) => say(`[check:k8s] ${text}`);

async function overlayFaults(overlay: (typeof OVERLAYS)[number], tools: { kustomize: string; python: string }): Promise<string[]> {
  const { code, stdout, stderr } = await run(tools.kustomize, ['build', `k8s/overlays/${overlay}`], { cwd: ROOT });
  if (code !== 0) return [`it does not build: ${stderr.trim()}`];
  const all = readManifests(stdout);
  say(`   ${all.length} objects`);
  return [...(await schemaFaults(all, tools.python, log)), ...ruleFaults(all), ...(overlay === 'production' ? productionFaults(all) : [])];
}

async function dockerfileFaults(hadolint: string): Promise<string[]> {
  const files = [...IMAGES, ...BACKING_IMAGES].map(({ dockerfile }) => dockerfile);
  const { code, stdout, stderr } = await run(hadolint, ['--no-color', ...files], { cwd: ROOT });
  return code === 0 ? [] : `${stdout}${stderr}`.trim().split('\n');
}

async function composeFaults(): Promise<string[]> {
  const linter = await composeLinter(log);
  const { code, stdout, stderr } = await run(process.execPath, [linter, '--config', 'infra/check/compose-lint.json', '--max-warnings', '0', 'docker-compose.yml'], { cwd: ROOT });
  return code === 0 ? [] : `${stdout}${stderr}`.trim().split('\n');
}

async function main(): Promise<number> {
  const started = performance.now();
  const { python, hadolint } = await pythonTools(log);
  const tools = { kustomize: await kustomize(log), python };
  const steps: [string, () => Promise<string[]>][] = [
    ...OVERLAYS.map((overlay): [string, () => Promise<string[]>] => [`k8s/overlays/${overlay}`, () => overlayFaults(overlay, tools)]),
    ['Dockerfiles', () => dockerfileFaults(hadolint)],
    ['docker-compose.yml', composeFaults],
  ];
  let failed = 0;
  for (const [name, faults] of steps) {
    say(`== ${name}`);
    const found = await faults().catch((error: Error) => [`could not be checked: ${error.message}`]);
    for (const fault of found) say(fault);
    failed += found.length;
  }
  say(`${RULES.length} rules, ${steps.length} steps, ${failed} faults; ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return failed === 0 ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: Error) => {
    log(error.message);
    process.exitCode = 1;
  },
);
