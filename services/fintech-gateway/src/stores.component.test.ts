import { type Database, openDatabase } from '@ksbb/document-store';
import { createLog } from '@ksbb/service-kit';
import { seededRandom, freshDatabase, removeDatabase } from '@ksbb/testkit';
import { type Candidate, nextInNeed } from './fund/relending/next-in-need.ts';
import { type CapitalNeed, openCandidates } from './fund/stores/candidates.ts';
import { openPostings } from './fund/stores/postings.ts';
import { openJobs } from './loans/stores/jobs.ts';
import { openCursors } from './loans/stores/partner-messages.ts';

const log = createLog('test', 'silent');
const now = new Date('2026-11-25T00:00:00.000Z');
const later = (milliseconds: number) => new Date(now.getTime() + milliseconds);

let uri: string;
let database: Database;
let stores: Awaited<ReturnType<typeof openStores>>;

async function openStores({ connection }: Database) {
  return {
    jobs: await openJobs(connection, 'forwarding'),
    candidates: await openCandidates(connection),
    postings: await openPostings(connection),
    cursors: await openCursors(connection),
  };
}

beforeAll(async () => {
  uri = freshDatabase('gateway-stores');
  database = await openDatabase(uri, log);
  stores = await openStores(database);
});

afterAll(async () => {
  await database.close();
  await removeDatabase(uri);
});

describe('jobs', () => {
  afterEach(async () => {
    await database.connection.collection('forwarding').deleteMany({});
  });

  test('are claimed one by one, whichever is due longest first, by partner', async () => {
    await stores.jobs.add('second', 'amanah', later(1));
    await stores.jobs.add('first', 'amanah', now);
    await stores.jobs.add('other', 'lumbung', now);
    await stores.jobs.add('not-yet', 'amanah', later(101));
    expect(await stores.jobs.claim('amanah', later(100), 1_000)).toEqual({
      loanId: 'first',
      attempts: 0,
      inDoubt: false,
      since: now,
      claim: 1,
    });
    expect(await stores.jobs.claim('amanah', later(100), 1_000)).toMatchObject({ loanId: 'second' });
    expect(await stores.jobs.claim('amanah', later(100), 1_000)).toBeNull();
    expect([await stores.jobs.count('amanah'), await stores.jobs.count('lumbung')]).toEqual([3, 1]);
  });

  test('many claim at once: each job goes to one', async () => {
    for (let n = 0; n < 10; n += 1) await stores.jobs.add(`job-${n}`, 'amanah', now);
    const claimed = await Promise.all(Array.from({ length: 20 }, () => stores.jobs.claim('amanah', now, 1_000)));
    const ids = claimed.flatMap((job) => (job === null ? [] : [job.loanId]));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('one that was never given back is due again after its lease, in doubt', async () => {
    await stores.jobs.add('job', 'amanah', now);
    await stores.jobs.claim('amanah', now, 1_000);
    expect(await stores.jobs.claim('amanah', later(999), 1_000)).toBeNull();
    expect(await stores.jobs.claim('amanah', later(1_000), 1_000)).toEqual({
      loanId: 'job',
      attempts: 0,
      inDoubt: true,
      since: now,
      claim: 2,
    });
  });

  test('one that is put off keeps what is said of it', async () => {
    await stores.jobs.add('job', 'amanah', now);
    const job = await stores.jobs.claim('amanah', now, 1_000);
    await stores.jobs.postpone(job!, { dueAt: later(5), attempts: 3, inDoubt: false });
    expect(await stores.jobs.claim('amanah', later(4), 1_000)).toBeNull();
    expect(await stores.jobs.claim('amanah', later(5), 1_000)).toEqual({
      loanId: 'job',
      attempts: 3,
      inDoubt: false,
      since: now,
      claim: 2,
    });
  });

  test('a worker that lost its claim changes nothing any more', async () => {
    await stores.jobs.add('job', 'amanah', now);
    const lost = await stores.jobs.claim('amanah', now, 1_000);
    const held = await stores.jobs.claim('amanah', later(1_000), 1_000);
    await stores.jobs.postpone(lost!, { dueAt: now, attempts: 9, inDoubt: false });
    await stores.jobs.remove(lost!, now);
    expect(await stores.jobs.claim('amanah', later(1_500), 1_000)).toBeNull();
    await stores.jobs.remove(held!, now);
    expect(await stores.jobs.count('amanah')).toBe(0);
  });

  test('a job that is asked for again while a worker has it is done once more', async () => {
    await stores.jobs.addAgain('job', 'amanah', now);
    const job = await stores.jobs.claim('amanah', now, 1_000);
    await stores.jobs.addAgain('job', 'amanah', now);
    expect(await stores.jobs.claim('amanah', later(999), 1_000)).toBeNull();
    await stores.jobs.remove(job!, later(500));
    const again = await stores.jobs.claim('amanah', later(500), 1_000);
    expect(again).toEqual({ loanId: 'job', attempts: 0, inDoubt: false, since: later(500), claim: 2 });
    await stores.jobs.remove(again!, later(600));
    expect(await stores.jobs.count('amanah')).toBe(0);
  });

  test('a claim that is prolonged keeps other workers out, and a worker that comes too late loses it', async () => {
    await stores.jobs.add('job', 'amanah', now);
    const job = await stores.jobs.claim('amanah', now, 1_000);
    expect(await stores.jobs.renew(job!, later(500), 1_000)).toBe(true);
    expect(await stores.jobs.claim('amanah', later(1_499), 1_000)).toBeNull();
    await stores.jobs.claim('amanah', later(1_500), 1_000);
    expect(await stores.jobs.renew(job!, later(1_500), 1_000)).toBe(false);
  });

  test('adding one again leaves it as it is', async () => {
    await stores.jobs.add('job', 'amanah', now);
    await stores.jobs.claim('amanah', now, 1_000);
    await stores.jobs.add('job', 'amanah', now);
    expect(await stores.jobs.claim('amanah', later(999), 1_000)).toBeNull();
  });
});

describe('candidates', () => {
  const need = (other: Partial<CapitalNeed> = {}): CapitalNeed => ({
    kodeKecamatan: '31.71.01',
    eligible: true,
    needId: 'a.capital',
    declaredRupiah: 100,
    declaredAt: '2026-11-01T00:00:00.000Z',
    ...other,
  });
  const nobody = new Set<string>();

  afterEach(async () => {
    await database.connection.collection('candidates').deleteMany({});
  });

  test('are known from the registry alone, with all of their need open', async () => {
    await stores.candidates.putNeed('a', 1, need());
    expect(await stores.candidates.shortlist(nobody, [])).toEqual([
      {
        msmeId: 'a',
        needId: 'a.capital',
        kodeKecamatan: '31.71.01',
        verified: true,
        openRupiah: 100,
        declaredAt: '2026-11-01T00:00:00.000Z',
      },
    ]);
  });

  test('are not known from the commitment service alone', async () => {
    await stores.candidates.putOpen('a', 1, 50);
    expect(await stores.candidates.shortlist(nobody, [])).toEqual([]);
    await stores.candidates.putNeed('a', 1, need());
    expect(await stores.candidates.shortlist(nobody, [])).toMatchObject([{ msmeId: 'a', openRupiah: 50 }]);
  });

  test.each([
    ['not eligible', need({ eligible: false }), 50],
    ['without a need', need({ declaredRupiah: 0, needId: null, declaredAt: null }), 50],
    ['covered', need(), 0],
  ])('that are %s are left out', async (_, profile, open) => {
    await stores.candidates.putNeed('a', 1, profile);
    await stores.candidates.putOpen('a', 1, open);
    expect(await stores.candidates.shortlist(nobody, [])).toEqual([]);
  });

  test('that were tried are left out', async () => {
    await stores.candidates.putNeed('a', 1, need());
    expect(await stores.candidates.shortlist(nobody, ['a'])).toEqual([]);
  });

  test('the newest of each half wins, whatever the order and the repeats', async () => {
    for (const version of [2, 3, 1, 3, 2]) {
      await stores.candidates.putNeed('a', version, need({ declaredRupiah: version * 100 }));
      await stores.candidates.putOpen('a', version + 10, version * 7);
    }
    expect(await stores.candidates.shortlist(nobody, [])).toMatchObject([{ openRupiah: 21 }]);
    await stores.candidates.putOpen('a', 14, 1_000);
    expect(await stores.candidates.shortlist(nobody, [])).toMatchObject([{ openRupiah: 300 }]);
  });

  test('both halves at once: none is lost', async () => {
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => [
        stores.candidates.putNeed(`m-${n}`, 1, need()),
        stores.candidates.putOpen(`m-${n}`, 1, 50),
      ]).flat(),
    );
    expect((await stores.candidates.shortlist(nobody, [])).map(({ openRupiah }) => openRupiah)).toEqual(
      Array.from({ length: 10 }, () => 50),
    );
  });

  test('the shortlist holds the MSME that is next of all', async () => {
    const { below: next } = seededRandom(5);
    const districts = ['31.71.01', '31.71.02', '31.71.03'];
    const { putNeed, putOpen, shortlist } = stores.candidates;
    const all: Candidate[] = [];
    for (let n = 0; n < 60; n += 1) {
      const [msmeId, openRupiah] = [`m-${n}`, next(3) * 50];
      const profile = need({
        needId: `${msmeId}.capital`,
        kodeKecamatan: districts[next(3)] as string,
        eligible: next(4) > 0,
        declaredAt: later(next(4)).toISOString(),
      });
      await putNeed(msmeId, 1, profile);
      await putOpen(msmeId, 1, openRupiah);
      const { eligible: verified, kodeKecamatan, needId, declaredAt } = profile;
      all.push({ msmeId, needId: String(needId), kodeKecamatan, verified, openRupiah, declaredAt: String(declaredAt) });
    }
    for (const reached of [[], districts.slice(0, 1), districts.slice(0, 2), districts].map(
      (codes) => new Set(codes),
    )) {
      const tried: string[] = [];
      for (let round = 0; round < 8; round += 1) {
        const right = nextInNeed(
          all.filter(({ msmeId }) => !tried.includes(msmeId)),
          reached,
          1_000,
        );
        expect(nextInNeed(await shortlist(reached, tried), reached, 1_000)).toEqual(right);
        tried.push(String(right?.msmeId));
      }
    }
  });
});

test('a cursor is what was saved last, by partner', async () => {
  expect(await stores.cursors.load('lumbung')).toBeNull();
  await stores.cursors.save('lumbung', 'a');
  await stores.cursors.save('lumbung', 'b');
  expect([await stores.cursors.load('lumbung'), await stores.cursors.load('amanah')]).toEqual(['b', null]);
});

test('a posting is added once and the totals are of all', async () => {
  const entries = [
    { account: 'amanah:lent', debitRupiah: Number.MAX_SAFE_INTEGER - 1, creditRupiah: 0 },
    { account: 'amanah:cash', debitRupiah: 0, creditRupiah: Number.MAX_SAFE_INTEGER - 1 },
  ] as const;
  const posting = {
    kind: 'disbursement',
    partner: 'amanah',
    loanId: 'L',
    repaymentId: null,
    amountRupiah: 1,
    at: now.toISOString(),
    entries: [...entries],
  } as const;
  expect(await stores.postings.add('event-1', { ...posting, entries: [...entries] })).toBe(true);
  expect(await stores.postings.add('event-1', { ...posting, entries: [] })).toBe(false);
  const small = entries.map((entry) => ({
    ...entry,
    debitRupiah: Math.min(1, entry.debitRupiah),
    creditRupiah: Math.min(1, entry.creditRupiah),
  }));
  await stores.postings.add('event-2', { ...posting, entries: small });
  expect((await stores.postings.totals()).sort((a, b) => (a.account < b.account ? -1 : 1))).toEqual([
    { account: 'amanah:cash', debitRupiah: 0, creditRupiah: Number.MAX_SAFE_INTEGER },
    { account: 'amanah:lent', debitRupiah: Number.MAX_SAFE_INTEGER, creditRupiah: 0 },
  ]);
});
