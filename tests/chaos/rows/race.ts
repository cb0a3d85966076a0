import { randomUUID } from 'node:crypto';
import type { Board } from '@ksbb/contracts';
import { retryUntilAnswered, expectOk } from '@ksbb/testkit';
import type { Chaos } from '../ledger/account.ts';
import type { Row } from '../ledger/row.ts';

const DONORS = 200;
const LEAST_LEFT = 5;

/** 200 donors ask at once for one and the same need, each for more than a two-hundredth of it: promised is exactly declared. */
export async function raceForTheLastUnit({ world, needs, random }: Chaos): Promise<Row> {
  const need = needs.take('goods', LEAST_LEFT, random);
  need.left = 0;
  const { msmeId, needId } = need;
  const commitment = world.api('commitment');
  const look = async () => {
    const board: Board = await expectOk('GET', `${commitment}/boards/${msmeId}`);
    return board.needs.find((one) => one.needId === needId) as Board['needs'][number];
  };
  const before = await look();
  const quantity = Math.ceil(before.open / (DONORS / 2));
  const answers = await Promise.all(
    Array.from({ length: DONORS }, () =>
      retryUntilAnswered('POST', `${commitment}/commitments`, {
        idempotencyKey: randomUUID(),
        body: {
          donor: { name: 'Donatur Uji', kind: 'person', email: 'uji@contoh.example', anonymous: true },
          consent: true,
          lines: [{ package: 'goods', msmeId, needId, quantity }],
        },
      }),
    ),
  );
  const covered = answers
    .map(({ status, body }) => (status === 201 ? body.lines[0].covered : 0))
    .reduce((sum, one) => sum + one, 0);
  const isTold = ({ status, body }: (typeof answers)[number]) =>
    (status === 201 || status === 409) &&
    (body.lines[0].covered === quantity || body.lines[0].shortfallReason === 'already-covered');
  const promised = (await look()).promised - before.promised;
  return {
    row: 'race',
    faults: DONORS,
    in: before.open,
    out: promised,
    lost: Math.max(0, before.open - promised),
    doubled: Math.max(0, promised - before.open, covered - promised),
    unexpected: answers.filter((answer) => !isTold(answer)).length,
  };
}
