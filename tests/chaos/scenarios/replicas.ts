import { setTimeout as sleep } from 'node:timers/promises';
import type { PartnerCallback } from '@ksbb/testkit';
import { SERVICE_NAMES } from '../../../infra/local/services.ts';
import { type SecondReplicas, startSecondReplicas } from '../environment/second-replicas.ts';
import { lend } from '../load/journeys.ts';
import { joined, type ScenarioReport } from '../report/report.ts';
import type { ScenarioContext } from '../load/context.ts';
import { type Scenario, underLoad } from '../report/under-load.ts';

const LOANS = { long: 12, short: 3 };
const RESTARTED = { long: SERVICE_NAMES.length, short: 2 };
const MOST_PAUSE_MS = 600;

/**
 * Loans from the commitment to relending, while two replicas of each service look for due work: the gateway asks for
 * each contract once, the partners call back once for each step, and what is repaid is relent once.
 */
async function dueWorkOnce(context: ScenarioContext): Promise<ScenarioReport> {
  const { client, partners } = context.environment;
  const { sandbox } = client;
  const known = new Set((await sandbox.contracts()).map(({ reference }) => reference));
  const inject = async () => ({
    faults: 0,
    done: await Promise.all(Array.from({ length: LOANS[context.length] }, () => lend(context))),
    facts: async () => {
      const isNew = ({ reference }: { reference: string }) => !known.has(reference);
      const contracts = (await sandbox.contracts()).filter(isNew);
      const calls = partners.calls().filter((call) => call.operation === 'create-contract' && isNew(call));
      const callbacks: PartnerCallback[] = [];
      for (const { reference } of contracts) callbacks.push(...(await sandbox.callbacks(reference)));
      const asked = ({ reference }: { reference: string }) => `${reference} is asked for`;
      const calledBack = ({ deliveryId }: PartnerCallback) => `${deliveryId} is called back`;
      return {
        expected: [...contracts.map(asked), ...callbacks.map(calledBack)],
        seen: [
          ...calls.map(asked),
          ...callbacks.flatMap((callback) => callback.attempts.map(() => calledBack(callback))),
        ],
      };
    },
  });
  return underLoad(context, 'replicas', inject, 0);
}

/** Each service in turn gets two new processes; while the first of them starts, the second is killed. */
async function rollingRestart(context: ScenarioContext, second: SecondReplicas): Promise<ScenarioReport> {
  const { environment, random, length, say } = context;
  const { platform } = environment;
  const before = second.restarts();
  const chosen = random.shuffled(SERVICE_NAMES).slice(0, RESTARTED[length]);
  const services = SERVICE_NAMES.filter((service) => chosen.includes(service));
  return underLoad(context, 'replicas', async () => {
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
      say(`replicas: ${service} is restarted, and one of its two replicas was killed meanwhile`);
    }
    const more = second.restarts() - before - 2 * services.length;
    return {
      faults: 3 * services.length,
      violations: Array.from({ length: Math.max(0, more) }, () => 'a second replica ended by itself'),
    };
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
