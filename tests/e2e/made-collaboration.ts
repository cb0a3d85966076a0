import { randomUUID } from 'node:crypto';
import type { Platform } from '../../infra/local/platform.ts';

export type MadeCollaboration = { collaborationId: string; pin: string; msmeId: string };

type Need = { needId: string; package: string };
type Msme = { msmeId: string; needs: Need[] };

async function json<T>(url: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

function lineFor(msmeId: string, need: Need): Record<string, unknown> {
  const place = { msmeId, needId: need.needId, package: need.package };
  if (need.package === 'goods') return { ...place, quantity: 1 };
  return need.package === 'capital'
    ? { ...place, amountRupiah: 1_000_000, partner: 'lumbung', instalments: 2 }
    : { ...place, seats: 1 };
}

/** A collaboration over a real place, with a line of each package, made over the edge's API; one delivery is reported. */
export async function makeCollaboration({ portalUrl }: Platform): Promise<MadeCollaboration> {
  const { items } = await json<{ items: Msme[] }>(`${portalUrl}/api/msme-registry/msmes?q=Pasar&limit=1`);
  const msmeId = items[0]?.msmeId ?? '';
  const { needs } = await json<Msme>(`${portalUrl}/api/msme-registry/msmes/${msmeId}`);
  const lines = ['goods', 'capital', 'training']
    .flatMap((of) => needs.find((need) => need.package === of) ?? [])
    .map((need) => lineFor(msmeId, need));
  const donor = { name: 'Yayasan Contoh', kind: 'institution', email: 'yayasan@contoh.example' };
  const post = (path: string, body: unknown) => {
    return {
      url: `${portalUrl}/api/commitment${path}`,
      init: {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() },
        body: JSON.stringify(body),
      },
    };
  };
  const commitment = post('/commitments', { donor, consent: true, lines });
  const { collaborationId, pin } = await json<{ collaborationId: string; pin: string }>(
    commitment.url,
    commitment.init,
  );
  const report = post(`/collaborations/${collaborationId}/deliveries`, {
    pin,
    lines: [{ lineId: `${collaborationId}.1`, quantity: 1 }],
  });
  await json(report.url, report.init);
  return { collaborationId, pin, msmeId };
}

/** The page that an officer's link opens for the first MSME of a collaboration. */
export async function msmeLink({ portalUrl, secrets }: Platform, collaborationId: string): Promise<string> {
  const { links } = await json<{ links: { token: string }[] }>(
    `${portalUrl}/api/commitment/collaborations/${collaborationId}/msme-links`,
    {
      headers: { Authorization: `Bearer ${secrets.operatorToken}` },
    },
  );
  return `/m/${collaborationId}/${links[0]?.token ?? ''}`;
}
