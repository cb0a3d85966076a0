import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Msme, Timeline } from '@ksbb/contracts';
import { good, insist, until } from '../../infra/demo/api.ts';
import type { World } from '../../infra/demo/world.ts';
import type { ServiceName } from '../../infra/dev/services.ts';
import { countEffects, type Row } from './row.ts';

const VICTIMS: ServiceName[] = ['msme-registry', 'commitment', 'fintech-gateway', 'training', 'reporting', 'portal'];
const DONORS_AT_ONCE = 4;
const MOST_PAUSE_MS = 1_200;

const donor = { name: 'Donatur Uji', kind: 'person', email: 'uji@contoh.example', anonymous: true };

/** A need for goods for each donor, so that what each gives can be told apart. */
async function goodsNeeds(world: World, count: number) {
  const { items } = await good('GET', `${world.api('msme-registry')}/msmes?package=goods&open=true&limit=${Math.min(200, count)}`);
  const needs: { msmeId: string; needId: string }[] = [];
  for (const { msmeId } of items) {
    const msme: Msme = await good('GET', `${world.api('msme-registry')}/msmes/${msmeId}`);
    const need = msme.needs.find((one) => one.package === 'goods');
    if (need !== undefined) needs.push({ msmeId, needId: need.needId });
  }
  return needs;
}

/** One donor: commits to one piece, reports it delivered, and the MSME confirms it; each step is repeated until answered. */
async function give(world: World, { msmeId, needId }: { msmeId: string; needId: string }): Promise<string[]> {
  const commitment = world.api('commitment');
  const { collaborationId, pin, lines } = await insist('POST', `${commitment}/commitments`, {
    idempotencyKey: randomUUID(),
    body: { donor, consent: true, lines: [{ package: 'goods', msmeId, needId, quantity: 1 }] },
  });
  const { lineId } = lines[0];
  const collaboration = `${commitment}/collaborations/${collaborationId}`;
  const { reportId } = await insist('POST', `${collaboration}/deliveries`, {
    idempotencyKey: randomUUID(),
    body: { pin, lines: [{ lineId, quantity: 1 }] },
  });
  const { links } = await insist('GET', `${collaboration}/msme-links`, { token: world.operatorToken });
  await insist('POST', `${collaboration}/receipts`, { token: links[0].token, body: { reportId, lineId, quantity: 1 } });
  return ['commitment-confirmed', 'line-delivered', 'line-receipt-confirmed', 'commitment-closed'].map((event) => `${collaborationId} ${event}`);
}

/** What reporting saw of a collaboration, and what the board says was delivered. */
async function effectsOf(world: World, collaborationId: string): Promise<string[]> {
  const { entries }: Timeline = await good('GET', `${world.api('reporting')}/collaborations/${collaborationId}/timeline`);
  return entries.map((entry) => `${collaborationId} ${entry.event}`);
}

/** SIGKILL of services at seeded instants while donors commit, report and MSMEs confirm. */
export async function killServices(world: World, random: () => number, { kills, donors }: { kills: number; donors: number }): Promise<Row> {
  const needs = await goodsNeeds(world, donors);
  if (needs.length < donors) throw new Error(`only ${needs.length} of ${donors} MSMEs declare goods`);
  let next = 0;
  const expected: string[] = [];
  const giving = Array.from({ length: DONORS_AT_ONCE }, async () => {
    for (let need = needs[next++]; need !== undefined && next <= donors; need = needs[next++]) expected.push(...(await give(world, need)));
  });
  let faults = 0;
  const killing = (async () => {
    for (; faults < kills; faults += 1) {
      await sleep(random() * MOST_PAUSE_MS);
      const victim = VICTIMS[Math.floor(random() * VICTIMS.length)] as ServiceName;
      await world.killAndAwaitReturn(victim);
      process.stdout.write(`   kill ${faults + 1} of ${kills}: ${victim} is back\n`);
    }
  })();
  await Promise.all([...giving, killing]);

  const ids = [...new Set(expected.map((key) => key.split(' ')[0] as string))];
  const read = async () => (await Promise.all(ids.map((id) => effectsOf(world, id).catch(() => [])))).flat();
  await until('all effects are there', async () => (await read()).length >= expected.length).catch(() => undefined);
  const before = new Set(needs.slice(0, donors).map((need) => need.msmeId));
  const row = countEffects('kill', faults, expected, await read());
  const delivered = await until('the boards have caught up', async () => {
    const sum = await deliveredOn(world, [...before]);
    return sum >= ids.length ? sum : undefined;
  }).catch(() => deliveredOn(world, [...before]));
  return { ...row, lost: row.lost + Math.max(0, ids.length - delivered), doubled: row.doubled + Math.max(0, delivered - ids.length) };
}

async function deliveredOn(world: World, msmeIds: string[]): Promise<number> {
  let sum = 0;
  for (let at = 0; at < msmeIds.length; at += 100) {
    const { items } = await good('GET', `${world.api('commitment')}/boards?msmeIds=${msmeIds.slice(at, at + 100).join(',')}`);
    for (const board of items) for (const need of board.needs) sum += need.delivered;
  }
  return sum;
}
