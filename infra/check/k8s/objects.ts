/** Manifests as they are read: only what the rules look at has a type. */
export type Labels = Record<string, string>;
type Selector = { matchLabels?: Labels; matchExpressions?: { key: string; operator: string; values?: string[] }[] };
type Port = { port?: number | string };
type Peer = { podSelector?: Selector; namespaceSelector?: Selector; ipBlock?: object };
type Probe = Record<string, unknown>;
export type Env = { name: string; value?: string; valueFrom?: { secretKeyRef?: { name: string; key: string } } };

export type Container = {
  name: string;
  image: string;
  env?: Env[];
  ports?: { name?: string; containerPort: number }[];
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  lifecycle?: { preStop?: { sleep?: { seconds: number } } };
  securityContext?: {
    allowPrivilegeEscalation?: boolean;
    readOnlyRootFilesystem?: boolean;
    privileged?: boolean;
    runAsUser?: number;
    capabilities?: { drop?: string[]; add?: string[] };
  };
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
};

export type PodSpec = {
  containers: Container[];
  initContainers?: Container[];
  automountServiceAccountToken?: boolean;
  terminationGracePeriodSeconds?: number;
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  securityContext?: { runAsNonRoot?: boolean; runAsUser?: number; seccompProfile?: { type?: string } };
  topologySpreadConstraints?: { labelSelector?: Selector }[];
  volumes?: Record<string, unknown>[];
};

export type Manifest = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Labels };
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  spec?: {
    replicas?: number;
    minReplicas?: number;
    minReplicaCount?: number;
    maxUnavailable?: number | string;
    fallback?: { replicas?: number };
    triggers?: { type: string; metadata: Record<string, string> }[];
    scaleTargetRef?: { name: string };
    selector?: Labels & Selector;
    strategy?: { rollingUpdate?: { maxUnavailable?: number | string } };
    template?: { metadata?: { labels?: Labels }; spec: PodSpec };
    podSelector?: Selector;
    policyTypes?: string[];
    ingress?: { from?: Peer[]; ports?: Port[] }[];
    egress?: { to?: Peer[]; ports?: Port[] }[];
    ports?: { port: number; targetPort?: number | string }[];
    rules?: { backendRefs?: { name: string; port?: number }[] }[];
    target?: { name?: string };
    data?: { secretKey: string }[];
  };
};

export const nameOf = ({ kind, metadata }: Manifest) => `${kind}/${metadata.name}`;

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'];

/** Everything that makes pods, with the pods' labels. */
export function workloads(all: readonly Manifest[]): { of: Manifest; pod: PodSpec; labels: Labels }[] {
  return all.flatMap((of) => {
    const template = of.spec?.template;
    return WORKLOADS.includes(of.kind) && template !== undefined
      ? [{ of, pod: template.spec, labels: template.metadata?.labels ?? {} }]
      : [];
  });
}

/** Whether a selector picks pods with these labels; an empty one picks all. */
export function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  const byLabels = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return (
    byLabels &&
    matchExpressions.every(({ key, operator, values = [] }) => operator === 'In' && values.includes(labels[key] ?? ''))
  );
}

export const ofKind = (all: readonly Manifest[], kind: string) => all.filter((one) => one.kind === kind);
export const deployments = (all: readonly Manifest[]) => workloads(all).filter(({ of }) => of.kind === 'Deployment');

const withPod =
  ({ of, pod }: { of: Manifest; pod: PodSpec }) =>
  (container: Container) => ({ of, pod, container, where: `${nameOf(of)}, container ${container.name}` });

/** Every container, also those that run before the others; `where` names it in a fault. */
export const allContainers = (all: readonly Manifest[]) =>
  workloads(all).flatMap((one) => [...(one.pod.initContainers ?? []), ...one.pod.containers].map(withPod(one)));

/** The containers of Deployments that run all the time. */
export const servingContainers = (all: readonly Manifest[]) =>
  deployments(all).flatMap((one) => one.pod.containers.map(withPod(one)));

/** A fault for everything that is wanted and is not so. */
export const missing = (where: string, wanted: Record<string, boolean>) =>
  Object.entries(wanted).flatMap(([what, isSo]) => (isSo ? [] : [`${where}: ${what}`]));
