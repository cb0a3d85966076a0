import { randomUUID } from 'node:crypto';
import type { CollaborationView } from '@ksbb/contracts';
import { call, retryUntilAnswered } from '../api.ts';
import { eventually } from '../eventually.ts';
import { createPlatformClient } from '../platform-client.ts';
import type { Commitment } from './commit.ts';
import type { Part } from './environment.ts';

/** The same id with its check character changed to another letter. */
function mistyped(collaborationId: string): string {
  return collaborationId.slice(0, -1) + (collaborationId.endsWith('7') ? '8' : '7');
}

/** Reports that must be refused: by a mistyped ID, with a wrong PIN, of more than was promised. */
async function seeRefusals({ client, checks }: Part, { collaborationId, pin, masks }: Commitment): Promise<void> {
  const deliveries = `${client.collaborationUrl(collaborationId)}/deliveries`;
  const report = (usedPin: string, quantity: number) =>
    call('POST', deliveries, {
      idempotencyKey: randomUUID(),
      body: { pin: usedPin, lines: [{ lineId: masks.lineId, quantity }] },
    });
  const typo = await call('GET', client.collaborationUrl(mistyped(collaborationId)));
  checks.equal(
    'A mistyped collaboration ID is told by its check character',
    [400, 'urn:ksbb-umkm:problem:mistyped-collaboration-id'],
    [typo.status, typo.body.type],
  );
  const wrongPin = await report(pin === '000000' ? '000001' : '000000', masks.quantity);
  checks.equal(
    'A wrong PIN is refused',
    [403, 'urn:ksbb-umkm:problem:wrong-pin'],
    [wrongPin.status, wrongPin.body.type],
  );
  const tooMany = await report(pin, masks.quantity + 1);
  checks.equal(
    'More than was promised is refused and named',
    [422, '/lines/0/quantity'],
    [tooMany.status, tooMany.body.errors?.[0]?.pointer],
  );
}

function checkCounts({ checks }: Part, view: CollaborationView, { masks, stations }: Commitment): void {
  const counts = (lineId: string) => {
    const line = view.lines.find((one) => one.lineId === lineId);
    return [line?.promised, line?.reported, line?.confirmed];
  };
  const masksExpected = [masks.quantity, masks.quantity, masks.quantity - 1];
  checks.equal('Masks promised, reported, confirmed', masksExpected, counts(masks.lineId));
  const stationsExpected = [stations.quantity, stations.quantity, stations.quantity];
  checks.equal('Stations promised, reported, confirmed', stationsExpected, counts(stations.lineId));
  checks.equal('Delivery reports, none lost and none twice', 2, view.reports.length);
  const differences = view.reports.map((one) => one.difference).toSorted((a, b) => (a ?? 0) - (b ?? 0));
  checks.equal('The difference shows', [0, 1], differences);
}

export async function deliverGoods(part: Part, commitment: Commitment): Promise<void> {
  const { environment, client, say, checks } = part;
  const { collaborationId, pin, masks, stations, goods } = commitment;
  await seeRefusals(part, commitment);
  const first = await client.reportDelivery(collaborationId, pin, masks);
  say(`${masks.quantity} masks are reported as delivered`);

  const deliveries = `${client.collaborationUrl(collaborationId)}/deliveries`;
  const interrupted = { idempotencyKey: randomUUID(), body: { pin, lines: [stations] } };
  const inFlight = call('POST', deliveries, interrupted).catch(() => undefined);
  const back = environment.killAndAwaitReturn('commitment');
  say('the commitment service is killed while the next report is on its way');
  const patient = createPlatformClient(environment, retryUntilAnswered);
  const second = await patient.create(deliveries, interrupted);
  await Promise.all([inFlight, back]);
  say(`it is back, and the report of ${stations.quantity} hand-washing stations stands once`);
  const again = await client.create(deliveries, interrupted);
  checks.equal('The interrupted report again is the same report', second, again);

  const links = await patient.msmeLinks(collaborationId);
  const token = links.find(({ msmeId }) => msmeId === goods.msmeId)?.token ?? '';
  const receipt = (reportId: string, lineId: string, quantity: number) =>
    patient.confirmReceipt(collaborationId, token, { reportId, lineId, quantity, note: '' });
  const { difference } = await receipt(first.reportId, masks.lineId, masks.quantity - 1);
  await receipt(second.reportId, stations.lineId, stations.quantity);
  say(`${goods.name} confirms ${masks.quantity - 1} masks, one less than reported, and all stations`);
  checks.equal('The difference is answered', 1, difference);

  const view = await eventually('the confirmations show', async () => {
    const shown = await client.collaboration(collaborationId);
    return shown.reports.every((one) => one.confirmedQuantity !== null) && shown;
  });
  checkCounts(part, view, commitment);
  checks.equal('The commitment service died once and came back', 1, environment.restarts('commitment'));
}
