import { createPlatformClient } from '../platform-client.ts';
import { commit } from './commit.ts';
import { deliverGoods } from './deliver-goods.ts';
import type { Environment, Reporter } from './environment.ts';
import { lend } from './lend.ts';
import { loadAndChoose } from './load-and-choose.ts';
import { lookBack } from './look-back.ts';
import { reconcile, subscribePartners } from './partner-records.ts';
import { train } from './train.ts';

export { checksTable, createChecks, type Environment, type Reporter } from './environment.ts';

/**
 * Walks one donation from the map to the next loan of its money, and checks every figure. Answers the collaboration ID.
 */
export async function runDonation(environment: Environment, reporter: Reporter): Promise<string> {
  const part = { environment, client: createPlatformClient(environment), ...reporter };
  part.step('1. The map is filled');
  const chosen = await loadAndChoose(part);
  part.step('2. A donor commits to three MSMEs');
  const startedAt = Date.now();
  const subscribed = await subscribePartners(part);
  const commitment = await commit(part, chosen);
  part.step('3. Goods are delivered, and the commitment service is killed meanwhile');
  await deliverGoods(part, commitment);
  part.step('4. Loans are signed, paid out, repaid and relent, and the gateway is killed meanwhile');
  const relent = await lend(part, commitment, subscribed);
  await reconcile(part, startedAt);
  part.step('5. A training is held');
  const attended = await train(part, commitment);
  part.step('6. What all of it adds up to');
  await lookBack(part, { commitment, relent, attended });
  return commitment.collaborationId;
}
