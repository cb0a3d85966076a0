import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../local/run-directory.ts';
import { type Container, type Manifest, workloads } from './objects.ts';
import { productionFaults, ruleFaults, RULES } from './rules.ts';
import { readManifests } from './schemas.ts';

const FILES = ['k8s/base/**/*.yaml', 'k8s/components/**/*.yaml', 'k8s/overlays/production/edge.yaml'];
/** Only the local overlay has it. */
const SANDBOX = /fintech-sandbox/;

/** What production is made of, as it stands in the files. */
function production(): Manifest[] {
  const files = globSync(FILES, { cwd: ROOT }).filter(
    (file) => !SANDBOX.test(file) && !file.endsWith('kustomization.yaml'),
  );
  return files.flatMap((file) => readManifests(readFileSync(join(ROOT, file), 'utf8')));
}

const named = (all: Manifest[], kind: string, name: string) =>
  all.find((one) => one.kind === kind && one.metadata.name === name)!;
const specOf = (all: Manifest[], kind: string, name: string) => named(all, kind, name).spec!;
const pod = (all: Manifest[], name = 'commitment') => specOf(all, 'Deployment', name).template!.spec;
const container = (all: Manifest[], name = 'commitment'): Container => pod(all, name).containers[0]!;
const drop = (all: Manifest[], kind: string, name: string) => void all.splice(all.indexOf(named(all, kind, name)), 1);
const env = (all: Manifest[], name: string) => container(all).env!.find((one) => one.name === name)!;

test('the manifests keep every rule', () => {
  expect(ruleFaults(production())).toEqual([]);
  expect(productionFaults(production())).toEqual([]);
  expect(workloads(production()).length).toBeGreaterThanOrEqual(7);
});

type Seed = { rule: string; what: string; break: (all: Manifest[]) => void };

const seeds: Seed[] = [
  {
    rule: 'Pod Security is enforced',
    what: 'a namespace without Pod Security',
    break: (all) => void (named(all, 'Namespace', 'ksbb').metadata.labels = {}),
  },
  { rule: 'Pod Security is enforced', what: 'no namespace', break: (all) => drop(all, 'Namespace', 'ksbb') },
  {
    rule: 'pods have no rights',
    what: 'a pod that may run as root',
    break: (all) => void (pod(all).securityContext = {}),
  },
  {
    rule: 'pods have no rights',
    what: 'a root file system that can be written',
    break: (all) => void (container(all).securityContext!.readOnlyRootFilesystem = false),
  },
  {
    rule: 'pods have no rights',
    what: 'an added capability',
    break: (all) => void (container(all).securityContext!.capabilities!.add = ['NET_RAW']),
  },
  {
    rule: 'pods have no rights',
    what: 'an init container with rights',
    break: (all) => void (pod(all).initContainers![0]!.securityContext = {}),
  },
  {
    rule: 'pods have no rights',
    what: 'a token of the cluster',
    break: (all) => void delete pod(all).automountServiceAccountToken,
  },
  {
    rule: 'pods have no rights',
    what: 'a folder of the node',
    break: (all) => void (pod(all).volumes = [{ name: 'x', hostPath: { path: '/' } }]),
  },
  {
    rule: 'requests and limits',
    what: 'no limit on disk',
    break: (all) => void delete container(all).resources!.limits!['ephemeral-storage'],
  },
  {
    rule: 'requests and limits',
    what: 'no request of memory',
    break: (all) => void delete container(all).resources!.requests!['memory'],
  },
  { rule: 'three probes', what: 'no readiness probe', break: (all) => void delete container(all).readinessProbe },
  {
    rule: 'three probes',
    what: 'liveness that depends on the database',
    break: (all) => void (container(all).livenessProbe = container(all).readinessProbe!),
  },
  { rule: 'orderly ending', what: 'no sleep before the end', break: (all) => void delete container(all).lifecycle },
  {
    rule: 'orderly ending',
    what: 'a grace period as short as the shutdown',
    break: (all) => void (pod(all).terminationGracePeriodSeconds = 25),
  },
  { rule: 'orderly ending', what: 'no drain', break: (all) => void (env(all, 'DRAIN_DELAY_MS').name = 'DRAIN') },
  {
    rule: 'orderly ending',
    what: 'a drain that meets idle connections',
    break: (all) => void (env(all, 'DRAIN_DELAY_MS').value = '2000'),
  },
  {
    rule: 'orderly ending',
    what: 'a rollout that takes replicas away',
    break: (all) => void (specOf(all, 'Deployment', 'portal').strategy!.rollingUpdate!.maxUnavailable = 1),
  },
  { rule: 'disruption budgets', what: 'no budget', break: (all) => drop(all, 'PodDisruptionBudget', 'portal') },
  {
    rule: 'disruption budgets',
    what: 'a budget that lets all go',
    break: (all) => void (specOf(all, 'PodDisruptionBudget', 'portal').maxUnavailable = '100%'),
  },
  {
    rule: 'spread over nodes',
    what: 'pods that may all lie on one node',
    break: (all) => void delete pod(all).topologySpreadConstraints,
  },
  {
    rule: 'replicas and autoscalers',
    what: 'replicas beside an autoscaler',
    break: (all) => void (specOf(all, 'Deployment', 'commitment').replicas = 3),
  },
  {
    rule: 'replicas and autoscalers',
    what: 'neither replicas nor an autoscaler',
    break: (all) => drop(all, 'HorizontalPodAutoscaler', 'portal'),
  },
  {
    rule: 'KEDA',
    what: 'a protocol that counts waiting messages only',
    break: (all) => void (specOf(all, 'ScaledObject', 'commitment').triggers![0]!.metadata['protocol'] = 'amqp'),
  },
  { rule: 'KEDA', what: 'no fallback', break: (all) => void delete specOf(all, 'ScaledObject', 'commitment').fallback },
  {
    rule: 'KEDA',
    what: "another service's queue",
    break: (all) =>
      void (specOf(all, 'ScaledObject', 'commitment').triggers![0]!.metadata['queueName'] = 'training.in'),
  },
  {
    rule: 'network policies',
    what: 'nothing denied by default',
    break: (all) => drop(all, 'NetworkPolicy', 'default-deny'),
  },
  {
    rule: 'network policies',
    what: 'a way out to anywhere',
    break: (all) => void delete specOf(all, 'NetworkPolicy', 'commitment').egress![0]!.to,
  },
  {
    rule: 'network policies',
    what: 'a way in from anywhere',
    break: (all) => void delete specOf(all, 'NetworkPolicy', 'commitment').ingress![0]!.from,
  },
  {
    rule: 'network policies',
    what: 'a service without a policy',
    break: (all) => drop(all, 'NetworkPolicy', 'training'),
  },
  {
    rule: 'secrets by reference',
    what: 'a secret in a manifest',
    break: (all) => void Object.assign(env(all, 'PIN_SECRET'), { value: 'a-secret-in-the-tree', valueFrom: undefined }),
  },
  {
    rule: 'secrets by reference',
    what: 'a secret that nothing makes',
    break: (all) => drop(all, 'ExternalSecret', 'reporting'),
  },
  {
    rule: 'secrets by reference',
    what: 'a misspelt key',
    break: (all) => void (env(all, 'PIN_SECRET').valueFrom!.secretKeyRef!.key = 'PIN'),
  },
  {
    rule: 'accounts of its own',
    what: "another service's account",
    break: (all) => void (env(all, 'AMQP_URL').valueFrom!.secretKeyRef!.name = 'reporting'),
  },
  {
    rule: 'services and routes',
    what: 'a Service without pods behind it',
    break: (all) => void (specOf(all, 'Service', 'portal').selector = { 'app.kubernetes.io/name': 'portl' }),
  },
  {
    rule: 'services and routes',
    what: 'a route to nowhere',
    break: (all) => void (specOf(all, 'HTTPRoute', 'portal').rules![0]!.backendRefs![0]!.port = 8080),
  },
  {
    rule: 'services and routes',
    what: 'an Ingress',
    break: (all) => void all.push({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'x' } }),
  },
  {
    rule: 'images are named',
    what: 'an image without a tag',
    break: (all) => void (container(all).image = 'registry.example:5000/ksbb/commitment'),
  },
  { rule: 'topology first', what: 'no topology job', break: (all) => drop(all, 'Job', 'topology') },
  {
    rule: 'topology first',
    what: 'a service that does not wait for it',
    break: (all) => void delete pod(all).initContainers,
  },
];

test.each(seeds)('$rule: $what is found', ({ rule, break: seed }) => {
  const all = structuredClone(production());
  seed(all);
  expect(ruleFaults(all).filter((fault) => fault.endsWith(`(${rule})`))).not.toEqual([]);
});

test('every rule was seen failing', () => {
  expect(RULES.map(({ name }) => name).filter((name) => !seeds.some(({ rule }) => rule === name))).toEqual([]);
});

test('a secret or the sandbox in production is found', () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } };
  const sandbox = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'fintech-sandbox' } };
  expect(productionFaults([secret, sandbox])).toHaveLength(2);
});
