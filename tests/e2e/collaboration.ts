import type { RequestedLine } from '@ksbb/contracts';
import type { PlatformClient } from '@ksbb/testkit';

/** How much is given of a need, by package. */
const GIVEN = {
  goods: { quantity: 1 },
  capital: { amountRupiah: 1_000_000, partner: 'lumbung', instalments: 2 },
  training: { seats: 1 },
};

/**
 * A collaboration with a real MSME, with a line of each package, made over the edge's API; one delivery is reported.
 */
export async function makeCollaboration(client: PlatformClient) {
  const { items } = await client.get(`${client.api('msme-registry')}/msmes?q=Pasar&limit=1`);
  const msmeId: string = items[0].msmeId;
  const { needs } = await client.msme(msmeId);
  const lines = Object.entries(GIVEN).flatMap(([of, given]) => {
    const need = needs.find((one) => one.package === of);
    return need === undefined ? [] : [{ package: of, msmeId, needId: need.needId, ...given } as RequestedLine];
  });
  const made = await client.commit({
    donor: { name: 'Yayasan Contoh', kind: 'institution', email: 'yayasan@contoh.example', anonymous: false },
    consent: true,
    lines,
  });
  if (made === undefined) throw new Error(`nothing is left to give to ${msmeId}`);
  const { collaborationId, pin } = made;
  await client.reportDelivery(collaborationId, pin, { lineId: `${collaborationId}.1`, quantity: 1 });
  return { collaborationId, pin, msmeId };
}

/** The page that an officer's link opens for the first MSME of a collaboration. */
export async function msmeLink(client: PlatformClient, collaborationId: string): Promise<string> {
  const [link] = await client.msmeLinks(collaborationId);
  return `/m/${collaborationId}/${link?.token ?? ''}`;
}
