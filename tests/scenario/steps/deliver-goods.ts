import { randomUUID } from 'node:crypto';
import type { CollaborationView } from '@ksbb/contracts';
import { call, expectOk, retryUntilOk, eventually } from '@ksbb/testkit';
import type { Stage, Telling } from '../story.ts';
import type { Promised } from './commit.ts';

/** The same id with its check character changed to another letter. */
function mistyped(collaborationId: string): string {
  return collaborationId.slice(0, -1) + (collaborationId.endsWith('7') ? '8' : '7');
}

export async function deliverGoods(world: Stage, { say, checks }: Telling, promised: Promised): Promise<void> {
  const { collaborationId, pin, masks, stations } = promised;
  const commitment = world.api('commitment');
  const collaboration = `${commitment}/collaborations/${collaborationId}`;
  const report = (line: { lineId: string; quantity: number }, with_: string = pin) => ({
    idempotencyKey: randomUUID(),
    body: { pin: with_, lines: [line] },
  });

  const typo = await call('GET', `${commitment}/collaborations/${mistyped(collaborationId)}`);
  checks.equal(
    'A mistyped collaboration ID is told by its check character',
    [400, 'urn:ksbb-umkm:problem:mistyped-collaboration-id'],
    [typo.status, typo.body.type],
  );
  const wrongPin = await call(
    'POST',
    `${collaboration}/deliveries`,
    report(masks, pin === '000000' ? '000001' : '000000'),
  );
  checks.equal(
    'A wrong PIN is refused',
    [403, 'urn:ksbb-umkm:problem:wrong-pin'],
    [wrongPin.status, wrongPin.body.type],
  );
  const tooMany = await call('POST', `${collaboration}/deliveries`, report({ ...masks, quantity: masks.quantity + 1 }));
  checks.equal(
    'More than was promised is refused and named',
    [422, '/lines/0/quantity'],
    [tooMany.status, tooMany.body.errors?.[0]?.pointer],
  );

  const first = await expectOk('POST', `${collaboration}/deliveries`, report(masks));
  say(`${masks.quantity} masks are reported as delivered`);

  const interrupted = report(stations);
  const inFlight = call('POST', `${collaboration}/deliveries`, interrupted).catch(() => undefined);
  const back = world.killAndAwaitReturn('commitment');
  say('the commitment service is killed while the next report is on its way');
  const second = await retryUntilOk('POST', `${collaboration}/deliveries`, interrupted);
  await Promise.all([inFlight, back]);
  say(`it is back, and the report of ${stations.quantity} hand-washing stations stands once`);
  checks.equal(
    'The interrupted report again is the same report',
    second,
    await expectOk('POST', `${collaboration}/deliveries`, interrupted),
  );

  const { links } = await expectOk('GET', `${collaboration}/msme-links`, { token: world.operatorToken });
  const token: string = links.find((link: { msmeId: string }) => link.msmeId === promised.places.goods.msmeId).token;
  const receipt = (reportId: string, { lineId, quantity }: { lineId: string; quantity: number }) =>
    retryUntilOk('POST', `${collaboration}/receipts`, { token, body: { reportId, lineId, quantity, note: '' } });
  const short = await receipt(first.reportId, { ...masks, quantity: masks.quantity - 1 });
  await receipt(second.reportId, stations);
  say(`${promised.places.goods.name} confirms ${masks.quantity - 1} masks, one less than reported, and all stations`);
  checks.equal('The difference is answered', 1, short.difference);

  const view: CollaborationView = await eventually('the confirmations show', async () => {
    const shown: CollaborationView = await expectOk('GET', collaboration);
    return shown.reports.every((one) => one.confirmedQuantity !== null) && shown;
  });
  const line = (lineId: string) => view.lines.find((one) => one.lineId === lineId);
  const counts = (lineId: string) => [line(lineId)?.promised, line(lineId)?.reported, line(lineId)?.confirmed];
  checks.equal(
    'Masks promised, reported, confirmed',
    [masks.quantity, masks.quantity, masks.quantity - 1],
    counts(masks.lineId),
  );
  checks.equal(
    'Stations promised, reported, confirmed',
    [stations.quantity, stations.quantity, stations.quantity],
    counts(stations.lineId),
  );
  checks.equal('Delivery reports, none lost and none twice', 2, view.reports.length);
  checks.equal(
    'The difference shows',
    [0, 1],
    view.reports.map((one) => one.difference).toSorted((a, b) => (a ?? 0) - (b ?? 0)),
  );
  checks.equal('The commitment service died once and came back', 1, world.platform.process('commitment').restarts);
}
