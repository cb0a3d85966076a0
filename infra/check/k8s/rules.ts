import {
  deployments,
  type Manifest,
  missing,
  nameOf,
  ofKind,
  selects,
  servingContainers,
  workloads,
} from './objects.ts';
import { accounts, budgets, ending, images, podRights, probes, resources, secrets, spread } from './pod-rules.ts';

/** One practice, and what breaks it in the manifests of an overlay. */
export type Rule = { name: string; faults: (all: readonly Manifest[]) => string[] };

/** What people outside reach, or look into from their own machine. */
const PUBLIC = ['portal', 'fintech-sandbox', 'rabbitmq'];

function scaling(all: readonly Manifest[]): string[] {
  const scalers = [...ofKind(all, 'HorizontalPodAutoscaler'), ...ofKind(all, 'ScaledObject')];
  return deployments(all).flatMap(({ of }) => {
    const own = scalers.filter(({ spec }) => spec?.scaleTargetRef?.name === of.metadata.name);
    const least = own[0]?.spec?.minReplicas ?? own[0]?.spec?.minReplicaCount ?? of.spec?.replicas ?? 1;
    return missing(nameOf(of), {
      'has an autoscaler and replicas of its own, which undo each other':
        own.length === 0 || of.spec?.replicas === undefined,
      'needs two replicas at least, or a release or a drain takes it away': least >= 2,
      'has more than one autoscaler': own.length <= 1,
    });
  });
}

function keda(all: readonly Manifest[]): string[] {
  const names = new Set(deployments(all).map(({ of }) => of.metadata.name));
  return ofKind(all, 'ScaledObject').flatMap((one) => {
    const rabbit = one.spec?.triggers?.find(({ type }) => type === 'rabbitmq')?.metadata;
    return missing(nameOf(one), {
      'must scale a Deployment that is there': names.has(one.spec?.scaleTargetRef?.name ?? ''),
      'must ask the broker by protocol http, which counts unacknowledged messages too': rabbit?.['protocol'] === 'http',
      "must look at its service's own queue": rabbit?.['queueName'] === `${one.spec?.scaleTargetRef?.name}.in`,
      'needs one replica at least': (one.spec?.minReplicaCount ?? 0) >= 1,
      'needs a fallback': (one.spec?.fallback?.replicas ?? 0) >= 1,
    });
  });
}

function policies(all: readonly Manifest[]): string[] {
  const found = ofKind(all, 'NetworkPolicy');
  const isDefaultDeny = ({ spec }: Manifest) =>
    Object.keys(spec?.podSelector ?? { none: 1 }).length === 0 &&
    spec?.policyTypes?.length === 2 &&
    spec.ingress === undefined &&
    spec.egress === undefined;
  const unnamed = found.flatMap((policy) => [
    ...(policy.spec?.egress ?? []).flatMap(({ to = [], ports = [] }) =>
      missing(nameOf(policy), { 'an egress rule must name where to, and the port': to.length > 0 && ports.length > 0 }),
    ),
    ...(policy.spec?.ingress ?? []).flatMap(({ from = [], ports = [] }) =>
      missing(nameOf(policy), {
        'an ingress rule must name where from, and the port':
          ports.length > 0 && (from.length > 0 || PUBLIC.includes(policy.metadata.name)),
      }),
    ),
  ]);
  const uncovered = workloads(all).flatMap(({ of, labels }) => {
    const own = found.filter(
      ({ spec }) => spec?.podSelector?.matchLabels !== undefined && selects(spec.podSelector, labels),
    );
    return missing(nameOf(of), {
      'needs a NetworkPolicy of its own': own.some(({ metadata }) => metadata.name === of.metadata.name),
    });
  });
  return [
    ...missing('namespace', { 'needs a NetworkPolicy that denies everything by default': found.some(isDefaultDeny) }),
    ...unnamed,
    ...uncovered,
  ];
}

function services(all: readonly Manifest[]): string[] {
  const found = ofKind(all, 'Service');
  const dangling = found.flatMap((service) => {
    const behind = workloads(all).find(({ labels }) => selects({ matchLabels: service.spec?.selector ?? {} }, labels));
    const ports =
      behind?.pod.containers.flatMap(({ ports: own = [] }) => own.flatMap((one) => [one.name, one.containerPort])) ??
      [];
    return (service.spec?.ports ?? []).flatMap(({ port, targetPort = port }) =>
      missing(nameOf(service), { [`no pod behind it has the port ${targetPort}`]: ports.includes(targetPort) }),
    );
  });
  const backends = ofKind(all, 'HTTPRoute').flatMap((route) =>
    (route.spec?.rules ?? []).flatMap(({ backendRefs = [] }) => backendRefs.map((backend) => ({ route, ...backend }))),
  );
  const routes = backends.flatMap(({ route, name, port }) =>
    missing(nameOf(route), {
      [`there is no Service ${name} with the port ${port}`]: found.some(
        ({ metadata, spec }) => metadata.name === name && spec?.ports?.some((its) => its.port === port),
      ),
    }),
  );
  return [...dangling, ...routes, ...ofKind(all, 'Ingress').map((one) => `${nameOf(one)}: use a Gateway API route`)];
}

function topology(all: readonly Manifest[]): string[] {
  const publishing = servingContainers(all).filter(({ container: { env = [] } }) =>
    env.some(({ name }) => name === 'AMQP_URL'),
  );
  const job = ofKind(all, 'Job').find(({ metadata }) => metadata.name === 'topology');
  return [
    ...missing('namespace', { 'needs the Job topology': job !== undefined }),
    ...publishing.flatMap(({ of, pod: { initContainers = [] } }) =>
      missing(nameOf(of), {
        'must wait for the topology in an init container': initContainers.some(({ name }) => name === 'topology'),
      }),
    ),
  ];
}

function podSecurity(all: readonly Manifest[]): string[] {
  const levels = ofKind(all, 'Namespace').map(
    ({ metadata }) => metadata.labels?.['pod-security.kubernetes.io/enforce'],
  );
  return missing('overlay', {
    'needs its Namespace': levels.length === 1,
    "its Namespace must enforce Pod Security 'restricted'": levels.every((level) => level === 'restricted'),
  });
}

/** The practices that every overlay keeps. */
export const RULES: readonly Rule[] = [
  { name: 'Pod Security is enforced', faults: podSecurity },
  { name: 'pods have no rights', faults: podRights },
  { name: 'requests and limits', faults: resources },
  { name: 'three probes', faults: probes },
  { name: 'orderly ending', faults: ending },
  { name: 'disruption budgets', faults: budgets },
  { name: 'spread over nodes', faults: spread },
  { name: 'replicas and autoscalers', faults: scaling },
  { name: 'KEDA', faults: keda },
  { name: 'network policies', faults: policies },
  { name: 'secrets by reference', faults: secrets },
  { name: 'accounts of its own', faults: accounts },
  { name: 'services and routes', faults: services },
  { name: 'images are named', faults: images },
  { name: 'topology first', faults: topology },
];

/** Every fault of an overlay, with the rule it breaks. */
export const ruleFaults = (all: readonly Manifest[]): string[] =>
  RULES.flatMap(({ name, faults }) => faults(all).map((fault) => `${fault} (${name})`));

/** What only production keeps: nothing secret in it, and every secret by reference. */
export const productionFaults = (all: readonly Manifest[]): string[] =>
  [...ofKind(all, 'Secret'), ...all.filter((one) => /sandbox/.test(one.metadata.name))].map(
    (one) => `${nameOf(one)} must not be in production`,
  );
