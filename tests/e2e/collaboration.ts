import type { Need, RequestedLine } from '@ksbb/contracts';
import type { PlatformClient } from '@ksbb/testkit';

function lineFor(msmeId: string, need: Need): RequestedLine {
  const { needId } = need;
  switch (need.package) {
    case 'goods':
      return { package: 'goods', msmeId, needId, quantity: 1 };
    case 'capital':
      return { package: 'capital', msmeId, needId, amountRupiah: 1_000_000, partner: 'lumbung', instalments: 2 };
    default:
      return { package: 'training', msmeId, needId, seats: 1 };
  }
}

/**
 * A collaboration with a real MSME, with a line of each package, made over the edge's API; one delivery is reported.
 */
export async function makeCollaboration(client: PlatformClient) {
  const { items } = await client.get(`${client.api('msme-registry')}/msmes?q=Pasar&limit=1`);
  const msmeId: string = items[0].msmeId;
  const { needs } = await client.msme(msmeId);
  const lines = (['goods', 'capital', 'training'] as const)
    .flatMap((of) => needs.find((need) => need.package === of) ?? [])
    .map((need) => lineFor(msmeId, need));
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
