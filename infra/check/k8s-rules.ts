import { type Container, containersOf, type Env, type Manifest, nameOf, selects, workloads } from './k8s-objects.ts';

/** One practice, and what breaks it in the manifests of an overlay. */
export type Rule = { name: string; faults: (all: readonly Manifest[]) => string[] };

const ofKind = (all: readonly Manifest[], kind: string) => all.filter((one) => one.kind === kind);
const deployments = (all: readonly Manifest[]) => workloads(all).filter(({ of }) => of.kind === 'Deployment');
const missing = (whole: string, wanted: Record<string, boolean>) =>
  Object.entries(wanted).flatMap(([what, there]) => (there ? [] : [`${whole}: ${what}`]));

/** Volumes that Pod Security 'restricted' lets pass. */
const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];
/** What people outside reach, or look into from their own machine. */
const PUBLIC = ['portal', 'fintech-sandbox', 'rabbitmq'];

function containerRights(where: string, { name, securityContext: rights = {} }: Container): string[] {
  return missing(`${where}, container ${name}`, {
    'allowPrivilegeEscalation must be false': rights.allowPrivilegeEscalation === false,
    'readOnlyRootFilesystem must be true': rights.readOnlyRootFilesystem === true,
    'capabilities must drop ALL and add none':
      rights.capabilities?.drop?.includes('ALL') === true && (rights.capabilities.add ?? []).length === 0,
    'must not be privileged, nor run as user 0': rights.privileged !== true && rights.runAsUser !== 0,
  });
}

function podRights(all: readonly Manifest[]): string[] {
  return workloads(all).flatMap(({ of, pod }) => [
    ...missing(nameOf(of), {
      'runAsNonRoot must be true': pod.securityContext?.runAsNonRoot === true && pod.securityContext.runAsUser !== 0,
      'seccompProfile must be RuntimeDefault': pod.securityContext?.seccompProfile?.type === 'RuntimeDefault',
      'automountServiceAccountToken must be false': pod.automountServiceAccountToken === false,
      'must not share the network, processes or memory of its node':
        pod.hostNetwork !== true && pod.hostPID !== true && pod.hostIPC !== true,
      'has a volume that Pod Security forbids': (pod.volumes ?? []).every((volume) =>
        VOLUMES.some((kind) => kind in volume),
      ),
    }),
    ...containersOf(pod).flatMap((container) => containerRights(nameOf(of), container)),
  ]);
}

function resources(all: readonly Manifest[]): string[] {
  return workloads(all).flatMap(({ of, pod }) =>
    containersOf(pod).flatMap(({ name, resources: given = {} }) =>
      RESOURCES.flatMap((one) =>
        missing(`${nameOf(of)}, container ${name}`, {
          [`requests ${one}`]: given.requests?.[one] !== undefined,
          [`limits ${one}`]: given.limits?.[one] !== undefined,
        }),
      ),
    ),
  );
}

const target = (probe: Record<string, unknown> | undefined) =>
  JSON.stringify(probe?.['httpGet'] ?? probe?.['tcpSocket'] ?? probe?.['exec'] ?? null);

function probes(all: readonly Manifest[]): string[] {
  return deployments(all).flatMap(({ of, pod }) =>
    pod.containers.flatMap(({ name, startupProbe, livenessProbe, readinessProbe }) => {
      const targets = [startupProbe, livenessProbe, readinessProbe].map(target);
      return missing(`${nameOf(of)}, container ${name}`, {
        'needs a startup, a liveness and a readiness probe': !targets.includes('null'),
        'its three probes must look at three different things': new Set(targets).size === 3,
      });
    }),
  );
}

/** What services ask of clients (packages/service-kit, lifecycle.ts). */
const KEPT_MS = 5_000;

const numberOf = (env: readonly Env[], name: string) =>
  Number(env.find((one) => one.name === name)?.value ?? Number.NaN);

function ending(all: readonly Manifest[]): string[] {
  return deployments(all).flatMap(({ of, pod }) =>
    pod.containers.flatMap(({ name, lifecycle, env = [] }) => {
      const sleep = lifecycle?.preStop?.sleep?.seconds ?? 0;
      const [drain, shutdown] = [numberOf(env, 'DRAIN_DELAY_MS'), numberOf(env, 'SHUTDOWN_GRACE_MS')];
      return missing(`${nameOf(of)}, container ${name}`, {
        'needs preStop.sleep': sleep > 0,
        'needs DRAIN_DELAY_MS, and SHUTDOWN_GRACE_MS longer than it': drain < shutdown,
        'DRAIN_DELAY_MS must be longer than clients keep an idle connection': drain > KEPT_MS,
        'terminationGracePeriodSeconds must be longer than sleep and shutdown together':
          (pod.terminationGracePeriodSeconds ?? 30) * 1_000 > sleep * 1_000 + shutdown,
        'a rolling update must keep every replica': of.spec?.strategy?.rollingUpdate?.maxUnavailable === 0,
      });
    }),
  );
}

function budgets(all: readonly Manifest[]): string[] {
  return deployments(all).flatMap(({ of, labels }) => {
    const own = ofKind(all, 'PodDisruptionBudget').filter(({ spec }) => selects(spec?.selector ?? {}, labels));
    return missing(nameOf(of), {
      'needs one PodDisruptionBudget with maxUnavailable 1': own.length === 1 && own[0]?.spec?.maxUnavailable === 1,
    });
  });
}

function spread(all: readonly Manifest[]): string[] {
  return deployments(all).flatMap(({ of, pod, labels }) => {
    const own = (pod.topologySpreadConstraints ?? []).filter(
      ({ labelSelector }) => labelSelector?.matchLabels !== undefined && selects(labelSelector, labels),
    );
    return missing(nameOf(of), { 'needs a topologySpreadConstraint over its own pods': own.length > 0 });
  });
}

const scalers = (all: readonly Manifest[]) => [
  ...ofKind(all, 'HorizontalPodAutoscaler'),
  ...ofKind(all, 'ScaledObject'),
];

function scaling(all: readonly Manifest[]): string[] {
  return deployments(all).flatMap(({ of }) => {
    const own = scalers(all).filter(({ spec }) => spec?.scaleTargetRef?.name === of.metadata.name);
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

const isSecretName = (name: string) => /SECRET|TOKEN|PASSWORD|AMQP_URL|MONGODB_URI/.test(name);

function secrets(all: readonly Manifest[]): string[] {
  const external = ofKind(all, 'ExternalSecret').map(
    (one) =>
      [one.spec?.target?.name ?? one.metadata.name, (one.spec?.data ?? []).map(({ secretKey }) => secretKey)] as const,
  );
  const plain = ofKind(all, 'Secret').map(
    (one) => [one.metadata.name, Object.keys({ ...one.data, ...one.stringData })] as const,
  );
  const known = new Map<string, string[]>([...external, ...plain]);
  return workloads(all).flatMap(({ of, pod }) =>
    containersOf(pod).flatMap(({ name, env = [] }) =>
      env.flatMap((variable) => {
        const { name: secret, key } = variable.valueFrom?.secretKeyRef ?? {};
        return missing(`${nameOf(of)}, container ${name}, ${variable.name}`, {
          'a secret stands in the manifest': !(isSecretName(variable.name) && variable.value !== undefined),
          [`there is no key ${key} in a secret ${secret}`]:
            secret === undefined || known.get(secret)?.includes(key ?? '') === true,
        });
      }),
    ),
  );
}

/** A service that read another's secret could act as it at the broker and the database. */
function accounts(all: readonly Manifest[]): string[] {
  return deployments(all).flatMap(({ of, pod }) =>
    pod.containers.flatMap(({ env = [] }) =>
      env.flatMap(({ name, valueFrom }) =>
        missing(`${nameOf(of)}, ${name}`, {
          'must come from the secret of its own service': [undefined, of.metadata.name].includes(
            valueFrom?.secretKeyRef?.name,
          ),
        }),
      ),
    ),
  );
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
  const routes = ofKind(all, 'HTTPRoute').flatMap((route) =>
    (route.spec?.rules ?? []).flatMap(({ backendRefs = [] }) =>
      backendRefs.flatMap(({ name, port }) =>
        missing(nameOf(route), {
          [`there is no Service ${name} with the port ${port}`]: found.some(
            (one) => one.metadata.name === name && one.spec?.ports?.some((its) => its.port === port),
          ),
        }),
      ),
    ),
  );
  return [...dangling, ...routes, ...ofKind(all, 'Ingress').map((one) => `${nameOf(one)}: use a Gateway API route`)];
}

function images(all: readonly Manifest[]): string[] {
  return workloads(all).flatMap(({ of, pod }) =>
    containersOf(pod).flatMap(({ name, image }) =>
      missing(`${nameOf(of)}, container ${name}`, {
        [`${image} must have a tag or digest, and not latest`]: /[:@][^/:]+$/.test(image) && !image.endsWith(':latest'),
      }),
    ),
  );
}

function topology(all: readonly Manifest[]): string[] {
  const publishes = deployments(all).filter(({ pod }) =>
    pod.containers.some(({ env = [] }) => env.some(({ name }) => name === 'AMQP_URL')),
  );
  return [
    ...missing('namespace', {
      'needs the Job topology': ofKind(all, 'Job').some(({ metadata }) => metadata.name === 'topology'),
    }),
    ...publishes.flatMap(({ of, pod }) =>
      missing(nameOf(of), {
        'must wait for the topology in an init container': (pod.initContainers ?? []).some(
          ({ name }) => name === 'topology',
        ),
      }),
    ),
  ];
}

function podSecurity(all: readonly Manifest[]): string[] {
  const found = ofKind(all, 'Namespace');
  return [
    ...missing('overlay', { 'needs its Namespace': found.length === 1 }),
    ...found.flatMap((one) =>
      missing(nameOf(one), {
        "must enforce Pod Security 'restricted'":
          one.metadata.labels?.['pod-security.kubernetes.io/enforce'] === 'restricted',
      }),
    ),
  ];
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
