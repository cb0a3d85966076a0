import { institutionList } from '@ksbb/contracts';
import { routeTable } from '@ksbb/service-kit';
import request from 'supertest';
import { listMsme, msmeNamed, startTestService } from './testing/running-service.ts';

const service = await startTestService();
for (const msmeId of ['warung-a', 'warung-b']) await listMsme(service, msmeNamed(msmeId));
afterAll(service.close);

const get = (path: string) => request(service.app).get(path);
const openAt = (msmeId: string) => ({
  msmeId,
  needs: [
    { needId: `${msmeId}.face-mask`, package: 'goods', declared: 100, promised: 0, delivered: 0, open: 100 },
    {
      needId: `${msmeId}.capital`,
      package: 'capital',
      declared: 6_000_000,
      promised: 0,
      delivered: 0,
      open: 6_000_000,
    },
    { needId: `${msmeId}.bookkeeping`, package: 'training', declared: 10, promised: 0, delivered: 0, open: 10 },
  ],
});

test('a board shows each need, and an unknown MSME has no board', async () => {
  expect((await get('/boards/warung-a')).body).toEqual(openAt('warung-a'));
  const unknown = await get('/boards/nowhere');
  expect([unknown.status, unknown.body.type]).toEqual([404, 'urn:ksbb-umkm:problem:no-such-msme']);
});

test('several boards come in the order asked, each once, unknown ones left out', async () => {
  expect((await get('/boards?msmeIds=warung-b,nowhere,warung-a,warung-b')).body).toEqual({
    items: [openAt('warung-b'), openAt('warung-a')],
  });
});

test('a request may name a hundred boards and not a hundred and one', async () => {
  const ids = Array.from({ length: 101 }, (_, at) => `gen-${at}`);
  expect((await get(`/boards?msmeIds=${ids.slice(1).join(',')}`)).status).toBe(200);
  const tooMany = await get(`/boards?msmeIds=${ids.join(',')}`);
  expect([tooMany.status, tooMany.body.errors[0]]).toEqual([
    400,
    { pointer: 'query /msmeIds', detail: 'at most 100 MSMEs' },
  ]);
  expect((await get('/boards')).body.errors[0].pointer).toBe('query /msmeIds');
  expect((await get('/boards?msmeIds=A!')).status).toBe(400);
});

test('every institution is listed, and invented accounts are marked as such', async () => {
  const { items } = institutionList.parse((await get('/institutions')).body);
  const names = items.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['Baznas (Bazis) DKI Jakarta', 'Rumah Zakat']));
  expect(
    items.every(({ example, accounts }) => example && accounts.every(({ number }) => number.startsWith('CONTOH'))),
  ).toBe(true);
});

test('every route names its callers, and the interface describes every route', async () => {
  const routes = routeTable(service.app).toSorted();
  expect(routes).toEqual([
    'GET /boards public',
    'GET /boards/:msmeId public',
    'GET /collaborations/:collaborationId public',
    'GET /collaborations/:collaborationId/contacts capability',
    'GET /collaborations/:collaborationId/msme-links operator',
    'GET /institutions public',
    'GET /operator/dead-letters operator',
    'GET /operator/dead-letters/:eventId operator',
    'POST /collaborations/:collaborationId/capability public',
    'POST /collaborations/:collaborationId/deliveries public',
    'POST /collaborations/:collaborationId/receipts capability',
    'POST /commitments public',
    'POST /operator/dead-letters/discard operator',
    'POST /operator/dead-letters/replay operator',
  ]);
  const { paths } = (await get('/openapi.json')).body;
  const described = routes.map((route) => route.split(' ')[1]?.replaceAll(/:(\w+)/g, '{$1}'));
  expect(Object.keys(paths).toSorted()).toEqual([...new Set(described)].toSorted());
});
