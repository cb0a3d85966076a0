import { isDeepStrictEqual } from 'node:util';
import { archivePage, catalogue, type Envelope, portfolio, timeline, totals } from '@ksbb/contracts';
import { openDatabase } from '@ksbb/document-store';
import { type Bus, createBus } from '@ksbb/messaging';
import { type BuiltService, createLog, createMetrics, routeTable } from '@ksbb/service-kit';
import request from 'supertest';
import { eventually, freshDatabase, freshVhost, removeDatabase, removeVhost } from '@ksbb/testkit';
import { createApp } from './app.ts';
import { reportsOf, shuffledWithRepeats } from './testing/deliver.ts';
import { ids, scenario, totalsOfScenario } from './testing/scenario.ts';

const log = createLog('reporting', 'silent');

type Running = {
  service: BuiltService;
  send: (events: readonly Envelope[]) => Promise<void>;
  end: () => Promise<void>;
};

async function start(): Promise<Running> {
  const amqpUrl = await freshVhost();
  const mongoUrl = freshDatabase('reporting');
  const metrics = createMetrics('reporting');
  const bus: Bus = createBus({ url: amqpUrl, service: 'reporting', log, registry: metrics.registry });
  const service = await createApp({
    settings: { OPERATOR_TOKEN: 'an-operator-token-for-tests' },
    database: await openDatabase(mongoUrl, log),
    bus,
    log,
    metrics,
    clock: () => new Date(),
  });
  await bus.started();
  return {
    service,
    send: async (events) => {
      for (const event of events) await bus.publish(event);
    },
    end: async () => {
      await service.close();
      await removeVhost(amqpUrl);
      await removeDatabase(mongoUrl);
    },
  };
}

let inOrder: Running;
let inDisorder: Running;

const get = (path: string, { service } = inOrder) => request(service.app).get(path);

/** Everything that can be read, except for the time of reading. */
async function everything(running: Running) {
  const { asOf: _, ...sums } = (await get('/totals', running)).body;
  const timelines = Object.values(ids).map(async (id) => (await get(`/collaborations/${id}/timeline`, running)).body);
  const loans = (await get('/loans', running)).body.items;
  const events = (await get('/events', running)).body.items;
  return { sums, timelines: await Promise.all(timelines), loans, events };
}

/** Waits until everything reads as the pure functions say that it must. */
async function untilHandled(running: Running): Promise<void> {
  const { timelines, loans, totals: sums } = reportsOf(scenario);
  const expected = {
    sums: { msmesListed: totalsOfScenario.msmesListed, ...sums },
    timelines,
    loans: loans.filter((loan) => loan !== null),
  };
  await eventually('all events are handled', async () => {
    const { events, ...read } = await everything(running);
    return events.length === scenario.length && isDeepStrictEqual(read, expected);
  });
}

beforeAll(async () => {
  [inOrder, inDisorder] = await Promise.all([start(), start()]);
  await inOrder.send(scenario);
  await inDisorder.send(shuffledWithRepeats(scenario, 7));
  await untilHandled(inOrder);
  await untilHandled(inDisorder);
});

afterAll(async () => {
  await Promise.all([inOrder.end(), inDisorder.end()]);
});

test('the totals are exact', async () => {
  const { body } = await get('/totals');
  expect(totals.parse(body)).toEqual(body);
  const { msmesListed, commitmentsConfirmed, commitmentsClosed, msmesHelped, goods, amanah, lumbung, bookkeeping } =
    totalsOfScenario;
  expect(body).toMatchObject({
    msmesListed,
    commitmentsConfirmed,
    commitmentsClosed,
    msmesHelped,
    loans: [amanah, lumbung],
  });
  expect(body.goods[0]).toEqual(goods);
  expect(body.trainings[0]).toEqual(bookkeeping);
});

test('delivered twice and out of order, everything reads the same', async () => {
  expect(await everything(inDisorder)).toEqual(await everything(inOrder));
});

test('the timeline of a collaboration is read by its ID, however it is typed', async () => {
  const { status, body } = await get('/collaborations/ksbb%200000%200000%20oo11/timeline');
  expect(status).toBe(200);
  expect(timeline.parse(body)).toEqual(body);
  expect(body.collaborationId).toBe(ids.DONOR);
  expect(body.entries).toHaveLength(22);
  expect(body.entries[0]).toMatchObject({
    eventId: `commitment:${ids.DONOR}@1`,
    event: 'commitment-confirmed',
    data: { donorName: 'PT Contoh' },
  });
});

test('a relend is in both timelines', async () => {
  for (const id of [ids.DONOR, ids.RELEND]) {
    const { body } = await get(`/collaborations/${id}/timeline`);
    expect(body.entries.filter(({ event }: { event: string }) => event === 'fund-relent')).toHaveLength(1);
  }
});

test('the portfolio is read page by page, and loan by loan', async () => {
  const first = await get('/loans?limit=2');
  expect(portfolio.parse(first.body)).toEqual(first.body);
  const second = await get(`/loans?limit=2&cursor=${first.body.nextCursor}`);
  expect(second.body.nextCursor).toBeNull();
  const loans = [...first.body.items, ...second.body.items];
  expect(loans).toMatchObject([
    { loanId: `${ids.DONOR}.2`, status: 'repaid', repaidRupiah: 6_000_000, outstandingRupiah: 0, relentFrom: null },
    { loanId: `${ids.RELEND}.1`, status: 'forwarded', repaidRupiah: 0, relentFrom: `${ids.DONOR}.2` },
    { loanId: `${ids.FAILED}.1`, status: 'declined', amountRupiah: 1_000_000 },
  ]);
  expect((await get(`/loans/${ids.RELEND}.1`)).body).toEqual(loans[1]);
});

test('the archive has every event once, page by page, without names and links', async () => {
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body }: { body: ReturnType<typeof archivePage.parse> } = await get(
      `/events?limit=10${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    expect(archivePage.parse(body)).toEqual(body);
    expect(JSON.stringify(body)).not.toMatch(/PT Contoh|https:\/\/amanah|Ibu Siti|Pak Joko/);
    seen.push(...body.items.map(({ eventId }) => eventId));
    cursor = body.nextCursor;
  }
  expect(seen).toEqual(scenario.map(({ id }) => id).sort());
});

describe('a request is refused', () => {
  test.each([
    ['/collaborations/KSBB-0000-0000-0055/timeline', 404, undefined],
    ['/collaborations/KSBB-0000-0000-0012/timeline', 400, 'path /collaborationId'],
    ['/loans/KSBB-0000-0000-0055.1', 404, undefined],
    ['/loans/seven', 400, 'path /loanId'],
    ['/loans?limit=500', 400, 'query /limit'],
    ['/events?page=2', 400, 'query /page'],
  ])('%s is %i', async (path, status, pointer) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body.errors?.[0]?.pointer).toBe(pointer);
  });
});

test('it is ready and archives every type of event', async () => {
  for (const check of Object.values(inOrder.service.ready)) expect(await check()).toBe(true);
  const kept = new Set((await get('/events')).body.items.map(({ type }: { type: string }) => type));
  expect(kept).toEqual(new Set(catalogue.map(({ type }) => type)));
});

test('its routes, and who may call them', () => {
  expect(routeTable(inOrder.service.app)).toEqual([
    'GET /totals public',
    'GET /collaborations/:collaborationId/timeline public',
    'GET /loans public',
    'GET /loans/:loanId public',
    'GET /events public',
    'GET /operator/dead-letters operator',
    'GET /operator/dead-letters/:eventId operator',
    'POST /operator/dead-letters/replay operator',
    'POST /operator/dead-letters/discard operator',
  ]);
});
