import type { NeedCoverage } from '@ksbb/contracts';
import { requestFor } from '../load/journeys.ts';
import type { Scenario } from '../report/under-load.ts';

const DONORS = 200;
const LEAST_LEFT = 5;

/** 200 donors ask at once for the same need, each for more than a two-hundredth of it: promised is exactly declared. */
export const raceForTheLastUnit: Scenario = async ({ environment: { client }, needs, random }) => {
  const need = needs.take('goods', LEAST_LEFT, random);
  need.left = 0;
  const { msmeId, needId } = need;
  const coverage = async () => {
    const [board] = await client.boards([msmeId]);
    return board?.needs.find((one) => one.needId === needId) as NeedCoverage;
  };
  const before = await coverage();
  const quantity = Math.ceil(before.open / (DONORS / 2));
  const request = requestFor({ package: 'goods', msmeId, needId, quantity });
  const answers = await Promise.all(Array.from({ length: DONORS }, () => client.postCommitment(request)));
  const covered = answers
    .map(({ status, body }) => (status === 201 ? body.lines[0].covered : 0))
    .reduce((sum, one) => sum + one, 0);
  const isInformed = ({ status, body }: (typeof answers)[number]) =>
    (status === 201 || status === 409) &&
    (body.lines[0].covered === quantity || body.lines[0].shortfallReason === 'already-covered');
  const promised = (await coverage()).promised - before.promised;
  return {
    faults: DONORS,
    in: before.open,
    out: promised,
    lost: Math.max(0, before.open - promised),
    doubled: Math.max(0, promised - before.open, covered - promised),
    unexpected: answers.filter((answer) => !isInformed(answer)).length,
  };
};
