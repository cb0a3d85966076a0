import { stringify } from 'yaml';
import { type Output, run } from '../../local/programs.ts';
import type { Log } from '../../local/progress.ts';
import { ROOT } from '../../local/run-directory.ts';
import { BACKING_IMAGES, IMAGES } from '../../images/images.ts';
import { composeLinter, kubeScore, kustomize, promtool, pythonTools } from '../tools.ts';
import type { Manifest } from './objects.ts';
import { productionFaults, ruleFaults } from './rules.ts';
import { readManifests, schemaFaults, withFile } from './schemas.ts';

/** One part of a check. It answers what is wrong, a line each. */
export type Step = { name: string; faults: () => Promise<string[]> };

const OVERLAYS = ['local', 'production'] as const;

/**
 * Its tests that ask for something else than is meant: tags are fixed, so that an image that is there is the right one;
 * pods are spread by topologySpreadConstraints; how many there are says the overlay or an autoscaler; node ports are
 * the local overlay's way to this machine.
 */
const NOT_SCORED = [
  'container-image-pull-policy',
  'deployment-has-host-podantiaffinity',
  'deployment-replicas',
  'service-type',
];

type Tools = Awaited<ReturnType<typeof bringTools>>;

/** Every tool of the check, each brought once per user. @throws ToolMissing */
export async function bringTools(log: Log) {
  const [python, linter, alerts] = await Promise.all([pythonTools(log), composeLinter(log), promtool(log)]);
  return {
    kustomize: await kustomize(log),
    kubeScore: await kubeScore(log),
    promtool: alerts,
    composeLinter: linter,
    ...python,
  };
}

const linesOf = ({ stdout, stderr }: Output) => `${stdout}${stderr}`.split('\n').filter((line) => line.trim() !== '');
const faultsOf = (output: Output) => (output.code === 0 ? [] : linesOf(output));

async function scoreFaults(program: string, manifests: string): Promise<string[]> {
  const ignored = NOT_SCORED.flatMap((name) => ['--ignore-test', name]);
  const score = (path: string) =>
    run(program, ['score', '--kubernetes-version', 'v1.34', '--output-format', 'ci', ...ignored, path]);
  const said = linesOf(await withFile(manifests, score));
  return said.filter((line) => !/^\[(OK|SKIPPED)\]/.test(line)).map((line) => `kube-score: ${line}`);
}

async function alertFaults(program: string, all: readonly Manifest[]): Promise<string[]> {
  const found = await Promise.all(
    all
      .filter(({ kind }) => kind === 'PrometheusRule')
      .map(({ spec }) => withFile(stringify(spec), (path) => run(program, ['check', 'rules', '--lint-fatal', path]))),
  );
  return found.flatMap(faultsOf);
}

async function overlayFaults(overlay: (typeof OVERLAYS)[number], tools: Tools, log: Log): Promise<string[]> {
  const { code, stdout, stderr } = await run(tools.kustomize, ['build', `k8s/overlays/${overlay}`], { cwd: ROOT });
  if (code !== 0) return [`it does not build: ${stderr.trim()}`];
  const all = readManifests(stdout);
  log(`${overlay}: ${all.length} objects`);
  return [
    ...(await schemaFaults(all, tools.python, log)),
    ...ruleFaults(all),
    ...(overlay === 'production' ? productionFaults(all) : []),
    ...(await scoreFaults(tools.kubeScore, stdout)),
    ...(await alertFaults(tools.promtool, all)),
  ];
}

/** Everything that is held against a tool or a rule, in the order in which it is done. */
export function k8sSteps(tools: Tools, log: Log): Step[] {
  const dockerfiles = [...IMAGES, ...BACKING_IMAGES].map(({ dockerfile }) => dockerfile);
  const compose = ['--config', 'infra/check/k8s/compose-lint.json', '--max-warnings', '0', 'docker-compose.yml'];
  return [
    ...OVERLAYS.map((overlay) => ({
      name: `k8s/overlays/${overlay}`,
      faults: () => overlayFaults(overlay, tools, log),
    })),
    {
      name: 'Dockerfiles',
      faults: async () => faultsOf(await run(tools.hadolint, ['--no-color', ...dockerfiles], { cwd: ROOT })),
    },
    {
      name: 'docker-compose.yml',
      faults: async () => faultsOf(await run(process.execPath, [tools.composeLinter, ...compose], { cwd: ROOT })),
    },
  ];
}
