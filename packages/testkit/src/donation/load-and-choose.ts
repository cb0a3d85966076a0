import type { Msme, MsmeDetail, Need } from '@ksbb/contracts';
import { eventually } from '../eventually.ts';
import type { Part } from './environment.ts';

const GENERATED = 1_000;
const REAL = 271;
export const MSMES = GENERATED + REAL;
/** Of the real MSMEs, how many are looked at for three that suit. */
const LOOKED_AT = 60;

/** Three real MSMEs in different kelurahan: one that gets goods, and one that borrows from each partner. */
export type Chosen = { goods: Msme; amanah: Msme; lumbung: Msme };

/** The need of one kind that an MSME declares, if it does. */
export function needOf<P extends Need['package']>(
  msme: Msme,
  packageOfHelp: P,
  item?: string,
): Extract<Need, { package: P }> | undefined {
  return msme.needs.find(
    (need): need is Extract<Need, { package: P }> =>
      need.package === packageOfHelp && (item === undefined || ('item' in need && need.item === item)),
  );
}

const borrows = (msme: Msme) => needOf(msme, 'capital') !== undefined;
const learnsHardSkill = (msme: Msme) => msme.needs.some((need) => need.package === 'training' && need.skill === 'hard');
const lacksGoods = (msme: Msme) =>
  ['face-mask', 'hand-washing-station'].every((item) => needOf(msme, 'goods', item) !== undefined);

export async function loadAndChoose({ environment, client, say, checks }: Part): Promise<Chosen> {
  await environment.loadMsmes(GENERATED);
  const list = `${client.api('msme-registry')}/msmes`;
  const count = async () => (await client.get(`${list}?limit=1`)).total;
  await checks.reaches('MSMEs on the map, 271 real and 1,000 generated', MSMES, count);

  const { items } = await client.get(`${list}?origin=openstreetmap&limit=200`);
  const details: MsmeDetail[] = [];
  for (const { msmeId } of items.slice(0, LOOKED_AT)) details.push(await client.msme(msmeId));
  const used = new Set<string>();
  const choose = (suits: (msme: Msme) => boolean): Msme => {
    const found = details.find((msme) => !used.has(msme.area.kodeKelurahan) && suits(msme));
    if (found === undefined) throw new Error('no real MSME suits the scenario');
    used.add(found.area.kodeKelurahan);
    return found;
  };
  const chosen = {
    goods: choose(lacksGoods),
    amanah: choose((msme) => borrows(msme) && learnsHardSkill(msme)),
    lumbung: choose(borrows),
  };
  for (const { name, area } of Object.values(chosen)) say(`${name} in ${area.kelurahan}, ${area.kecamatan}`);
  checks.equal('Chosen in different kelurahan', 3, used.size);

  await eventually('the needs board knows the three', async () => {
    const boards = await client.boards(Object.values(chosen).map(({ msmeId }) => msmeId));
    return boards.filter(({ needs }) => needs.length > 0).length === 3;
  });
  return chosen;
}
