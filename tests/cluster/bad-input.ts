import { eventually } from '@ksbb/testkit';
import { type Cluster, isReady, type Pod, restartsOf } from './kubectl.ts';
import { REPLICAS, untilAllReady } from './rolling.ts';

type Say = (text: string) => void;
type Container = { name: string; env: { name: string; value?: string; valueFrom?: object }[]; resources: object };
type PodSpec = { containers: Container[]; initContainers?: unknown[] };

const LOOK_MS = 60_000;
const READY_WITHOUT_BROKER = 'a pod became ready without a broker';

const set = (container: Container, name: string, value: { value: string } | { valueFrom: object }) => {
  container.env = [...container.env.filter((one) => one.name !== name), { name, ...value }];
};

/** Pods of the commitment service with a bad setting, secret or limit; the texts by which the status or the log says so. */
const BAD_PODS: { what: string; change: (container: Container) => void; says: RegExp[] }[] = [
  {
    what: 'a missing secret is named',
    change: (container) =>
      set(container, 'PIN_SECRET', { valueFrom: { secretKeyRef: { name: 'commitment', key: 'PIN_SECRETT' } } }),
    says: [/PIN_SECRETT/],
  },
  {
    what: 'malformed settings are named, all at once',
    change: (container) => {
      set(container, 'PIN_SECRET', { value: 'short' });
      set(container, 'AMQP_URL', { value: 'http://rabbitmq' });
    },
    says: [/PIN_SECRET: a secret of at least 16/, /AMQP_URL: an amqp/],
  },
  {
    what: 'too little memory ends as OOMKilled',
    change: (container) => {
      container.resources = {
        requests: { cpu: '10m', memory: '16Mi', 'ephemeral-storage': '16Mi' },
        limits: { cpu: '1', memory: '16Mi', 'ephemeral-storage': '64Mi' },
      };
    },
    says: [/OOMKilled|"exitCode":137/],
  },
];

const podNamed = (name: string, spec: object) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { 'app.kubernetes.io/name': name } },
    spec,
  });

/** Resolves with the pod once `look` finds what it looks for. `name` is the pod's or its service's. */
const untilPod = (cluster: Cluster, name: string, look: (pod: Pod) => boolean | Promise<boolean>) =>
  eventually(
    `what is expected of ${name}`,
    async () => {
      const [pod] = await cluster.pods(name);
      return pod !== undefined && (await look(pod)) && pod;
    },
    LOOK_MS,
  );

/** Starts a pod that no Service finds. Answers whether it is unready when it has said all that is expected. */
async function tryPod(cluster: Cluster, name: string, spec: object, says: readonly RegExp[]): Promise<boolean> {
  const logs = async (...more: string[]) => (await cluster.run(['logs', name, ...more])).stdout;
  await cluster.apply(podNamed(name, spec));
  try {
    const pod = await untilPod(cluster, name, async ({ status }) => {
      const said = `${JSON.stringify(status.containerStatuses)}${await logs()}${await logs('--previous')}`;
      return says.every((pattern) => pattern.test(said));
    });
    return !isReady(pod);
  } finally {
    await cluster.run(['delete', 'pod', name, '--wait=false', '--grace-period=0', '--force']);
  }
}

/** What a bad setting, secret, limit or right looks like: each pod says what is wrong, and none becomes ready. */
export async function tryBadInput(cluster: Cluster, check: (what: string, held: boolean) => void): Promise<void> {
  type Deployment = { spec: { template: { spec: PodSpec } } };
  for (const [at, { what, change, says }] of BAD_PODS.entries()) {
    const { initContainers: _, ...spec } = (await cluster.get<Deployment>('deployment', 'commitment')).spec.template
      .spec;
    spec.containers.forEach(change);
    check(what, await tryPod(cluster, `bad-pod-${at}`, spec, says));
  }
  const privileged = { name: 'root', image: 'ksbb/topology:dev', securityContext: { privileged: true } };
  const manifest = podNamed('bad-rights', { containers: [privileged] });
  const { code, stderr } = await cluster.run(['apply', '--filename', '-'], manifest);
  const isRefused = code !== 0 && /violates PodSecurity "restricted/.test(stderr);
  check('a privileged pod is refused by the namespace', isRefused);
}

/** Answers a function that counts the restarts of containers since now. */
async function startCountingRestarts(cluster: Cluster): Promise<() => Promise<number>> {
  const byPod = async () => new Map((await cluster.pods()).map((pod) => [pod.metadata.uid, restartsOf([pod])]));
  const before = await byPod();
  return async () => [...(await byPod())].reduce((sum, [uid, count]) => sum + count - (before.get(uid) ?? 0), 0);
}

async function bringBack(cluster: Cluster, backing: string): Promise<void> {
  await cluster.must(['scale', `statefulset/${backing}`, '--replicas=1']);
  await cluster.must(['rollout', 'status', `statefulset/${backing}`, '--timeout=120s']);
  await untilAllReady(cluster);
}

/**
 * Takes the database away from everything, and gives an empty one back: pods become unready, none is restarted, and all
 * recover by themselves. What the database held is gone afterwards, so this comes last.
 */
export async function loseTheDatabase(cluster: Cluster, say: Say): Promise<boolean> {
  const countRestarts = await startCountingRestarts(cluster);
  await cluster.must(['scale', 'statefulset/mongodb', '--replicas=0']);
  await untilPod(cluster, 'reporting', (pod) => !isReady(pod));
  say('the database is away, and the services that need it are not ready');
  await bringBack(cluster, 'mongodb');
  const restarts = await countRestarts();
  say(`it is back, and so are they, after ${restarts} restarts`);
  return restarts === 0;
}

/**
 * Starts a pod while there is no broker: it waits and says for what, and becomes ready when the broker, an empty one,
 * is there. The pods that ran before go on: what they have to say waits in their outboxes.
 */
export async function startWithoutBroker(cluster: Cluster, say: Say): Promise<boolean> {
  const countRestarts = await startCountingRestarts(cluster);
  await cluster.must(['scale', 'statefulset/rabbitmq', '--replicas=0']);
  const before = await cluster.pods('reporting');
  await cluster.must(['wait', '--for=delete', '--timeout=90s', 'pod/rabbitmq-0']);
  await cluster.must(['delete', 'pod', before[0]?.metadata.name ?? '', '--wait=false']);
  const known = before.map((pod) => pod.metadata.uid);
  const whatTheNewOneSays = async () => {
    const started = (await cluster.pods('reporting')).find(({ metadata }) => !known.includes(metadata.uid));
    if (started === undefined) return undefined;
    if (isReady(started)) return READY_WITHOUT_BROKER;
    const { stdout } = await cluster.run(['logs', started.metadata.name, '--container', 'topology']);
    return /waiting for the broker at rabbitmq/.test(stdout) && stdout;
  };
  const text = await eventually('a pod that starts without a broker says so', whatTheNewOneSays, LOOK_MS);
  if (text === READY_WITHOUT_BROKER) return false;
  say(`a pod that starts says: ${text.trim().split('\n')[0]}`);
  const ready = (await cluster.pods('commitment')).filter(isReady).length;
  await bringBack(cluster, 'rabbitmq');
  const restarts = await countRestarts();
  say(
    `the broker is back; ${ready} of ${REPLICAS} pods that ran were ready meanwhile, ` +
      `and ${restarts} containers were restarted`,
  );
  return restarts === 0 && ready === REPLICAS;
}
