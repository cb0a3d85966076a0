import { setTimeout as sleep } from 'node:timers/promises';
import { expectOk } from '@ksbb/testkit';
import { SERVICE_NAMES } from '../../../infra/local/services.ts';
import { type Chaos, underLoad } from '../ledger/account.ts';
import { contracts } from '../ledger/books.ts';
import { joined, type Row } from '../ledger/row.ts';
import { lend } from '../load/journeys.ts';
import { metric, metricsOf } from '../world/health.ts';
import { type SecondReplicas, startSecondReplicas } from '../world/second-replicas.ts';

const LOANS = { long: 12, short: 3 };
const RESTARTED_IN_SHORT = 2;
const MOST_PAUSE_MS = 600;

type Delivery = { deliveryId: string; copy: number; attempts: unknown[] };

/** How often the partners were asked for a contract, by their own count. */
async function contractCalls({ world }: Chaos, second: SecondReplicas): Promise<number> {
  const texts = await Promise.all(
    [world.platform.healthUrls['fintech-sandbox'], second.healthUrl('fintech-sandbox')].map(metricsOf),
  );
  const lines = texts
    .flatMap((text) => text.split('\n'))
    .filter(
      (line) =>
        /method="POST"/.test(line) && /route="\/(amanah\/v1\.0\/qardh-contracts|lumbung\/api\/loans)"/.test(line),
    );
  return metric(lines.join('\n'), 'http_request_duration_seconds_count');
}

/**
 * Loans from the commitment to lending on, while two of each service look for due work: the gateway's forwarders ask for each
 * contract once, the partners call back once for each step, and what is repaid is lent on once.
 */
async function dueWorkOnce(chaos: Chaos, second: SecondReplicas): Promise<Row> {
  const { world, short } = chaos;
  const callsBefore = await contractCalls(chaos, second);
  const known = new Set((await contracts(world)).map(({ reference }) => reference));
  return underLoad(chaos, { row: 'replicas', donors: 0 }, async () => {
    const done = await Promise.all(Array.from({ length: short ? LOANS.short : LOANS.long }, () => lend(chaos)));
    return {
      faults: 0,
      done,
      facts: async () => {
        const fresh = (await contracts(world)).filter(({ reference }) => !known.has(reference));
        const calls = (await contractCalls(chaos, second)) - callsBefore;
        const deliveries: Delivery[] = [];
        for (const { reference } of fresh) {
          const answer = await expectOk(
            'GET',
            `${world.sandboxUrl}/admin/deliveries?reference=${encodeURIComponent(reference)}`,
            { token: world.sandboxAdminToken },
          );
          deliveries.push(...answer.deliveries);
        }
        return {
          expected: [
            ...fresh.map(() => 'a contract is asked for'),
            ...deliveries.map(({ deliveryId }) => `${deliveryId} is called back`),
          ],
          seen: [
            ...Array.from({ length: calls }, () => 'a contract is asked for'),
            ...deliveries.flatMap(({ deliveryId, attempts }) => attempts.map(() => `${deliveryId} is called back`)),
          ],
        };
      },
    };
  });
}

/** One service after the other gets two new processes in turn, and while the first of them starts the second is killed. */
async function rollingRestart(chaos: Chaos, second: SecondReplicas): Promise<Row> {
  const { world, random, short, say } = chaos;
  const before = second.restarts();
  const services = short ? random.shuffled(SERVICE_NAMES).slice(0, RESTARTED_IN_SHORT) : SERVICE_NAMES;
  return underLoad(chaos, { row: 'replicas' }, async () => {
    for (const service of services) {
      await sleep(random.float() * MOST_PAUSE_MS);
      world.expectDeath(service);
      world.platform.kill(service, 'SIGTERM');
      await sleep(random.float() * MOST_PAUSE_MS);
      second.kill(service, 'SIGKILL');
      await second.untilReady(service);
      await world.platform.untilReady(service);
      second.kill(service, 'SIGTERM');
      await second.untilReady(service);
      say(`replicas: ${service} is restarted, one of two was killed meanwhile`);
    }
    const more = second.restarts() - before - 2 * services.length;
    return {
      faults: 3 * services.length,
      violations: Array.from({ length: Math.max(0, more) }, () => 'a second replica ended by itself'),
    };
  });
}

/** Two replicas of each service. */
export async function runReplicas(chaos: Chaos): Promise<Row> {
  const second = await startSecondReplicas(chaos.world);
  try {
    return joined(await dueWorkOnce(chaos, second), await rollingRestart(chaos, second));
  } finally {
    await second.stop();
  }
}
