import type { CollaborationView } from '@ksbb/contracts';
import { differenceOf, leftToReport } from './lines-section.ts';

const lineId = 'KSBB-0000-0000-0011.1';
const line: CollaborationView['lines'][number] = {
  lineId,
  msmeId: 'gen-0000001',
  msmeName: 'Satu',
  kelurahan: 'Gambir',
  package: 'goods',
  item: 'face-mask',
  topic: null,
  partner: null,
  promised: 100,
  reported: 0,
  confirmed: 0,
  status: 'open',
  releaseReason: null,
};
const report = (
  reportedQuantity: number,
  confirmedQuantity: number | null,
  of = lineId,
): CollaborationView['reports'][number] => ({
  reportId: `report-${reportedQuantity}`,
  lineId: of,
  reportedQuantity,
  confirmedQuantity,
  difference: confirmedQuantity === null ? null : reportedQuantity - confirmedQuantity,
  note: '',
  receiptNote: null,
  reportedAt: '2026-11-24T04:00:00.000Z',
});

test('what was reported and not answered yet is not to be reported again', () => {
  expect(leftToReport(line, [])).toBe(100);
  expect(leftToReport(line, [report(60, null)])).toBe(40);
});

test('what the MSME found missing is to be reported again', () => {
  expect(leftToReport(line, [report(60, 59), report(40, null)])).toBe(1);
});

test('reports of other lines, and lines that are not open, leave nothing to report', () => {
  expect(leftToReport(line, [report(60, null, 'KSBB-0000-0000-0011.2')])).toBe(100);
  expect(leftToReport({ ...line, status: 'released' }, [])).toBe(0);
  expect(leftToReport({ ...line, status: 'fulfilled' }, [])).toBe(0);
  expect(leftToReport(line, [report(120, null)])).toBe(0);
});

test('the difference is what was answered, not what is still open', () => {
  expect(differenceOf([report(60, 59), report(40, null), report(10, 7)])).toBe(4);
});
