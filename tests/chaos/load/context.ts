import type { SeededRandom } from '@ksbb/testkit';
import type { ChaosEnvironment } from '../environment/environment.ts';
import type { Needs } from './needs.ts';

/** What every scenario works with. */
export type ScenarioContext = {
  environment: ChaosEnvironment;
  needs: Needs;
  /** Of this scenario alone, so that it does the same whether others run before it or not. */
  random: SeededRandom;
  length: 'long' | 'short';
  /** How long a broker that is stopped stays away. */
  outageMs: number;
  say: (text: string) => void;
  /** Reports what must not happen, and did. */
  violation: (text: string) => void;
};
