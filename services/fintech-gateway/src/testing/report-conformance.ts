import { eventually } from '@ksbb/testkit';
import { dayInJakarta } from '../kernel/jakarta-day.ts';
import type { PartnerReport } from '../kernel/partner-report.ts';
import type { OpenPartner } from '../partners/define-partner.ts';
import { CallFailed, type PartnerMessage } from '../partners/partner.ts';
import { contract, failureOf, type OpenSubject } from './partner-subject.ts';

/** What every adapter has to make of what its partner reports: by callback, status, feed and statement. */
export function reportConformance(subject: OpenSubject): void {
  const { name, hasFeed, adapter, side, open, received, messagesOf, reportsOf, signed } = subject;

  describe('the statement of a day', () => {
    const today = () => dayInJakarta(new Date());

    test('lists what moved, to the rupiah, and nothing of another day', async () => {
      await signed('statement-1');
      await side().repay(name, 'statement-1', { instalments: [1] });
      await side().writeOff(name, 'statement-1');
      const reports = await reportsOf('statement-1');
      const repayment = reports.find(({ kind }) => kind === 'repayment') as Extract<
        PartnerReport,
        { kind: 'repayment' }
      >;
      const own = (await adapter().statement(today())).filter(({ reference }) => reference === 'statement-1');
      expect(own).toEqual([
        {
          kind: 'disbursement',
          reference: 'statement-1',
          repaymentId: null,
          amountRupiah: 1_000_000,
          at: reports[1]?.at,
        },
        {
          kind: 'repayment',
          reference: 'statement-1',
          repaymentId: repayment.repaymentId,
          amountRupiah: 333_334,
          at: repayment.at,
        },
        { kind: 'write-off', reference: 'statement-1', repaymentId: null, amountRupiah: 666_666, at: reports[3]?.at },
      ]);
      expect(reports[3]).toMatchObject({ kind: 'written-off', amountRupiah: 666_666 });
      expect(await adapter().statement('2020-01-01')).toEqual([]);
    });

    test('may be asked for again when the partner is away', async () => {
      await side().fault(name, { route: 'statement', kind: 'status', status: 503, times: 1 });
      expect(await failureOf(adapter().statement(today()))).toBeInstanceOf(CallFailed);
    });
  });

  describe('status', () => {
    test('is nothing where the partner has no such contract', async () => {
      expect(await adapter().status('nobody-knows')).toBeNull();
    });

    test('may be tried again when the partner is away', async () => {
      await side().fault(name, { route: 'get-contract', kind: 'status', status: 503, times: 1 });
      expect(await failureOf(adapter().status('nobody-knows'))).toBeInstanceOf(CallFailed);
    });
  });

  describe('what the partner reports', () => {
    test('says the same by callback and by status, from the signature to the last rupiah', async () => {
      await signed('report-1');
      await side().repay(name, 'report-1', { instalments: [1, 2, 3] });
      await eventually('the messages about report-1 are received', () => messagesOf('report-1').length === 6);
      const reports = messagesOf('report-1').map(({ report }) => report);
      expect(reports).toEqual(await reportsOf('report-1'));
      expect(reports.map(({ kind }) => kind)).toEqual([
        'signed',
        'disbursed',
        'repayment',
        'repayment',
        'repayment',
        'completed',
      ]);
      expect(reports).toMatchObject([
        {},
        {
          amountRupiah: 1_000_000,
          schedule: [{ instalment: 1, amountRupiah: 333_334 }, { amountRupiah: 333_333 }, { amountRupiah: 333_333 }],
        },
        { instalment: 1, amountRupiah: 333_334 },
        { instalment: 2 },
        { instalment: 3 },
        { totalRupiah: 1_000_000 },
      ]);
    });

    test('says that the signer declined', async () => {
      const { signUrl } = await adapter().forward(contract('report-2'));
      await side().sign(String(signUrl), 'decline');
      await eventually('the messages about report-2 are received', () => messagesOf('report-2').length === 1);
      expect(messagesOf('report-2')[0]?.report).toMatchObject({ kind: 'declined' });
      expect(await reportsOf('report-2')).toEqual([messagesOf('report-2')[0]?.report]);
    });

    test('a repeat has the same delivery id, and an attempt with a wrong signature is refused', async () => {
      await signed('report-3');
      const before = received.length;
      await side().repay(name, 'report-3', { instalments: [1], duplicate: [1], tamperFirst: [1] });
      await eventually(
        'the messages about report-3 are received',
        () => messagesOf('report-3').filter(({ report }) => report.kind === 'repayment').length === 2,
      );
      const ids = messagesOf('report-3').flatMap(({ deliveryId, report }) =>
        report.kind === 'repayment' ? [deliveryId] : [],
      );
      expect(new Set(ids).size).toBe(1);
      const refused = received
        .slice(before)
        .filter((callback) => adapter().callbacks.verify(callback, new Date()).is === 'refused');
      expect(refused.length).toBeGreaterThan(0);
    });

    test('the feed, where there is one, has everything that callbacks reported, under the same ids', async () => {
      const { feed } = adapter();
      expect(feed !== undefined).toBe(hasFeed);
      if (feed === undefined) return;
      await signed('report-4');
      const fromFeed: PartnerMessage[] = [];
      let cursor: string | null = null;
      for (let hasMore = true; hasMore;) {
        const page = await feed(cursor);
        for (const message of page.messages) {
          if ('errors' in message) throw new Error(JSON.stringify(message));
          if (message.reference === 'report-4') fromFeed.push(message);
        }
        ({ nextCursor: cursor, hasMore } = page);
      }
      await eventually('the messages about report-4 are received', () => messagesOf('report-4').length === 2);
      expect(fromFeed).toEqual(messagesOf('report-4'));
      expect(await feed(cursor)).toMatchObject({ messages: [], nextCursor: cursor, hasMore: false });
    });
  });

  test('what the partner signs with an older secret is genuine while a new one is introduced', async () => {
    await adapter().forward(contract('rotated-1'));
    await adapter().cancel('rotated-1');
    await eventually('the messages about rotated-1 are received', () => messagesOf('rotated-1').length === 1);
    const own = received.filter((callback) => callback.rawBody.includes('rotated-1'));
    const [rotated, impostor] = [open('rotated'), open('impostor')];
    const outcomes = ({ adapter: { callbacks } }: OpenPartner) =>
      new Set(own.map((callback) => callbacks.verify(callback, new Date()).is));
    expect([outcomes(rotated), outcomes(impostor)]).toEqual([new Set(['genuine']), new Set(['refused'])]);
    for (const { caller } of [rotated, impostor]) caller.close();
  });
}
