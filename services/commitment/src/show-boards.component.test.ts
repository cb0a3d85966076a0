import { institutionList } from '@ksbb/contracts';
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

test('a board shows each need; an unknown MSME has none', async () => {
  expect((await get('/boards/warung-a')).body).toEqual(openAt('warung-a'));
  const unknown = await get('/boards/nowhere');
  expect([unknown.status, unknown.body.type]).toEqual([404, 'urn:ksbb-umkm:problem:no-such-msme']);
});

test('several boards come in the order asked, each once, unknown ones left out', async () => {
  expect((await get('/boards?msmeIds=warung-b,nowhere,warung-a,warung-b')).body).toEqual({
    items: [openAt('warung-b'), openAt('warung-a')],
  });
});

test('a hundred boards may be asked for, a hundred and one not', async () => {
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

test('the interface describes itself', async () => {
  const { paths } = (await get('/openapi.json')).body;
  expect(Object.keys(paths).toSorted()).toEqual([
    '/boards',
    '/boards/{msmeId}',
    '/collaborations/{collaborationId}',
    '/collaborations/{collaborationId}/capability',
    '/collaborations/{collaborationId}/contacts',
    '/collaborations/{collaborationId}/deliveries',
    '/collaborations/{collaborationId}/msme-links',
    '/collaborations/{collaborationId}/receipts',
    '/commitments',
    '/institutions',
    '/operator/dead-letters',
    '/operator/dead-letters/discard',
    '/operator/dead-letters/replay',
    '/operator/dead-letters/{eventId}',
  ]);
});
