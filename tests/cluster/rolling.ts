import { setTimeout as sleep } from 'node:timers/promises';
import { createPlatformClient, eventually } from '@ksbb/testkit';
import type { Environment } from '@ksbb/testkit/donation';
import { SERVICE_NAMES } from '../../infra/local/services.ts';
import { findNeeds } from '../chaos/load/needs.ts';
import { compareEffects, readSums } from './effects.ts';
import { type Cluster, isReady, type Pod } from './kubectl.ts';
import { startLoad } from './load.ts';
import type { NodeKiller } from './node-killer.ts';

type Say = (text: string) => void;

/** Replicas of each service in the local overlay. */
export const REPLICAS = 2;

export async function untilAllReady(cluster: Cluster, waitMs?: number): Promise<void> {
  for (const service of SERVICE_NAMES) await cluster.untilReady(service, REPLICAS, waitMs);
}

/** Runs `work` under the load, and compares the effects with what was answered. */
export async function underLoad<T>(environment: Environment, say: Say, work: () => Promise<T>) {
  const client = createPlatformClient(environment);
  const before = await readSums(client);
  const { tally, stop } = startLoad(environment, await findNeeds(client));
  await sleep(2_000);
  const result = await work().finally(stop);
  const effects = await compareEffects(client, environment.countDeadLetters, before, tally);
  say(
    `requests: ${tally.answered} answered, ${tally.failed} failed; ${tally.collaborations.length} commitments, ` +
      `of them ${tally.loans.length} loans, and ${tally.piecesReported} reports`,
  );
  say(`callbacks: ${effects.callbacks} accepted, ${effects.failedCallbacks} failed`);
  say(`effects: ${effects.lost} lost, ${effects.doubled} doubled; ${effects.deadLetters} dead letters`);
  for (const text of tally.faults) say(`  ${text}`);
  return { result, tally, effects };
}

/** Restarts every service, one after the other, as a release does. */
export async function restartEvery(cluster: Cluster, say: Say): Promise<void> {
  for (const service of SERVICE_NAMES) {
    const started = performance.now();
    await cluster.must(['rollout', 'restart', `deployment/${service}`]);
    await cluster.must(['rollout', 'status', `deployment/${service}`, '--timeout=180s']);
    say(`${service} rolled in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
  await untilAllReady(cluster);
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
  let victims: Pod[] = [];
  for (const service of SERVICE_NAMES) victims.push(...(await cluster.pods(service)));
  const evictAll = async () => {
    const refused: Pod[] = [];
    for (const victim of victims) if (!(await evict(cluster, victim))) refused.push(victim);
    counts.evicted += victims.length - refused.length;
    counts.refused += refused.length;
    victims = refused;
    for (const service of SERVICE_NAMES)
      counts.leastReady = Math.min(counts.leastReady, (await cluster.pods(service)).filter(isReady).length);
    await sleep(1_000);
    return victims.length === 0;
  };
  await eventually('every pod is evicted', evictAll, DRAIN_MS);
  await untilAllReady(cluster);
  return counts;
}

/** Kills one pod of every service without warning, and waits until it is back. @returns how many restarted in place */
export async function killOneOfEach(cluster: Cluster, killer: NodeKiller, say: Say): Promise<number> {
  for (const service of SERVICE_NAMES) {
    await killer.kill(await cluster.podOf(service));
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
