import supertest from 'supertest';
import { eventually } from '@ksbb/testkit';
import { QARDH_PATH, qardhBody, startSandbox, type TestSandbox } from '../testing/sandbox.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());

async function pageOf(reference: string, change: object = {}): Promise<string> {
  const { body } = await sandbox.amanah('post', QARDH_PATH, qardhBody(reference, change)).expect(200);
  return new URL(body.eContractUrl).pathname;
}

const statusOf = async (reference: string) =>
  (await sandbox.admin('get', `/admin/contracts/amanah/${reference}`).expect(200)).body.status;
const post = (path: string, fields: object) => supertest(sandbox.app).post(path).type('form').send(fields);

test('the page shows the terms and a form, without any script', async () => {
  const path = await pageOf('page-1', { borrower: { id: 'm', name: 'Toko <b>"A" & B</b>', kelurahan: 'Kapuk' } });
  const { text, headers } = await supertest(sandbox.app)
    .get(path)
    .expect(200)
    .expect('Content-Type', /text\/html/);
  expect(text).toContain('Toko &lt;b&gt;&quot;A&quot; &amp; B&lt;/b&gt;');
  expect(text).toMatch(/Rp\s6\.000\.000/);
  expect(text).toMatch(/Rp\s2\.000\.000/);
  expect(text).toContain('lang="id"');
  expect(text).toContain('Sandbox');
  expect(text).toContain('<form method="post">');
  expect(text).not.toMatch(/<script|\son\w+=/);
  expect(headers['content-security-policy']).toContain("default-src 'none'");
});

test('signing needs a name and the tick; the page keeps the name, and the contract does not change', async () => {
  const path = await pageOf('page-2');
  const nothing = await post(path, { decision: 'sign' }).expect(422);
  expect(nothing.text).toContain('Tulis nama lengkap');
  expect(nothing.text).toContain('Centang persetujuan');
  const unticked = await post(path, { decision: 'sign', name: 'Ibu "Ratna"' }).expect(422);
  expect(unticked.text).toContain('value="Ibu &quot;Ratna&quot;"');
  await post(path, { name: 'Ibu Ratna', agree: 'yes' }).expect(422);
  expect(await statusOf('page-2')).toBe('pending-signature');
});

test('signing twice signs once, and the page then shows who signed', async () => {
  const path = await pageOf('page-3');
  const { headers } = await post(path, { decision: 'sign', name: 'Ibu Ratna', agree: 'yes' }).expect(303);
  const landing = new URL(headers.location!, `http://sandbox.test${path}`).pathname;
  expect(landing).toBe(path);
  await post(path, { decision: 'sign', name: 'Orang Lain', agree: 'yes' }).expect(303);
  await eventually('the disbursement', async () => (await statusOf('page-3')) === 'disbursed');
  const { text } = await supertest(sandbox.app).get(landing).expect(200);
  expect(text).toContain('Oleh Ibu Ratna');
  expect(text).not.toContain('<form');
  await post(path, { decision: 'decline' }).expect(409);
  expect(await statusOf('page-3')).toBe('disbursed');
});

test('a decline is called back, and it is final', async () => {
  const path = await pageOf('page-4');
  await post(path, { decision: 'decline' }).expect(303);
  await post(path, { decision: 'decline' }).expect(303);
  const { text } = await post(path, { decision: 'sign', name: 'Ibu Ratna', agree: 'yes' }).expect(409);
  expect(text).toContain('sudah diputuskan');
  const callback = await eventually('the callback', () =>
    sandbox.receiver.received.find(({ body }) => body.partnerReferenceNo === 'page-4'),
  );
  expect(callback.body).toMatchObject({ event: 'CONTRACT_DECLINED', sequence: 1, data: {} });
});

test('an unknown address is a 404 page, and a contract’s page is only at its own partner', async () => {
  const path = await pageOf('page-5');
  await supertest(sandbox.app)
    .get('/amanah/e-contract/nothing')
    .expect(404)
    .expect('Content-Type', /text\/html/);
  await supertest(sandbox.app).get(path.replace('amanah', 'lumbung')).expect(404);
  await post('/lumbung/e-contract/nothing', { decision: 'decline' }).expect(404);
});

test('a body that is no form or too long is refused', async () => {
  const path = await pageOf('page-6');
  await supertest(sandbox.app).post(path).send({ decision: 'decline' }).expect(415);
  await post(path, { decision: 'decline', name: 'x'.repeat(10_000) }).expect(413);
  expect(await statusOf('page-6')).toBe('pending-signature');
});
