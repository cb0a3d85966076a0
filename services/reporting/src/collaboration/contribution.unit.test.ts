import { received, reportsOf } from '../testing/deliver.ts';
import { ids, scenario } from '../testing/scenario.ts';
import { contributionOf } from './contribution.ts';
import { type Entry, entryOf } from './collaboration.ts';

const given = (collaborationId: string, leaveOut: (entry: Entry) => boolean = () => false) =>
  scenario
    .filter(({ data }) => data.collaborationId === collaborationId)
    .map((event) => entryOf(received(event)))
    .filter((entry) => !leaveOut(entry));

test('nothing adds nothing', () => {
  expect(contributionOf([])).toEqual({ confirmed: 0, closed: 0, helped: [], goods: new Map(), trainings: new Map() });
});

test('a collaboration that was carried out', () => {
  expect(contributionOf(given(ids.DONOR))).toEqual({
    confirmed: 1,
    closed: 1,
    helped: ['osm-way-352856285'],
    goods: new Map([['face-mask', { promised: 100, reported: 100, confirmed: 99 }]]),
    trainings: new Map([['bookkeeping', { promisedSeats: 4, scheduled: 1, held: 1, attended: 3, reported: 1 }]]),
  });
});

test('a failed one was promised and closed, and its cancelled training is not counted as scheduled', () => {
  expect(contributionOf(given(ids.FAILED))).toEqual({
    confirmed: 1,
    closed: 1,
    helped: [],
    goods: new Map(),
    trainings: new Map([['leadership', { promisedSeats: 2, scheduled: 0, held: 0, attended: 0, reported: 0 }]]),
  });
});

test('one that was never confirmed is not counted as closed', () => {
  expect(contributionOf(given(ids.NEVER_HELD))).toMatchObject({ confirmed: 0, closed: 0 });
});

test('goods reported and received are counted once it is known what they are', () => {
  const early = contributionOf(given(ids.DONOR, ({ event }) => event === 'commitment-confirmed'));
  expect(early.goods).toEqual(new Map());
  expect(early.helped).toEqual(['osm-way-352856285']);
});

test('an MSME at which nothing arrived is not helped, and the last confirmation of a report counts', () => {
  const receipt = given(ids.DONOR).find((entry) => entry.event === 'line-receipt-confirmed');
  if (receipt?.event !== 'line-receipt-confirmed') throw new Error('no receipt in the scenario');
  const nothingCame: Entry = {
    ...receipt,
    eventId: 'later',
    version: receipt.version + 1,
    data: { ...receipt.data, confirmedAmount: 0 },
  };
  expect(contributionOf([receipt]).helped).toEqual([receipt.data.msmeId]);
  expect(contributionOf([receipt, nothingCame]).helped).toEqual([]);
  expect(contributionOf([nothingCame, receipt]).helped).toEqual([]);
});

test('a training counts as scheduled from its first announcement, and goods as reported from the first piece', () => {
  const [announced] = given(ids.DONOR, ({ event }) => event !== 'training-scheduled');
  const confirmed = given(ids.DONOR).find(({ event }) => event === 'commitment-confirmed');
  const delivered = given(ids.DONOR).find((entry) => entry.event === 'line-delivered');
  if (announced === undefined || confirmed === undefined || delivered?.event !== 'line-delivered')
    throw new Error('not in the scenario');
  const onePiece: Entry = { ...delivered, data: { ...delivered.data, quantity: 1, reportedTotal: 1 } };
  const { goods, trainings } = contributionOf([confirmed, announced, onePiece]);
  expect(goods.get('face-mask')).toEqual({ promised: 100, reported: 1, confirmed: 0 });
  expect(trainings.get('bookkeeping')).toMatchObject({ scheduled: 1, held: 0 });
});

test('receipts of two lines of one report are kept apart', () => {
  const confirmed = given(ids.DONOR).find(({ event }) => event === 'commitment-confirmed');
  const receipt = given(ids.DONOR).find((entry) => entry.event === 'line-receipt-confirmed');
  if (confirmed?.event !== 'commitment-confirmed' || receipt?.event !== 'line-receipt-confirmed')
    throw new Error('not in the scenario');
  const [line] = confirmed.data.lines;
  if (line?.package !== 'goods') throw new Error('no goods in the scenario');
  const gloves = { ...line, lineId: `${ids.DONOR}.4`, item: 'glove' as const, quantity: 7 };
  const both: Entry = { ...confirmed, data: { ...confirmed.data, lines: [line, gloves] } };
  const ofGloves: Entry = {
    ...receipt,
    eventId: 'other',
    version: receipt.version + 1,
    data: { ...receipt.data, lineId: gloves.lineId, confirmedAmount: 7 },
  };
  expect(contributionOf([both, receipt, ofGloves]).goods).toEqual(
    new Map([
      ['face-mask', { promised: 100, reported: 0, confirmed: 50 }],
      ['glove', { promised: 7, reported: 0, confirmed: 7 }],
    ]),
  );
});

test('the timeline has every event, oldest first, with the public donor name and without the link to sign', () => {
  const donor = reportsOf(scenario).timelines.find(({ collaborationId }) => collaborationId === ids.DONOR);
  expect(donor?.entries.map(({ event }) => event)).toEqual([
    'commitment-confirmed',
    'line-delivered',
    'line-delivered',
    'line-receipt-confirmed',
    'line-receipt-confirmed',
    'line-receipt-confirmed',
    'contract-forwarded',
    'contract-signed',
    'loan-disbursed',
    'line-receipt-confirmed',
    'training-scheduled',
    'training-scheduled',
    'attendance-recorded',
    'training-held',
    'training-reported',
    'line-released',
    'commitment-closed',
    'repayment-received',
    'repayment-received',
    'repayment-received',
    'loan-repaid',
    'fund-relent',
  ]);
  expect(donor?.entries[0]?.data).toMatchObject({ donorName: 'PT Contoh' });
  expect(donor?.entries[6]?.data).toMatchObject({ partnerContractId: 'AMN-1' });
  expect(JSON.stringify(donor)).not.toContain('https://');
  const next = reportsOf(scenario).timelines.find(({ collaborationId }) => collaborationId === ids.RELEND);
  expect(next?.entries.map(({ event }) => event)).toEqual([
    'commitment-confirmed',
    'fund-relent',
    'contract-forwarded',
  ]);
});
