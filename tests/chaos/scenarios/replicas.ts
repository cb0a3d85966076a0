import { setTimeout as sleep } from 'node:timers/promises';
import type { PartnerCallback } from '@ksbb/testkit';
import { SERVICE_NAMES } from '../../../infra/local/services.ts';
import { type SecondReplicas, startSecondReplicas } from '../environment/second-replicas.ts';
import type { ScenarioContext } from '../load/context.ts';
import { lend } from '../load/journeys.ts';
import { type Counts, joined } from '../report/report.ts';
import { type Scenario, underLoad } from '../report/under-load.ts';

const LOANS = { long: 12, short: 3 };
const RESTARTED = { long: SERVICE_NAMES.length, short: 2 };
const MOST_PAUSE_MS = 600;

type Referring = { reference: string };

/**
 * Loans from the commitment to relending, while two replicas of each service look for due work: the gateway asks for
 * each contract once, the partners call back once for each step, and what is repaid is relent once.
 */
async function dueWorkOnce(context: ScenarioContext): Promise<Counts> {
  const { client, partners } = context.environment;
  const { sandbox } = client;
  const known = new Set((await sandbox.contracts()).map(({ reference }) => reference));
  const isNew = ({ reference }: Referring) => !known.has(reference);
  const asked = ({ reference }: Referring) => `${reference} is asked for`;
  const calledBack = ({ deliveryId }: PartnerCallback) => `${deliveryId} is called back`;
  const facts = async () => {
    const contracts = (await sandbox.contracts()).filter(isNew);
    const calls = partners.calls().filter((call) => call.operation === 'create-contract' && isNew(call));
    const callbacks: PartnerCallback[] = [];
    for (const { reference } of contracts) callbacks.push(...(await sandbox.callbacks(reference)));
    const attempts = callbacks.flatMap((callback) => callback.attempts.map(() => calledBack(callback)));
    return [
      { expected: contracts.map(asked), seen: calls.map(asked) },
      { expected: callbacks.map(calledBack), seen: attempts },
    ];
  };
  const inject = async () => {
    const done = await Promise.all(Array.from({ length: LOANS[context.length] }, () => lend(context)));
    return { faults: 0, done, facts };
  };
  return underLoad(context, inject, 0);
}

/** Each service in turn gets two new processes; while the first of them starts, the second is killed. */
async function rollingRestart(context: ScenarioContext, second: SecondReplicas): Promise<Counts> {
  const { environment, random, length, say, violation } = context;
  const { platform } = environment;
  const before = second.restarts();
  const chosen = random.shuffled(SERVICE_NAMES).slice(0, RESTARTED[length]);
  const services = SERVICE_NAMES.filter((service) => chosen.includes(service));
  return underLoad(context, async () => {
    for (const service of services) {
      await sleep(random.float() * MOST_PAUSE_MS);
      environment.expectDeath(service);
      platform.kill(service, 'SIGTERM');
      await sleep(random.float() * MOST_PAUSE_MS);
      second.kill(service, 'SIGKILL');
      await second.untilReady(service);
      await platform.untilReady(service);
      second.kill(service, 'SIGTERM');
      await second.untilReady(service);
      say(`${service} is restarted, and one of its two replicas was killed meanwhile`);
    }
    const more = second.restarts() - before - 2 * services.length;
    if (more > 0) violation(`second replicas ended by themselves ${more} times`);
    return { faults: 3 * services.length };
  });
}

/** Two replicas of each service. */
export const runReplicas: Scenario = async (context) => {
  const second = await startSecondReplicas(context.environment);
  try {
    return joined(await dueWorkOnce(context), await rollingRestart(context, second));
  } finally {
    await second.stop();
  }
};
