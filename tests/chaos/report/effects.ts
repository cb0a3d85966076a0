import { Readable } from 'node:stream';
import type { Board, NeedCoverage } from '@ksbb/contracts';
import type { ChaosEnvironment } from '../environment/environment.ts';
import { type Done, relentRupiah } from '../load/journeys.ts';
import type { Facts } from './report.ts';

/** Requests at one time. */
const concurrency = 8;

/** What was there before a scenario began. */
type Baseline = Awaited<ReturnType<typeof baselineOf>>;

const mapped = <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> =>
  Readable.from(items).map(work, { concurrency }).toArray();

const unique = (values: readonly (string | undefined)[]) => [...new Set(values.filter((value) => value !== undefined))];

const coverageFact = (msmeId: string, needs: readonly NeedCoverage[]) =>
  `${msmeId} covered: ${needs
    .map(({ needId, declared, promised, delivered, open }) => [needId, declared, promised, delivered, open].join('/'))
    .toSorted()
    .join(' ')}`;

export async function baselineOf({ client, databases }: ChaosEnvironment) {
  const boards = await client.boards((await client.allMsmes()).map(({ msmeId }) => msmeId));
  const needs = boards.flatMap((board) => board.needs);
  return {
    delivered: new Map(needs.map(({ needId, delivered }) => [needId, delivered])),
    archived: await databases.archived(),
  };
}

/**
 * On the needs boards: each delivery to a need that got one, and the declared needs of each MSME that was registered.
 */
function boardFacts(boards: readonly Board[], done: readonly Done[], before: Baseline): string[] {
  const given = new Set(unique(done.map(({ needId }) => needId)));
  const registered = new Set(done.filter(({ collaborationId }) => !collaborationId).map(({ msmeId }) => msmeId));
  const deliveries = boards
    .flatMap(({ needs }) => needs.filter(({ needId }) => given.has(needId)))
    .flatMap(({ needId, delivered }) => {
      const more = Math.max(0, delivered - (before.delivered.get(needId) ?? 0));
      return Array<string>(more).fill(`${needId} delivered`);
    });
  const declared = boards
    .filter(({ msmeId }) => registered.has(msmeId))
    .map(({ msmeId, needs }) => `${msmeId} on its board: ${needs.reduce((sum, need) => sum + need.declared, 0)}`);
  return [...deliveries, ...declared];
}

/**
 * The effects, as facts: in reporting's timelines and archive, on the needs boards, in the registry, in the chains of
 * the fund. Expected are what donors and officers did, every event that the broker accepted, and what the boards say.
 */
export async function effectsOf(
  { client, databases, broker }: ChaosEnvironment,
  done: readonly Done[],
  before: Baseline,
): Promise<Facts> {
  const boards = await client.boards(unique(done.map(({ msmeId }) => msmeId)));
  // Relending concerns more than one collaboration, as often as the money is split: the chain of the fund shows it.
  const timelines = await mapped(unique(done.map(({ collaborationId }) => collaborationId)), async (id) => {
    const names = await client.timeline(id);
    return names.filter((name) => name !== 'fund-relent').map((name) => `${id} ${name}`);
  });
  // The registry knows of the boards by events alone.
  const coverage = await mapped(boards, async ({ msmeId }) =>
    coverageFact(msmeId, (await client.msme(msmeId)).coverage ?? []),
  );
  const loanIds = unique(done.map(({ loanId }) => loanId));
  const chains = await mapped(loanIds, async (id) => `${id} relent: Rp ${await relentRupiah(client, id)}`);
  const archivedFacts = (ids: Iterable<string>) =>
    [...ids].filter((id) => !before.archived.has(id)).map((id) => `archived ${id}`);
  const archived = archivedFacts(await databases.archived());
  return {
    expected: [
      ...done.flatMap(({ facts }) => facts),
      ...boards.map(({ msmeId, needs }) => coverageFact(msmeId, needs)),
      ...archivedFacts((await broker.events()).keys()),
    ],
    seen: [...timelines.flat(), ...boardFacts(boards, done, before), ...chains, ...coverage, ...archived],
  };
}
