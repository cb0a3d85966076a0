import {
  type Container,
  containersOf,
  deployments,
  type Env,
  type Manifest,
  missing,
  nameOf,
  ofKind,
  selects,
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

function containerRights(where: string, { name, securityContext: rights = {} }: Container): string[] {
  return missing(`${where}, container ${name}`, {
    'allowPrivilegeEscalation must be false': rights.allowPrivilegeEscalation === false,
    'readOnlyRootFilesystem must be true': rights.readOnlyRootFilesystem === true,
    'capabilities must drop ALL and add none':
      rights.capabilities?.drop?.includes('ALL') === true && (rights.capabilities.add ?? []).length === 0,
    'must not be privileged, nor run as user 0': rights.privileged !== true && rights.runAsUser !== 0,
  });
}

export function podRights(all: readonly Manifest[]): string[] {
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

export function resources(all: readonly Manifest[]): string[] {
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

export function probes(all: readonly Manifest[]): string[] {
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

export function ending(all: readonly Manifest[]): string[] {
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
export function accounts(all: readonly Manifest[]): string[] {
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

export function images(all: readonly Manifest[]): string[] {
  return workloads(all).flatMap(({ of, pod }) =>
    containersOf(pod).flatMap(({ name, image }) =>
      missing(`${nameOf(of)}, container ${name}`, {
        [`${image} must have a tag or digest, and not latest`]: /[:@][^/:]+$/.test(image) && !image.endsWith(':latest'),
      }),
    ),
  );
}
