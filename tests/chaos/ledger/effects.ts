import type { MsmeDetail, NeedCoverage, Timeline } from '@ksbb/contracts';
import { call, retryUntilOk } from '@ksbb/testkit';
import { type Done, lentOn } from '../load/journeys.ts';
import { boardsOf } from '../load/needs.ts';
import type { ChaosWorld } from '../world/chaos-world.ts';

const AT_ONCE = 8;

/** What stood before a row began, to tell what it added. */
export type Baseline = { delivered: ReadonlyMap<string, number>; archived: ReadonlySet<string> };

async function mapped<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as T);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

const unique = (values: readonly (string | undefined)[]) => [...new Set(values.filter((value) => value !== undefined))];

/** Lending on concerns more than one collaboration, as often as the money is split: the chain of the fund tells of it. */
async function timelineFacts(world: ChaosWorld, collaborationId: string): Promise<string[]> {
  const { status, body } = await call('GET', `${world.api('reporting')}/collaborations/${collaborationId}/timeline`);
  if (status !== 200) return [];
  return (body as Timeline).entries
    .filter(({ event }) => event !== 'fund-relent')
    .map(({ event }) => `${collaborationId} ${event}`);
}

const coverageFact = (msmeId: string, needs: readonly NeedCoverage[]) =>
  `${msmeId} covered: ${needs
    .map(({ needId, declared, promised, delivered, open }) => [needId, declared, promised, delivered, open].join('/'))
    .toSorted()
    .join(' ')}`;

/** What is known on the other side of events: in the registry, of what the needs board says. */
async function coverageFacts(world: ChaosWorld, msmeId: string): Promise<string> {
  const detail: MsmeDetail = await retryUntilOk('GET', `${world.api('msme-registry')}/msmes/${msmeId}`, {});
  return coverageFact(msmeId, detail.coverage ?? []);
}

export async function baseline(world: ChaosWorld, msmeIds: readonly string[]): Promise<Baseline> {
  const boards = await boardsOf(world, msmeIds);
  const delivered = new Map(
    boards.flatMap(({ needs }) => needs.map(({ needId, delivered: amount }) => [needId, amount] as const)),
  );
  return { delivered, archived: await world.databases.archived() };
}

/**
 * What came about, as facts: in reporting's timelines and archive, on the needs boards, in the registry, in the chains of the
 * fund. Beside it what had to: what donors and officers did, every event that the broker took, what the boards say.
 */
export async function effectsOf(
  world: ChaosWorld,
  done: readonly Done[],
  before: Baseline,
): Promise<{ expected: string[]; seen: string[] }> {
  const boards = await boardsOf(world, unique(done.map(({ msmeId }) => msmeId)));
  const given = new Set(unique(done.map(({ needId }) => needId)));
  const registered = new Set(
    done.filter(({ collaborationId }) => collaborationId === undefined).map(({ msmeId }) => msmeId),
  );

  const deliveries = boards.flatMap(({ needs }) =>
    needs
      .filter(({ needId }) => given.has(needId))
      .flatMap(({ needId, delivered }) =>
        Array.from(
          { length: Math.max(0, delivered - (before.delivered.get(needId) ?? 0)) },
          () => `${needId} delivered`,
        ),
      ),
  );
  const declared = boards
    .filter(({ msmeId }) => registered.has(msmeId))
    .map(({ msmeId, needs }) => `${msmeId} on its board: ${needs.reduce((sum, need) => sum + need.declared, 0)}`);
  const timelines = await mapped(unique(done.map(({ collaborationId }) => collaborationId)), (id) =>
    timelineFacts(world, id),
  );
  const coverage = await mapped(boards, ({ msmeId }) => coverageFacts(world, msmeId));
  const chains = await mapped(
    unique(done.map(({ loanId }) => loanId)),
    async (id) => `${id} lent on: Rp ${await lentOn(world, id)}`,
  );
  const archived = [...(await world.databases.archived())]
    .filter((id) => !before.archived.has(id))
    .map((id) => `archived ${id}`);
  return {
    expected: [
      ...done.flatMap(({ facts }) => facts),
      ...boards.map(({ msmeId, needs }) => coverageFact(msmeId, needs)),
      ...[...world.tap.events().keys()].filter((id) => !before.archived.has(id)).map((id) => `archived ${id}`),
    ],
    seen: [...timelines.flat(), ...deliveries, ...declared, ...chains, ...coverage, ...archived],
  };
}
