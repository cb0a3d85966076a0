import type { Platform } from '../../infra/local/platform.ts';
import type { Checks } from './checks.ts';
import { commit } from './steps/commit.ts';
import { deliverGoods } from './steps/deliver-goods.ts';
import { lend } from './steps/lend.ts';
import { loadMsmes } from './steps/load-msmes.ts';
import { lookBack } from './steps/look-back.ts';
import { reconcile } from './steps/reconcile.ts';
import { subscribePartners } from './steps/tell-partners.ts';
import { train } from './steps/train.ts';
import type { World } from './world.ts';

/** What the story needs of where it is told: processes on this machine, or pods on a cluster. */
export type Stage = Omit<World, 'platform' | 'servers'> & { platform: { process: Platform['process'] } };

export type Telling = { say: (text: string) => void; step: (title: string) => void; checks: Checks };

/** Walks one donation from the map to the next loan of its money, and checks every figure. Answers the collaboration ID. */
export async function tellStory(world: Stage, telling: Telling): Promise<string> {
  telling.step('1. The map is filled');
  const places = await loadMsmes(world, telling);
  telling.step('2. A donor commits to three MSMEs');
  const startedAt = Date.now();
  const told = await subscribePartners(world, telling);
  const commitment = await commit(world, telling, places);
  telling.step('3. Goods are delivered, and the commitment service is killed meanwhile');
  await deliverGoods(world, telling, commitment);
  telling.step('4. Loans are signed, paid out, repaid and lent on, and the gateway is killed meanwhile');
  const lending = await lend(world, telling, commitment, told);
  await reconcile(world, telling, startedAt);
  telling.step('5. A training is held');
  const training = await train(world, telling, commitment);
  telling.step('6. What it all adds up to');
  await lookBack(world, telling, { commitment, lending, training });
  return commitment.collaborationId;
}
