import { randomUUID } from 'node:crypto';
import type { Board } from '@ksbb/contracts';
import { answered, good } from '../../infra/demo/api.ts';
import type { World } from '../../infra/demo/world.ts';
import type { Row } from './row.ts';

const DONORS = 200;

/** 200 donors ask at once for one and the same need, each for more than a two-hundredth of it: promised is exactly declared. */
export async function raceForTheLastUnit(world: World): Promise<Row> {
  const { items } = await good('GET', `${world.api('msme-registry')}/msmes?package=goods&open=true&limit=200`);
  const boards: Board[] = (await good('GET', `${world.api('commitment')}/boards?msmeIds=${items.slice(-100).map((msme: { msmeId: string }) => msme.msmeId).join(',')}`)).items;
  const { msmeId, need } = boards.flatMap((board) => board.needs.filter((one) => one.package === 'goods' && one.open > 0).map((one) => ({ msmeId: board.msmeId, need: one })))[0] ?? {};
  if (msmeId === undefined || need === undefined) throw new Error('no need for goods is open');
  const quantity = Math.ceil(need.open / (DONORS / 2));
  const answers = await Promise.all(
    Array.from({ length: DONORS }, () =>
      answered('POST', `${world.api('commitment')}/commitments`, {
        idempotencyKey: randomUUID(),
        body: {
          donor: { name: 'Donatur Uji', kind: 'person', email: 'uji@contoh.example', anonymous: true },
          consent: true,
          lines: [{ package: 'goods', msmeId, needId: need.needId, quantity }],
        },
      }),
    ),
  );
  const covered = answers.map(({ status, body }) => (status === 201 ? body.lines[0].covered : 0)).reduce((sum, one) => sum + one, 0);
  const told = answers.every(({ status, body }) => (status === 201 || status === 409) && (body.lines[0].covered === quantity || body.lines[0].shortfallReason === 'already-covered'));
  const after = ((await good('GET', `${world.api('commitment')}/boards/${msmeId}`)) as Board).needs.find((one) => one.needId === need.needId);
  const promised = (after?.promised ?? 0) - need.promised;
  return {
    row: 'race',
    faults: DONORS,
    in: need.open,
    out: promised,
    lost: Math.max(0, need.open - promised),
    doubled: Math.max(0, promised - need.open, covered - promised),
    unexpected: told ? 0 : 1,
  };
}
