import type { PackageOfHelp } from '@ksbb/contracts';
import type { PlatformClient, SeededRandom } from '@ksbb/testkit';

/** What can still be given, as the harness counts it: it is the only donor. */
export type Needs = Awaited<ReturnType<typeof findNeeds>>;

export type OpenNeed = ReturnType<Needs['take']>;

export async function findNeeds(client: PlatformClient) {
  const boards = await client.boards((await client.allMsmes()).map(({ msmeId }) => msmeId));
  const all = boards.flatMap(({ msmeId, needs }) =>
    needs.map(({ needId, open, package: of }) => ({ of, msmeId, needId, left: open })),
  );
  const byPackage = Map.groupBy(all, ({ of }) => of);
  return {
    /** Takes `amount` off one of the needs that have as much left. @throws where none has */
    take: (of: PackageOfHelp, amount: number, random: SeededRandom) => {
      const enough = (byPackage.get(of) ?? []).filter(({ left }) => left >= amount);
      const need = enough[random.below(enough.length)];
      if (need === undefined) throw new Error(`no need of ${of} is open any more: load more MSMEs`);
      need.left -= amount;
      return need;
    },
  };
}
