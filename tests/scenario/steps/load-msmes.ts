import type { Msme, Need } from '@ksbb/contracts';
import { expectOk, eventually } from '@ksbb/testkit';
import type { Stage, Telling } from '../story.ts';

const GENERATED = 1_000;
const REAL = 271;

/** Three real MSMEs in different kelurahan, and what the story needs of each. */
export type Places = { goods: Msme; amanah: Msme; lumbung: Msme };

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

const teachesCraft = (msme: Msme) => msme.needs.some((need) => need.package === 'training' && need.skill === 'hard');

export async function loadMsmes(world: Stage, { say, checks }: Telling): Promise<Places> {
  await world.loadMsmes(GENERATED);
  const registry = world.api('msme-registry');
  const total = await eventually('the map shows every MSME', async () => {
    const list = await expectOk('GET', `${registry}/msmes?limit=1`);
    return list.total === GENERATED + REAL && list.total;
  });
  checks.equal('MSMEs on the map, 271 real and 1,000 generated', GENERATED + REAL, total);

  const { items } = await expectOk('GET', `${registry}/msmes?origin=openstreetmap&limit=200`);
  const details: Msme[] = [];
  for (const { msmeId } of items.slice(0, 60)) details.push(await expectOk('GET', `${registry}/msmes/${msmeId}`));
  const used = new Set<string>();
  const pick = (suits: (msme: Msme) => boolean): Msme => {
    const found = details.find((msme) => !used.has(msme.area.kodeKelurahan) && suits(msme));
    if (found === undefined) throw new Error('no real MSME suits the story');
    used.add(found.area.kodeKelurahan);
    return found;
  };
  const places = {
    goods: pick(
      (msme) =>
        needOf(msme, 'goods', 'face-mask') !== undefined && needOf(msme, 'goods', 'hand-washing-station') !== undefined,
    ),
    amanah: pick((msme) => needOf(msme, 'capital') !== undefined && teachesCraft(msme)),
    lumbung: pick((msme) => needOf(msme, 'capital') !== undefined),
  };
  for (const { name, area } of Object.values(places)) say(`${name} in ${area.kelurahan}, ${area.kecamatan}`);
  checks.equal('Picked in different kelurahan', 3, used.size);

  await eventually('the needs board knows the three', async () => {
    const ids = Object.values(places).map((msme) => msme.msmeId);
    const boards = await expectOk('GET', `${world.api('commitment')}/boards?msmeIds=${ids.join(',')}`);
    return boards.items.filter((board: { needs: unknown[] }) => board.needs.length > 0).length === 3;
  });
  return places;
}
