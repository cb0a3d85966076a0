import { setTimeout as sleep } from 'node:timers/promises';
import { createPlatformClient } from '@ksbb/testkit';
import type { Environment } from '@ksbb/testkit/donation';
import { SERVICE_NAMES } from '../../infra/local/services.ts';
import { compareEffects, readSums } from './effects.ts';
import { type Cluster, isReady, type Pod } from './kubectl.ts';
import { findSupply, startLoad, type Tally } from './load.ts';
import type { NodeKiller } from './node-killer.ts';

type Say = (text: string) => void;
export type Effects = Awaited<ReturnType<typeof compareEffects>>;

/** Replicas of each service in the local overlay. */
export const REPLICAS = 2;

/** Runs `work` under the load, and compares the effects with what was answered. */
export async function underLoad(
  environment: Environment,
  say: Say,
  work: () => Promise<void>,
): Promise<{ tally: Tally; effects: Effects }> {
  const client = createPlatformClient(environment);
  const before = await readSums(client);
  const load = startLoad(environment, await findSupply(client));
  await sleep(2_000);
  await work().finally(() => load.stop());
  const { tally } = load;
  const { read, commitment, report, loan } = tally.requests;
  const effects = await compareEffects(client, environment.countDeadLetters, before, tally);
  say(
    `requests: ${read} reads, ${commitment} commitments, ${report} reports, ${loan} of loans; ${tally.failed} failed`,
  );
  say(`callbacks: ${effects.callbacks} accepted, ${effects.failedCallbacks} failed`);
  say(`effects: ${effects.lost} lost, ${effects.doubled} doubled; ${effects.deadLetters} dead letters`);
  for (const text of tally.faults) say(`  ${text}`);
  return { tally, effects };
}

/** Restarts every service, one after the other, as a release does. */
export async function restartEvery(cluster: Cluster, say: Say): Promise<void> {
  for (const service of SERVICE_NAMES) {
    const started = performance.now();
    await cluster.must(['rollout', 'restart', `deployment/${service}`]);
    await cluster.must(['rollout', 'status', `deployment/${service}`, '--timeout=180s']);
    say(`${service} rolled in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
  for (const service of SERVICE_NAMES) await cluster.untilReady(service, REPLICAS);
}

async function evict(cluster: Cluster, { metadata }: Pod): Promise<boolean> {
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: metadata.name, namespace: cluster.namespace },
  };
  const path = `/api/v1/namespaces/${cluster.namespace}/pods/${metadata.name}/eviction`;
  const { code, stderr } = await cluster.run(['create', '--raw', path, '--filename', '-'], JSON.stringify(eviction));
  if (code === 0) return true;
  if (/disruption budget|TooManyRequests/i.test(stderr)) return false;
  throw new Error(`evicting ${metadata.name} failed: ${stderr.trim()}`);
}

const DRAIN_MS = 180_000;

/** Evicts every pod of every service as a node's drain does, repeating what a budget refuses. */
export async function drainServices(
  cluster: Cluster,
): Promise<{ evicted: number; refused: number; leastReady: number }> {
  const counts = { evicted: 0, refused: 0, leastReady: REPLICAS };
  let victims = (
    await Promise.all(
      SERVICE_NAMES.map(async (service) => (await cluster.pods(service)).map((pod) => ({ service, pod }))),
    )
  ).flat();
  const deadline = performance.now() + DRAIN_MS;
  while (victims.length > 0) {
    if (performance.now() > deadline)
      throw new Error(`${victims.length} pods could not be evicted within ${DRAIN_MS / 1000} s`);
    const refused: typeof victims = [];
    for (const victim of victims) {
      if (await evict(cluster, victim.pod)) counts.evicted += 1;
      else refused.push(victim);
    }
    counts.refused += refused.length;
    victims = refused;
    for (const service of SERVICE_NAMES)
      counts.leastReady = Math.min(counts.leastReady, (await cluster.pods(service)).filter(isReady).length);
    await sleep(1_000);
  }
  for (const service of SERVICE_NAMES) await cluster.untilReady(service, REPLICAS);
  return counts;
}

/** Kills one pod of every service without warning, and waits until it is back. @returns how many restarted in place */
export async function killOneOfEach(cluster: Cluster, killer: NodeKiller, say: Say): Promise<number> {
  for (const service of SERVICE_NAMES) {
    const [victim] = await cluster.pods(service);
    if (victim === undefined) throw new Error(`${service} has no pod`);
    await killer.kill(victim);
    await sleep(1_000);
  }
  let restarts = 0;
  for (const service of SERVICE_NAMES) {
    await cluster.untilReady(service, REPLICAS);
    const statuses = (await cluster.pods(service)).flatMap((pod) => pod.status.containerStatuses ?? []);
    const killed = statuses.filter(
      ({ restartCount, lastState }) => restartCount > 0 && lastState?.terminated?.exitCode === 137,
    ).length;
    restarts += killed;
    say(`${service}: ${killed} container ended with 137 and is back`);
  }
  return restarts;
}
