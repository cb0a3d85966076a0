import { call, expectOk, eventually } from '@ksbb/testkit';
import type { Stage, Telling } from '../story.ts';
import type { PartnerName } from './tell-partners.ts';

const JAKARTA_MS = 7 * 3_600_000;
const PARTNERS: readonly PartnerName[] = ['amanah', 'lumbung'];

const dayInJakarta = (at: number) => new Date(at + JAKARTA_MS).toISOString().slice(0, 10);

/** Our books and each partner's statement say the same, of the day of the story, or of both where midnight came. */
export async function reconcile(world: Stage, { say, checks }: Telling, startedAt: number): Promise<void> {
  const days = [...new Set([dayInJakarta(startedAt), dayInJakarta(Date.now())])];
  for (const partner of PARTNERS) {
    let movements = 0;
    for (const day of days) {
      const url = `${world.api('fintech-gateway')}/fund/reconciliations/${partner}/${day}`;
      const compare = () => expectOk('POST', url, { token: world.operatorToken });
      await eventually('the books have caught up', async () => (await compare()).differences.length === 0).catch(
        () => undefined,
      );
      const { ours, theirs, differences } = await compare();
      movements += theirs;
      checks.equal(
        `${partner}: our books and its statement of ${day}`,
        { movements: theirs, differences: [] },
        { movements: ours, differences },
      );
      if (day !== dayInJakarta(Date.now())) continue;
      const close = await call('POST', `${url}/close`, { token: world.operatorToken });
      checks.equal(`${partner}: a day that is not over is not closed`, 409, close.status);
    }
    say(`${partner}: ${movements} movements, the same in our books and in its statement`);
  }
}
