import { eventually } from '@ksbb/testkit';
import type { Environment } from '@ksbb/testkit/donation';
import { countDeadLetters } from '../scenario/environment.ts';
import { type Cluster, restartsOf } from './kubectl.ts';
import type { NodeKiller } from './node-killer.ts';

/** The node ports of the local overlay, as a browser on this machine reaches them. */
const PORTAL_URL = 'http://localhost:30080';
const SANDBOX_URL = 'http://localhost:30090';
const BROKER_HOST = 'localhost:30672';

const BACK_MS = 90_000;

async function secret(cluster: Cluster, name: string, key: string): Promise<string> {
  const value = (await cluster.get<{ data: Record<string, string> }>('secret', name)).data[key];
  if (value === undefined) throw new Error(`the secret ${name} has no ${key}`);
  return Buffer.from(value, 'base64').toString();
}

type Job = { spec: { template: { spec: { containers: { command: string[] }[] } } } };

/** Waits for the Job that loads MSMEs. @throws where it loads another number */
async function waitForMsmes(cluster: Cluster, msmes: number): Promise<void> {
  const job = await cluster.get<Job>('job', 'load-data');
  const generated = job.spec.template.spec.containers[0]?.command.at(-1);
  if (generated !== String(msmes))
    throw new Error(`the Job load-data generates ${generated} MSMEs, and ${msmes} are wanted`);
  await cluster.must(['wait', '--for=condition=complete', '--timeout=120s', 'job/load-data']);
}

/** The platform on a cluster, as the scenario needs it. */
export async function clusterEnvironment(cluster: Cluster, killer: NodeKiller): Promise<Environment> {
  const restarts = new Map<string, number>();
  const restartsNow = async (service: string) => restartsOf(await cluster.pods(service));
  const broker = new URL(await secret(cluster, 'topology', 'AMQP_URL'));
  broker.host = BROKER_HOST;
  return {
    portalUrl: PORTAL_URL,
    sandboxUrl: SANDBOX_URL,
    sandboxUrlOfGateway: 'http://fintech-sandbox',
    operatorToken: await secret(cluster, 'commitment', 'OPERATOR_TOKEN'),
    sandboxAdminToken: await secret(cluster, 'fintech-sandbox', 'ADMIN_TOKEN'),
    loadMsmes: (msmes) => waitForMsmes(cluster, msmes),
    killAndAwaitReturn: async (service) => {
      const before = await restartsNow(service);
      await killer.kill(await cluster.podOf(service));
      await eventually(`${service} is restarted`, async () => (await restartsNow(service)) > before, BACK_MS);
      await cluster.untilReady(service, (await cluster.pods(service)).length, BACK_MS);
      restarts.set(service, (await restartsNow(service)) - before + (restarts.get(service) ?? 0));
    },
    restarts: (service) => restarts.get(service) ?? 0,
    countDeadLetters: () => countDeadLetters(broker.href),
  };
}
