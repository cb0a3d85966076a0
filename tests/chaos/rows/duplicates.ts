import { setTimeout as sleep } from 'node:timers/promises';
import { type Chaos, drained, givenUp, underLoad } from '../ledger/account.ts';
import { joined, type Row, rowOf } from '../ledger/row.ts';
import { deliveriesOf, shuffleDeliveries } from '../load/shuffled-deliveries.ts';

const LASTS_MS = { long: 60_000, short: 5_000 };
const SENT_AT_ONCE = 500;
/** Beyond every retry tier that a repeat could go to and come back from. */
const QUIET_MS = 1_000;

/** Sends every event of the row once more to everybody who takes it, in any order: no document changes by a byte. */
async function repeatAll(chaos: Chaos): Promise<Row> {
  const { world, random, say } = chaos;
  const owners = ['msme-registry', 'commitment', 'fintech-gateway', 'training', 'reporting'] as const;
  const before = await world.databases.digests(owners);
  const deliveries = random.shuffled([...world.tap.events().values()].flatMap(deliveriesOf));
  for (let at = 0; at < deliveries.length; at += SENT_AT_ONCE)
    await world.queues.send(deliveries.slice(at, at + SENT_AT_ONCE));
  const stuck = await drained(chaos);
  await sleep(QUIET_MS);
  const after = await world.databases.digests(owners);
  const asFacts = (digests: ReadonlyMap<string, string>) =>
    [...digests].map(([collection, digest]) => `${collection} ${digest}`);
  const dead = (await world.queues.takeDead()).map((letter) => `${givenUp(letter)}: ${letter.reason}`);
  for (const [collection, digest] of after)
    if (before.get(collection) !== digest) say(`   changed by repeats: ${collection}`);
  for (const letter of dead) say(`   unexpected: ${letter}`);
  say(`duplicates: ${deliveries.length} deliveries repeated in another order; ${before.size} collections compared`);
  return rowOf('duplicates', deliveries.length, asFacts(before), [...asFacts(after), ...dead, ...stuck]);
}

/** Every delivery late and out of order, one in ten twice; then all of them once more. */
export async function repeatDeliveries(chaos: Chaos): Promise<Row> {
  const once = await underLoad(chaos, { row: 'duplicates' }, async () => {
    const end = await shuffleDeliveries(chaos);
    await sleep(LASTS_MS[chaos.short ? 'short' : 'long']);
    return { faults: await end() };
  });
  return joined(once, await repeatAll(chaos));
}
