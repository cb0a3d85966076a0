import {
  allContainers,
  deployments,
  type Env,
  type Manifest,
  missing,
  nameOf,
  ofKind,
  selects,
  servingContainers,
  workloads,
} from './objects.ts';

/*
 * Rules about pods: each function names the faults in the manifests of an overlay.
 */

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

export function podRights(all: readonly Manifest[]): string[] {
  const ofPods = workloads(all).flatMap(({ of, pod }) =>
    missing(nameOf(of), {
      'runAsNonRoot must be true': pod.securityContext?.runAsNonRoot === true && pod.securityContext.runAsUser !== 0,
      'seccompProfile must be RuntimeDefault': pod.securityContext?.seccompProfile?.type === 'RuntimeDefault',
      'automountServiceAccountToken must be false': pod.automountServiceAccountToken === false,
      'must not share the network, processes or memory of its node':
        pod.hostNetwork !== true && pod.hostPID !== true && pod.hostIPC !== true,
      'has a volume that Pod Security forbids': (pod.volumes ?? []).every((volume) =>
        VOLUMES.some((kind) => kind in volume),
      ),
    }),
  );
  const ofContainers = allContainers(all).flatMap(({ where, container: { securityContext: rights = {} } }) =>
    missing(where, {
      'allowPrivilegeEscalation must be false': rights.allowPrivilegeEscalation === false,
      'readOnlyRootFilesystem must be true': rights.readOnlyRootFilesystem === true,
      'capabilities must drop ALL and add none':
        rights.capabilities?.drop?.includes('ALL') === true && (rights.capabilities.add ?? []).length === 0,
      'must not be privileged, nor run as user 0': rights.privileged !== true && rights.runAsUser !== 0,
    }),
  );
  return [...ofPods, ...ofContainers];
}

export function resources(all: readonly Manifest[]): string[] {
  return allContainers(all).flatMap(({ where, container: { resources: given = {} } }) =>
    RESOURCES.flatMap((one) =>
      missing(where, {
        [`requests ${one}`]: given.requests?.[one] !== undefined,
        [`limits ${one}`]: given.limits?.[one] !== undefined,
      }),
    ),
  );
}

const target = (probe: Record<string, unknown> | undefined) =>
  JSON.stringify(probe?.['httpGet'] ?? probe?.['tcpSocket'] ?? probe?.['exec'] ?? null);

export function probes(all: readonly Manifest[]): string[] {
  return servingContainers(all).flatMap(({ where, container: { startupProbe, livenessProbe, readinessProbe } }) => {
    const targets = [startupProbe, livenessProbe, readinessProbe].map(target);
    return missing(where, {
      'needs a startup, a liveness and a readiness probe': !targets.includes('null'),
      'its three probes must look at three different things': new Set(targets).size === 3,
    });
  });
}

/** What services ask of clients (packages/service-kit, lifecycle.ts). */
const KEPT_MS = 5_000;

const numberOf = (env: readonly Env[], name: string) =>
  Number(env.find((one) => one.name === name)?.value ?? Number.NaN);

export function ending(all: readonly Manifest[]): string[] {
  return servingContainers(all).flatMap(({ where, of, pod, container: { lifecycle, env = [] } }) => {
    const sleep = lifecycle?.preStop?.sleep?.seconds ?? 0;
    const [drain, shutdown] = [numberOf(env, 'DRAIN_DELAY_MS'), numberOf(env, 'SHUTDOWN_GRACE_MS')];
    return missing(where, {
      'needs preStop.sleep': sleep > 0,
      'needs DRAIN_DELAY_MS, and SHUTDOWN_GRACE_MS longer than it': drain < shutdown,
      'DRAIN_DELAY_MS must be longer than clients keep an idle connection': drain > KEPT_MS,
      'terminationGracePeriodSeconds must be longer than sleep and shutdown together':
        (pod.terminationGracePeriodSeconds ?? 30) * 1_000 > sleep * 1_000 + shutdown,
      'a rolling update must keep every replica': of.spec?.strategy?.rollingUpdate?.maxUnavailable === 0,
    });
  });
}

export function budgets(all: readonly Manifest[]): string[] {
  return deployments(all).flatMap(({ of, labels }) => {
    const own = ofKind(all, 'PodDisruptionBudget').filter(({ spec }) => selects(spec?.selector ?? {}, labels));
    return missing(nameOf(of), {
      'needs one PodDisruptionBudget with maxUnavailable 1': own.length === 1 && own[0]?.spec?.maxUnavailable === 1,
    });
  });
}

export function spread(all: readonly Manifest[]): string[] {
  return deployments(all).flatMap(({ of, pod, labels }) => {
    const own = (pod.topologySpreadConstraints ?? []).filter(
      ({ labelSelector }) => labelSelector?.matchLabels !== undefined && selects(labelSelector, labels),
    );
    return missing(nameOf(of), { 'needs a topologySpreadConstraint over its own pods': own.length > 0 });
  });
}

const isSecretName = (name: string) => /SECRET|TOKEN|PASSWORD|AMQP_URL|MONGODB_URI/.test(name);

export function secrets(all: readonly Manifest[]): string[] {
  const external = ofKind(all, 'ExternalSecret').map(
    ({ metadata, spec }) =>
      [spec?.target?.name ?? metadata.name, spec?.data?.map(({ secretKey }) => secretKey)] as const,
  );
  const plain = ofKind(all, 'Secret').map(
    ({ metadata, data, stringData }) => [metadata.name, Object.keys({ ...data, ...stringData })] as const,
  );
  const known = new Map<string, string[] | undefined>([...external, ...plain]);
  return allContainers(all).flatMap(({ where, container: { env = [] } }) =>
    env.flatMap(({ name, value, valueFrom }) => {
      const { name: secret = '', key = '' } = valueFrom?.secretKeyRef ?? {};
      return missing(`${where}, ${name}`, {
        'a secret stands in the manifest': !(isSecretName(name) && value !== undefined),
        [`there is no key ${key} in a secret ${secret}`]:
          valueFrom?.secretKeyRef === undefined || known.get(secret)?.includes(key) === true,
      });
    }),
  );
}

/** A service that read another's secret could act as it at the broker and the database. */
export function accounts(all: readonly Manifest[]): string[] {
  return servingContainers(all).flatMap(({ of, container: { env = [] } }) =>
    env.flatMap(({ name, valueFrom }) => {
      const secret = valueFrom?.secretKeyRef?.name ?? of.metadata.name;
      return missing(`${nameOf(of)}, ${name}`, {
        'must come from the secret of its own service': secret === of.metadata.name,
      });
    }),
  );
}

export function images(all: readonly Manifest[]): string[] {
  return allContainers(all).flatMap(({ where, container: { image } }) =>
    missing(where, {
      [`${image} must have a tag or digest, and not latest`]: /[:@][^/:]+$/.test(image) && !image.endsWith(':latest'),
    }),
  );
}
