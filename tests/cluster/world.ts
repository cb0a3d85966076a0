import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../scenario/story.ts';
import type { ServiceName } from '../../infra/local/services.ts';
import { type Cluster, restartsOf } from './kubectl.ts';
import type { NodeHand } from './node-hand.ts';

/** The node ports of the local overlay, as a browser on this machine reaches them. */
export const PORTAL_URL = 'http://localhost:30080';
export const SANDBOX_URL = 'http://localhost:30090';

const BACK_MS = 90_000;

async function secret(cluster: Cluster, name: string, key: string): Promise<string> {
  const { data } = JSON.parse(await cluster.must(['get', 'secret', name, '--output', 'json'])) as {
    data: Record<string, string>;
  };
  const value = data[key];
  if (value === undefined) throw new Error(`the secret ${name} has no ${key}`);
  return Buffer.from(value, 'base64').toString();
}

/** The stage of the story on a cluster: the same that it has on this machine's processes. */
export async function clusterStage(cluster: Cluster, hand: NodeHand): Promise<Stage> {
  const restarts = new Map<ServiceName, number>();
  const restartsOfService = async (service: ServiceName) => restartsOf(await cluster.pods(service));
  const untilBack = async (service: ServiceName, restartsBefore: number) => {
    const deadline = performance.now() + BACK_MS;
    while ((await restartsOfService(service)) <= restartsBefore) {
      if (performance.now() > deadline)
        throw new Error(`${service} was killed and did not restart within ${BACK_MS / 1000} s`);
      await sleep(200);
    }
    await cluster.untilReady(service, (await cluster.pods(service)).length, BACK_MS);
    restarts.set(service, (await restartsOfService(service)) - restartsBefore + (restarts.get(service) ?? 0));
  };
  const broker = new URL(await secret(cluster, 'topology', 'AMQP_URL'));
  broker.host = 'localhost:30672';
  return {
    api: (service) => `${PORTAL_URL}/api/${service}`,
    sandboxUrl: SANDBOX_URL,
    sandboxUrlOfGateway: 'http://fintech-sandbox',
    rabbitUrl: broker.href,
    operatorToken: await secret(cluster, 'commitment', 'OPERATOR_TOKEN'),
    sandboxAdminToken: await secret(cluster, 'fintech-sandbox', 'ADMIN_TOKEN'),
    loadMsmes: async (msmes) => {
      const job = JSON.parse(await cluster.must(['get', 'job', 'load-data', '--output', 'json'])) as {
        spec: { template: { spec: { containers: { command: string[] }[] } } };
      };
      const asked = job.spec.template.spec.containers[0]?.command.at(-1);
      if (asked !== String(msmes))
        throw new Error(`the Job load-data makes up ${asked} MSMEs, and ${msmes} are wanted`);
      await cluster.must(['wait', '--for=condition=complete', '--timeout=120s', 'job/load-data']);
    },
    killAndAwaitReturn: async (service) => {
      const before = await restartsOfService(service);
      const [victim] = await cluster.pods(service);
      if (victim === undefined) throw new Error(`${service} has no pod`);
      await hand.kill(victim);
      await untilBack(service, before);
    },
    platform: { process: (service) => ({ pid: undefined, restarts: restarts.get(service) ?? 0 }) },
  };
}
