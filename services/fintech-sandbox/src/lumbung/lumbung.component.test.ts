import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import { eventually } from '@ksbb/testkit';
import { LOANS_PATH, loanBody, startSandbox, type TestSandbox } from '../testing/sandbox.ts';

// A slow machine needs minutes for eight loans and for a feed that is read event by event.
jest.setTimeout(180_000);

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());

test.each(['', 'Bearer nothing-of-the-kind', 'Basic abc'])('credentials %p are 401', async (Authorization) => {
  const { body } = await sandbox
    .lumbung('get', `${LOANS_PATH}/x`, undefined, { headers: { Authorization } })
    .expect(401);
  expect(body).toEqual({ error: { code: 'unauthorized', message: expect.any(String) } });
});

test('a loan is opened, signed and disbursed', async () => {
  const { body } = await sandbox.lumbung('post', LOANS_PATH, loanBody('life-1')).expect(201);
  const sign_url = expect.stringMatching(/^http:\/\/sandbox\.test\/lumbung\/e-contract\/[\w-]{32}$/);
  expect(body).toEqual({
    loan: { id: expect.stringMatching(/^LMB-/), external_id: 'life-1', status: 'pending_signature', sign_url },
  });
  await sandbox.signOn(body.loan.sign_url, 'Pak Hasan').expect(303);
  const { loan } = await eventually('the disbursement', async () => {
    const answer = await sandbox.lumbung('get', `${LOANS_PATH}/life-1`).expect(200);
    return answer.body.loan.status === 'disbursed' && answer.body;
  });
  expect(loan).toMatchObject({
    ...body.loan,
    status: 'disbursed',
    seq: 2,
    principal: 4_000_001,
    repaid: 0,
    outstanding: 4_000_001,
    parent_loan_id: null,
  });
  expect(loan.schedule.map((row: { amount: number }) => row.amount)).toEqual([1_333_334, 1_333_334, 1_333_333]);
});

test.each([
  ['an unknown field', { colour: 'red' }, 'colour'],
  ['money that is a text', { principal: '4000000' }, 'principal'],
  ['half a rupiah', { principal: 0.5 }, 'principal'],
  ['a nameless borrower', { borrower: { ref: 'm', name: ' ', area: 'Kapuk' } }, 'borrower.name'],
  ['no months', { term_months: 0 }, 'term_months'],
])('%s is 400 and names the field', async (_, change, field) => {
  const { body } = await sandbox.lumbung('post', LOANS_PATH, loanBody(randomUUID(), change)).expect(400);
  expect(body.error).toMatchObject({ code: 'invalid_field', field });
});

test('an unknown loan is 404', async () => {
  const { body } = await sandbox.lumbung('get', `${LOANS_PATH}/nobody`).expect(404);
  expect(body.error.code).toBe('not_found');
});

test('Idempotency-Key: missing 400, repeat replayed, other body 422', async () => {
  const missing = await sandbox.lumbung('post', LOANS_PATH, loanBody('key-0'), { idempotent: false }).expect(400);
  expect(missing.body.error).toMatchObject({ code: 'idempotency_key_required', field: 'Idempotency-Key' });
  const key = randomUUID();
  const first = await sandbox.lumbung('post', LOANS_PATH, loanBody('key-1'), { key }).expect(201);
  const repeat = await sandbox.lumbung('post', LOANS_PATH, loanBody('key-1'), { key }).expect(201);
  expect([repeat.text, repeat.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
  const other = await sandbox.lumbung('post', LOANS_PATH, loanBody('key-2'), { key }).expect(422);
  expect(other.body.error.code).toBe('idempotency_key_reused');
});

test('an external_id has one loan: the same terms answer it, others are refused', async () => {
  const first = await sandbox.lumbung('post', LOANS_PATH, loanBody('one-1')).expect(201);
  const second = await sandbox.lumbung('post', LOANS_PATH, loanBody('one-1')).expect(200);
  expect(second.body).toEqual(first.body);
  const other = await sandbox.lumbung('post', LOANS_PATH, loanBody('one-1', { principal: 5 })).expect(422);
  expect(other.body.error).toMatchObject({ code: 'external_id_taken', field: 'external_id' });
});

test('a relent loan is signed from the start; an unknown parent is refused', async () => {
  const parent = await sandbox.disbursed('lumbung', 'parent-1');
  const { body } = await sandbox
    .lumbung('post', LOANS_PATH, loanBody('child-1', { parent_loan_id: parent }))
    .expect(201);
  expect(body.loan.status).toBe('signed');
  await eventually('the disbursement', async () => {
    const { body: child } = await sandbox.lumbung('get', `${LOANS_PATH}/child-1`);
    return child.loan.status === 'disbursed';
  });
  const orphan = await sandbox
    .lumbung('post', LOANS_PATH, loanBody('child-2', { parent_loan_id: 'LMB-0' }))
    .expect(422);
  expect(orphan.body.error).toMatchObject({ code: 'parent_not_signed', field: 'parent_loan_id' });
});

describe('the feed', () => {
  type Page = {
    events: { id: string; type: string; external_id: string; seq: number; data: object }[];
    next_cursor: string;
    has_more: boolean;
  };

  async function readAll(limit: number): Promise<Page['events']> {
    const events: Page['events'] = [];
    let cursor = '';
    for (;;) {
      const { body } = await sandbox
        .lumbung('get', `/lumbung/api/events?limit=${limit}${cursor && `&cursor=${cursor}`}`)
        .expect(200);
      const page = body as Page;
      expect(page.events.length).toBeLessThanOrEqual(limit);
      events.push(...page.events);
      cursor = page.next_cursor;
      if (!page.has_more) return events;
    }
  }

  test('has every event of many loans once, in the order of each loan, with every page size', async () => {
    const references = Array.from({ length: 8 }, (_, index) => `feed-${index}`);
    await Promise.all(references.map((reference) => sandbox.disbursed('lumbung', reference)));
    await Promise.all(
      references.map((reference) =>
        sandbox
          .admin('post', '/admin/repayments', { partner: 'lumbung', reference, instalments: [3, 1, 2] })
          .expect(201),
      ),
    );
    const expected = [
      'loan.signed',
      'loan.disbursed',
      'loan.repayment',
      'loan.repayment',
      'loan.repayment',
      'loan.completed',
    ];
    const all = await eventually('every completion in the feed', async () => {
      const events = await readAll(200);
      return (
        events.filter(({ type, external_id }) => type === 'loan.completed' && external_id.startsWith('feed-'))
          .length === 8 && events
      );
    });
    for (const reference of references) {
      const own = all.filter(({ external_id }) => external_id === reference);
      expect(own.map(({ type }) => type)).toEqual(expected);
      expect(own.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    }
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(await readAll(7)).toEqual(all);
    expect(await readAll(1)).toEqual(all);
  });

  test('an empty page gives the cursor back', async () => {
    const { body } = await sandbox.lumbung('get', '/lumbung/api/events?limit=200').expect(200);
    const { body: empty } = await sandbox.lumbung('get', `/lumbung/api/events?cursor=${body.next_cursor}`).expect(200);
    expect(empty).toEqual({ events: [], next_cursor: body.next_cursor, has_more: false });
  });

  test.each(['limit=0', 'limit=201', 'limit=ten', 'cursor=nonsense', 'since=1'])('%s is 400', async (query) => {
    const { body } = await sandbox.lumbung('get', `/lumbung/api/events?${query}`).expect(400);
    expect(body.error).toMatchObject({ code: 'invalid_field', field: query.split('=')[0] });
  });
});
