import {
  areaList,
  clusterMembers,
  envelope,
  mapView,
  msmeDelisted,
  msmeDetail,
  msmeList,
  msmeListed,
  msmeUpdated,
  needCoverageChanged,
} from '@ksbb/contracts';
import { openDatabase } from '@ksbb/document-store';
import { type Bus, createBus, on, type Subscription } from '@ksbb/messaging';
import { type BuiltService, createLog, createMetrics, routeTable } from '@ksbb/service-kit';
import request from 'supertest';
import { eventually, freshDatabase, freshVhost, removeDatabase, removeVhost } from '@ksbb/testkit';
import { createApp } from './app.ts';

const OPERATOR_TOKEN = 'a-token-for-this-test';
const log = createLog('test', 'silent');
const clock = () => new Date();

const registration = {
  name: 'Warung Melati',
  category: 'kuliner',
  profile: { id: 'Warung nasi.', en: 'A rice stall.' },
  location: { lat: -6.17, lon: 106.82 },
  kodeKelurahan: '31.71.01.1003',
  needs: [
    { package: 'goods', item: 'face-mask', quantity: 50 },
    { package: 'training', topic: 'leadership', seats: 2 },
  ],
};
const everywhere = '106,-7,107.5,-5';

let uri: string;
let url: string;
let service: BuiltService;
let replica: BuiltService;
let listener: Bus;
const heard: { name: string; subject: string; version: number }[] = [];

async function startService(): Promise<BuiltService> {
  const bus = createBus({ url, service: 'msme-registry', log, registry: createMetrics('test').registry });
  const built = await createApp({
    settings: { OPERATOR_TOKEN },
    database: await openDatabase(uri, log),
    bus,
    log,
    metrics: createMetrics('msme-registry'),
    clock,
  });
  await bus.started();
  return built;
}

beforeAll(async () => {
  [uri, url] = [freshDatabase('registry'), await freshVhost()];
  listener = createBus({ url, service: 'listener', log, registry: createMetrics('test').registry });
  const note = async ({ type, subject, version }: { type: string; subject: string; version: number }) =>
    heard.push({ name: type.split('.')[2] ?? '', subject, version });
  listener.subscribe(
    [msmeListed, msmeUpdated, msmeDelisted].map((event) => on(event, 'insert', note)) as readonly Subscription<null>[],
    null,
  );
  await listener.started();
  [service, replica] = await Promise.all([startService(), startService()]);
});

afterAll(async () => {
  await Promise.all([service.close(), replica.close()]);
  await listener.close();
  await removeDatabase(uri);
  await removeVhost(url);
});

const asOperator = (sent: request.Test) => sent.set('Authorization', `Bearer ${OPERATOR_TOKEN}`);
const register = (key: string, body: object = registration) =>
  asOperator(request(service.app).post('/msmes')).set('Idempotency-Key', key).send(body);
const putNeeds = (id: string, needs: unknown) =>
  asOperator(request(service.app).put(`/msmes/${id}/needs`)).send({ needs } as object);
const get = (path: string, from = service) => request(from.app).get(path);

let keys = 0;
async function registered(body: object = {}): Promise<string> {
  const answer = await register(`key-number-${(keys += 1)}`, { ...registration, ...body });
  expect(answer.status).toBe(201);
  return answer.body.msmeId;
}

describe('registering', () => {
  test('puts an MSME on the map with its area and publishes the event', async () => {
    const answer = await register('first-registration');
    expect(answer.status).toBe(201);
    const { msmeId } = answer.body;
    expect(answer.headers).toMatchObject({ etag: '"1"', location: `/msmes/${msmeId}` });
    expect(answer.body).toMatchObject({
      name: 'Warung Melati',
      origin: 'registered',
      verified: false,
      area: {
        kodeKelurahan: '31.71.01.1003',
        kelurahan: 'Petojo Utara',
        kecamatan: 'Gambir',
        kota: 'Kota Administrasi Jakarta Pusat',
      },
      needs: [
        { needId: `${msmeId}.face-mask`, quantity: 50 },
        { needId: `${msmeId}.leadership`, skill: 'soft', seats: 2 },
      ],
    });
    const shown = await get(`/msmes/${msmeId}`);
    expect(shown.headers.etag).toBe('"1"');
    expect(msmeDetail.parse(shown.body)).toEqual({ ...answer.body, coverage: null });
    await eventually('msme-listed is heard', () =>
      heard.some((event) => event.name === 'msme-listed' && event.subject === msmeId && event.version === 1),
    );
  });

  test('twice with one key makes one MSME, and another body with that key is refused', async () => {
    const [one, other] = await Promise.all([register('the-same-key'), register('the-same-key')]);
    expect([one.status, other.status]).toEqual([201, 201]);
    expect(other.body).toEqual(one.body);
    const reused = await register('the-same-key', { ...registration, name: 'Lain' });
    expect([reused.status, reused.body.type]).toEqual([422, 'urn:ksbb-umkm:problem:idempotency-key-reused']);
  });

  test.each([
    [{ kodeKelurahan: '31.71.01.9999' }, '/kodeKelurahan'],
    [{ kodeKelurahan: 'Gambir' }, '/kodeKelurahan'],
    [{ location: { lat: 52.5, lon: 13.4 } }, '/location'],
    [{ location: { lat: -6.17 } }, '/location/lon'],
    [{ category: 'restoran' }, '/category'],
    [{ name: '  ' }, '/name'],
    [{ needs: [{ package: 'goods', item: 'face-mask', quantity: 0 }] }, '/needs/0/quantity'],
    [{ needs: [{ package: 'goods', item: 'wand', quantity: 1 }] }, '/needs/0/item'],
    [{ needs: [{ package: 'capital', amountRupiah: 1.5 }] }, '/needs/0/amountRupiah'],
    [{ needs: [registration.needs[0], registration.needs[0]] }, '/needs/1'],
    [{ owner: 'somebody' }, '/owner'],
  ])('%j is refused, naming %s', async (fault, pointer) => {
    const answer = await register('a-key-for-faults', { ...registration, ...fault });
    expect([answer.status, answer.type]).toEqual([400, 'application/problem+json']);
    expect(answer.body.errors).toEqual([expect.objectContaining({ pointer })]);
  });

  test('needs a key, and an officer', async () => {
    const keyless = await asOperator(request(service.app).post('/msmes')).send(registration);
    expect([keyless.status, keyless.body.errors[0].pointer]).toEqual([400, 'header Idempotency-Key']);
    expect((await register('some-valid-key').set('Authorization', 'Bearer of-nothing')).status).toBe(401);
  });
});

describe('declaring needs', () => {
  const masks = [{ package: 'goods', item: 'face-mask', quantity: 75 }];

  test('replaces them for the current version, and a repeat is accepted', async () => {
    const id = await registered();
    const answer = await putNeeds(id, masks).set('If-Match', '"1"');
    expect([answer.status, answer.headers.etag, answer.body.needs]).toEqual([
      200,
      '"2"',
      [expect.objectContaining({ needId: `${id}.face-mask`, quantity: 75 })],
    ]);
    const again = await putNeeds(id, masks).set('If-Match', '"1"');
    expect([again.status, again.headers.etag]).toEqual([200, '"2"']);
    await eventually('msme-updated is heard', () =>
      heard.some((event) => event.name === 'msme-updated' && event.subject === id && event.version === 2),
    );
  });

  test('is refused for another version, without a version, and for an invalid version', async () => {
    const id = await registered();
    const stale = await putNeeds(id, masks).set('If-Match', '"7"');
    expect([stale.status, stale.body.errors[0].pointer]).toEqual([412, 'header If-Match']);
    expect((await putNeeds(id, masks)).status).toBe(428);
    expect((await putNeeds(id, masks).set('If-Match', 'W/"1"')).status).toBe(400);
    expect((await get(`/msmes/${id}`)).headers.etag).toBe('"1"');
  });

  test('is refused for an unknown MSME, a malformed body and a stranger', async () => {
    expect((await putNeeds('reg-nobody', masks).set('If-Match', '"1"')).status).toBe(404);
    expect((await putNeeds('reg-nobody', 'masks').set('If-Match', '"1"')).body.errors[0].pointer).toBe('/needs');
    expect((await request(service.app).put('/msmes/reg-nobody/needs').send({ needs: [] })).status).toBe(401);
  });
});

describe('verifying, delisting and relisting', () => {
  test('each takes effect once and publishes its event', async () => {
    const id = await registered();
    const verify = () => asOperator(request(service.app).post(`/msmes/${id}/verification`));
    expect((await verify()).body.verified).toBe(true);
    expect((await verify()).headers.etag).toBe('"2"');

    const delist = () => asOperator(request(service.app).delete(`/msmes/${id}`)).query({ reason: 'tutup' });
    expect([(await delist()).status, (await delist()).status]).toEqual([204, 204]);
    const gone = await get(`/msmes/${id}`);
    expect([gone.status, gone.body.detail]).toEqual([410, expect.stringContaining('tutup')]);
    expect((await verify()).status).toBe(410);
    expect((await get('/msmes?limit=200')).body.items.map((item: { msmeId: string }) => item.msmeId)).not.toContain(id);

    const relisted = await asOperator(request(service.app).post(`/msmes/${id}/relisting`));
    expect([relisted.status, relisted.headers.etag, relisted.body.verified]).toEqual([200, '"4"', true]);
    await eventually('four versions are heard', () =>
      [1, 2, 3, 4].every((version) => heard.some((event) => event.subject === id && event.version === version)),
    );
    const names = heard.filter((event) => event.subject === id).sort((one, other) => one.version - other.version);
    expect([...new Set(names.map(({ version, name }) => `${version} ${name}`))]).toEqual([
      '1 msme-listed',
      '2 msme-updated',
      '3 msme-delisted',
      '4 msme-listed',
    ]);
  });

  test('is for officers and existing MSMEs, and delisting needs a reason', async () => {
    for (const sent of [
      request(service.app).post('/msmes/reg-x/verification'),
      request(service.app).post('/msmes/reg-x/relisting'),
      request(service.app).delete('/msmes/reg-x?reason=tutup'),
    ]) {
      expect((await sent).status).toBe(401);
    }
    for (const sent of [
      request(service.app).post('/msmes/reg-x/verification'),
      request(service.app).post('/msmes/reg-x/relisting'),
      request(service.app).delete('/msmes/reg-x?reason=tutup'),
    ]) {
      expect((await asOperator(sent)).status).toBe(404);
    }
    expect((await asOperator(request(service.app).delete('/msmes/reg-x'))).body.errors[0].pointer).toBe(
      'query /reason',
    );
  });
});

describe('the map, the list and the areas', () => {
  test('show a new MSME at once, on every replica after its event', async () => {
    const id = await registered({ name: 'Kedai Serentak' });
    const listed = async (from: BuiltService) => msmeList.parse((await get('/msmes?q=serentak', from)).body);
    expect(await listed(service)).toMatchObject({
      total: 1,
      nextCursor: null,
      items: [{ msmeId: id, openNeeds: ['goods', 'training'] }],
    });
    await eventually('the other replica lists it', async () => (await listed(replica)).total === 1);
    const areas = areaList.parse((await get('/areas?q=serentak')).body).items;
    expect(areas.filter((area) => area.count > 0).map((area) => [area.kode, area.level, area.count])).toEqual([
      ['31.71', 'kota', 1],
      ['31.71.01', 'kecamatan', 1],
      ['31.71.01.1003', 'kelurahan', 1],
    ]);
    expect(areas).toHaveLength(6 + 44 + 267);
  });

  test('show clusters with their members, and the number of MSMEs without a location', async () => {
    for (const location of [registration.location, { lat: -6.1701, lon: 106.8201 }, null])
      await registered({ name: 'Kios Gugus', location });
    const view = mapView.parse((await get(`/map?bbox=${everywhere}&zoom=10&q=gugus`)).body);
    expect(view).toMatchObject({ clusters: [{ count: 2 }], points: [], unlocated: 1, total: 3 });
    const path = `/map/clusters/${view.clusters[0]?.clusterId}/members`;
    const members = clusterMembers.parse((await get(`${path}?q=gugus&limit=1&offset=1`)).body);
    expect(members).toMatchObject({ total: 2, items: [{ name: 'Kios Gugus' }] });
    const elsewhere = await get(path);
    expect([elsewhere.status, elsewhere.body.type]).toEqual([404, 'urn:ksbb-umkm:problem:cluster-gone']);
    expect(mapView.parse((await get(`/map?bbox=${everywhere}&zoom=20&q=gugus`)).body).total).toBe(3);
  });

  test('page through all, each once', async () => {
    for (const name of ['Lapak Urut 1', 'Lapak Urut 2', 'Lapak Urut 3']) await registered({ name });
    const first = msmeList.parse((await get('/msmes?q=urut&limit=2')).body);
    const second = msmeList.parse((await get(`/msmes?q=urut&limit=2&cursor=${first.nextCursor}`)).body);
    expect(new Set([...first.items, ...second.items].map((item) => item.name)).size).toBe(3);
    expect([first.total, second.nextCursor]).toEqual([3, null]);
  });

  test.each([
    ['/map?bbox=107,-7,106,-5&zoom=10', 'query /bbox'],
    ['/map?bbox=here&zoom=10', 'query /bbox'],
    ['/map?bbox=106,-7,190,-5&zoom=10', 'query /bbox'],
    [`/map?bbox=${everywhere}&zoom=21`, 'query /zoom'],
    [`/map?bbox=${everywhere}&zoom=10&colour=red`, 'query /colour'],
    ['/msmes?cursor=nonsense', 'query /cursor'],
    ['/msmes?limit=201', 'query /limit'],
    ['/msmes?kode=Gambir', 'query /kode'],
    ['/msmes?open=maybe', 'query /open'],
    ['/areas?package=gold', 'query /package'],
    ['/map/clusters/one/members', 'path /clusterId'],
    ['/msmes/UPPER', 'path /msmeId'],
  ])('%s is refused, naming %s', async (path, pointer) => {
    const answer = await get(path);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });

  test('an unknown MSME is not found', async () => {
    expect((await get('/msmes/osm-way-1')).body.type).toBe('urn:ksbb-umkm:problem:no-such-msme');
  });
});

describe('coverage', () => {
  test('is shown, is used by filters, keeps the newest, and survives a restart', async () => {
    const id = await registered({ name: 'Toko Tercukupi' });
    const board = (version: number, open: number) =>
      envelope(
        needCoverageChanged,
        id,
        version,
        {
          msmeId: id,
          needs: [
            { needId: `${id}.face-mask`, package: 'goods', declared: 50, promised: 50 - open, delivered: 0, open },
          ],
        },
        clock(),
      );
    await listener.publish(board(3, 0));
    await listener.publish(board(2, 50));
    const openOnes = async (from: BuiltService) => (await get('/msmes?q=tercukupi&open=true', from)).body.total;
    await eventually('its coverage is shown', async () => {
      return (await get(`/msmes/${id}`)).body.coverage?.[0].open === 0;
    });
    await eventually('no replica lists it as open', async () => {
      return (await openOnes(service)) === 0 && (await openOnes(replica)) === 0;
    });
    const third = await startService();
    expect((await get('/msmes?q=tercukupi', third)).body.items).toMatchObject([{ msmeId: id, openNeeds: [] }]);
    expect((await get('/msmes?q=tercukupi&open=true', third)).body.total).toBe(0);
    expect((await get(`/msmes/${id}`, third)).body.coverage).toMatchObject([{ promised: 50 }]);
    await third.close();
  });
});

describe('the boundaries', () => {
  test('come as TopoJSON, and as 304 for a client that has them', async () => {
    const first = await get('/boundaries');
    expect(Object.keys(first.body.objects)).toEqual(['kelurahan', 'kecamatan', 'kota']);
    expect(first.headers['cache-control']).toContain('max-age');
    const again = await get('/boundaries').set('If-None-Match', String(first.headers.etag));
    expect([again.status, again.text]).toEqual([304, '']);
  });
});

test('it is ready while its database and broker are there', async () => {
  expect(await service.ready.database?.()).toBe(true);
  await eventually('the broker is there', () => service.ready.broker?.());
});

test('every route names its callers', () => {
  expect(routeTable(service.app).toSorted()).toEqual([
    'DELETE /msmes/:msmeId operator',
    'GET /areas public',
    'GET /boundaries public',
    'GET /map public',
    'GET /map/clusters/:clusterId/members public',
    'GET /msmes public',
    'GET /msmes/:msmeId public',
    'GET /operator/dead-letters operator',
    'GET /operator/dead-letters/:eventId operator',
    'POST /msmes operator',
    'POST /msmes/:msmeId/relisting operator',
    'POST /msmes/:msmeId/verification operator',
    'POST /operator/dead-letters/discard operator',
    'POST /operator/dead-letters/replay operator',
    'PUT /msmes/:msmeId/needs operator',
  ]);
});
