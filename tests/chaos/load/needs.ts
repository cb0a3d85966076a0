import type { Board, NeedCoverage } from '@ksbb/contracts';
import { expectOk, type SeededRandom } from '@ksbb/testkit';
import type { World } from '../../scenario/world.ts';

export type OpenNeed = { msmeId: string; needId: string; left: number };
export type Package = NeedCoverage['package'];

/** What can still be given, as the harness counts it: it is the only donor. */
export type Needs = {
  /** Takes `amount` off a need that has as much left, by chance. @throws where no need has */
  take: (of: Package, amount: number, random: SeededRandom) => OpenNeed;
};

const BOARDS_AT_ONCE = 100;

/** The boards of these MSMEs, those that are known. */
export async function boardsOf(world: World, msmeIds: readonly string[]): Promise<Board[]> {
  const boards: Board[] = [];
  for (let at = 0; at < msmeIds.length; at += BOARDS_AT_ONCE) {
    const { items } = await expectOk(
      'GET',
      `${world.api('commitment')}/boards?msmeIds=${msmeIds.slice(at, at + BOARDS_AT_ONCE).join(',')}`,
    );
    boards.push(...items);
  }
  return boards;
}

/** The ids of all listed MSMEs. */
export async function listedMsmes(world: World): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: { msmeId: string }[]; nextCursor: string | null } = await expectOk(
      'GET',
      `${world.api('msme-registry')}/msmes?limit=200${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    ids.push(...page.items.map(({ msmeId }) => msmeId));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

export async function findNeeds(world: World): Promise<Needs> {
  const boards = await boardsOf(world, await listedMsmes(world));
  const all = boards.flatMap(({ msmeId, needs }) =>
    needs.map(({ needId, open, package: of }) => ({ of, msmeId, needId, left: open })),
  );
  const byPackage = Map.groupBy(all, ({ of }) => of);
  return {
    take: (of, amount, random) => {
      const enough = (byPackage.get(of) ?? []).filter(({ left }) => left >= amount);
      const need = enough[random.below(enough.length)];
      if (need === undefined) throw new Error(`no need of ${of} is open any more: load more MSMEs`);
      need.left -= amount;
      return need;
    },
  };
}
