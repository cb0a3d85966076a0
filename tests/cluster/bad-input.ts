import { eventually } from '@ksbb/testkit';
import { SERVICE_NAMES } from '../../infra/local/services.ts';
import { type Cluster, isReady, type Pod, restartsOf } from './kubectl.ts';
import { REPLICAS } from './rolling.ts';

type Say = (text: string) => void;
type Container = { name: string; env: { name: string; value?: string; valueFrom?: object }[]; resources: object };
type PodManifest = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: object };
  spec: { containers: Container[]; initContainers?: unknown[]; restartPolicy?: string };
};

const LOOK_MS = 60_000;
const READY_WITHOUT_BROKER = 'a pod became ready without a broker';

/** A pod of its own like those of a service, changed by `change`; no Service finds it. */
async function podLike(
  cluster: Cluster,
  service: string,
  name: string,
  change: (container: Container) => void,
): Promise<string> {
  const { spec } = JSON.parse(await cluster.must(['get', 'deployment', service, '--output', 'json'])) as {
    spec: { template: { spec: PodManifest['spec'] } };
  };
  const pod: PodManifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { 'app.kubernetes.io/name': name } },
    spec: spec.template.spec,
  };
  delete pod.spec.initContainers;
  for (const container of pod.spec.containers) change(container);
  return JSON.stringify(pod);
}

const untilPod = (cluster: Cluster, name: string, what: string, look: (pod: Pod) => boolean | Promise<boolean>) =>
  eventually(
    `${name}: ${what}`,
    async () => {
      const pod = (await cluster.pods(name))[0];
      return pod !== undefined && (await look(pod)) && pod;
    },
    LOOK_MS,
  );

const logsOf = async (cluster: Cluster, name: string) => {
  const [now, before] = [await cluster.run(['logs', name]), await cluster.run(['logs', name, '--previous'])];
  return `${now.stdout}${before.stdout}`;
};

async function tryPod(
  cluster: Cluster,
  name: string,
  manifest: string,
  look: (pod: Pod) => boolean | Promise<boolean>,
  what: string,
): Promise<boolean> {
  await cluster.must(['apply', '--filename', '-'], manifest);
  try {
    return !isReady(await untilPod(cluster, name, what, look));
  } finally {
    await cluster.run(['delete', 'pod', name, '--wait=false', '--grace-period=0', '--force']);
  }
}

const setting = (container: Container, name: string, value: object) => {
  container.env = [...container.env.filter((one) => one.name !== name), { name, ...value }];
};

/** What a bad setting, secret or limit looks like: each pod says what is wrong, and none becomes ready. */
export async function tryBadInput(cluster: Cluster, say: Say): Promise<Record<string, boolean>> {
  const waiting = (pod: Pod) => pod.status.containerStatuses?.[0]?.state?.waiting?.message ?? '';
  const outcome: Record<string, boolean> = {};

  const noSecret = await podLike(cluster, 'commitment', 'bad-secret', (container) =>
    setting(container, 'PIN_SECRET', { valueFrom: { secretKeyRef: { name: 'commitment', key: 'PIN_SECRETT' } } }),
  );
  outcome['a missing secret is named'] = await tryPod(
    cluster,
    'bad-secret',
    noSecret,
    (pod) => /PIN_SECRETT/.test(waiting(pod)),
    'the name of the missing key',
  );

  const shortSecret = await podLike(cluster, 'commitment', 'bad-setting', (container) => {
    setting(container, 'PIN_SECRET', { value: 'short' });
    setting(container, 'AMQP_URL', { value: 'http://rabbitmq' });
  });
  const namesBoth = (text: string) =>
    /PIN_SECRET: a secret of at least 16/.test(text) && /AMQP_URL: an amqp/.test(text);
  outcome['malformed settings are named, all at once'] = await tryPod(
    cluster,
    'bad-setting',
    shortSecret,
    async () => namesBoth(await logsOf(cluster, 'bad-setting')),
    'the names of the settings',
  );

  const small = await podLike(cluster, 'commitment', 'bad-limit', (container) => {
    container.resources = {
      requests: { cpu: '10m', memory: '16Mi', 'ephemeral-storage': '16Mi' },
      limits: { cpu: '1', memory: '16Mi', 'ephemeral-storage': '64Mi' },
    };
  });
  const outOfMemory = ({ status }: Pod) =>
    /OOMKilled|"exitCode":137/.test(JSON.stringify(status.containerStatuses ?? []));
  outcome['too little memory ends as OOMKilled'] = await tryPod(cluster, 'bad-limit', small, outOfMemory, 'OOMKilled');

  const privileged = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'bad-rights' },
    spec: { containers: [{ name: 'root', image: 'ksbb/topology:dev', securityContext: { privileged: true } }] },
  };
  const { code, stderr } = await cluster.run(['apply', '--filename', '-'], JSON.stringify(privileged));
  outcome['a privileged pod is refused by the namespace'] =
    code !== 0 && /violates PodSecurity "restricted/.test(stderr);

  for (const [name, held] of Object.entries(outcome)) say(`${held ? 'ok  ' : 'FAIL'} ${name}`);
  return outcome;
}

/** By pod how often its containers were restarted. */
async function restartsByPod(cluster: Cluster): Promise<Map<string, number>> {
  return new Map((await cluster.pods()).map((pod) => [pod.metadata.uid, restartsOf([pod])]));
}

async function restartsSince(cluster: Cluster, before: ReadonlyMap<string, number>): Promise<number> {
  return [...(await restartsByPod(cluster))].reduce((sum, [uid, count]) => sum + count - (before.get(uid) ?? 0), 0);
}

async function bringBack(cluster: Cluster, backing: string): Promise<void> {
  await cluster.must(['scale', `statefulset/${backing}`, '--replicas=1']);
  await cluster.must(['rollout', 'status', `statefulset/${backing}`, '--timeout=120s']);
  for (const service of SERVICE_NAMES) await cluster.untilReady(service, REPLICAS);
}

/**
 * Takes the database away from everything, and gives an empty one back: pods become unready, none is restarted, and all
 * recover by themselves. What the database held is gone afterwards, so this comes last.
 */
export async function loseTheDatabase(cluster: Cluster, say: Say): Promise<boolean> {
  const before = await restartsByPod(cluster);
  await cluster.must(['scale', 'statefulset/mongodb', '--replicas=0']);
  await untilPod(cluster, 'reporting', 'its being unready', (pod) => !isReady(pod));
  say('the database is away, and the services that need it are not ready');
  await bringBack(cluster, 'mongodb');
  const restarts = await restartsSince(cluster, before);
  say(`it is back, and so are they, after ${restarts} restarts`);
  return restarts === 0;
}

/**
 * Starts a pod while there is no broker: it waits and says for what, and becomes ready when the broker, an empty one,
 * is there. The pods that ran before go on: what they have to say waits in their outboxes.
 */
export async function startWithoutBroker(cluster: Cluster, say: Say): Promise<boolean> {
  const before = await restartsByPod(cluster);
  await cluster.must(['scale', 'statefulset/rabbitmq', '--replicas=0']);
  const [old, other] = await cluster.pods('reporting');
  await cluster.must(['wait', '--for=delete', '--timeout=90s', 'pod/rabbitmq-0']);
  await cluster.must(['delete', 'pod', old?.metadata.name ?? '', '--wait=false']);
  const known = [old, other].map((pod) => pod?.metadata.uid);
  const logOfStarted = async () => {
    const started = (await cluster.pods('reporting')).find(({ metadata }) => !known.includes(metadata.uid));
    if (started === undefined) return '';
    if (isReady(started)) return READY_WITHOUT_BROKER;
    return (await cluster.run(['logs', started.metadata.name, '--container', 'topology'])).stdout;
  };
  const isWaiting = async () => {
    const text = await logOfStarted();
    return (/waiting for the broker at rabbitmq/.test(text) || text === READY_WITHOUT_BROKER) && text;
  };
  const text = await eventually('a pod that starts without a broker says so', isWaiting, LOOK_MS);
  if (text === READY_WITHOUT_BROKER) return false;
  say(`a pod that starts says: ${text.trim().split('\n')[0]}`);
  const ready = (await cluster.pods('commitment')).filter(isReady).length;
  await bringBack(cluster, 'rabbitmq');
  const restarts = await restartsSince(cluster, before);
  say(
    `the broker is back; ${ready} of ${REPLICAS} pods that ran were ready meanwhile, ` +
      `and ${restarts} containers were restarted`,
  );
  return restarts === 0 && ready === REPLICAS;
}
