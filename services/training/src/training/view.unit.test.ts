import { trainingView } from '@ksbb/contracts';
import type { Training } from './training.ts';
import { viewOf } from './view.ts';

const about = {
  trainingId: 'KSBB-0000-0000-0011.leadership',
  collaborationId: 'KSBB-0000-0000-0011',
  topic: 'leadership',
  skill: 'soft',
} as const;
const session = {
  startsAt: '2026-12-01T02:00:00.000Z',
  endsAt: '2026-12-01T05:00:00.000Z',
  place: 'Balai Kota',
  trainer: 'Ibu Ratna',
};
const participants = [
  { lineId: 'KSBB-0000-0000-0011.3', msmeId: 'warung', msmeName: 'Warung', seats: 4, attended: null },
];
const begun = { ...about, participants, leftLineIds: [] };
const heldAt = '2026-12-01T05:00:00.000Z';

test.each<[Training, object]>([
  [
    { ...begun, status: 'offered' },
    { status: 'offered', session: null, summary: null, cancelReason: null },
  ],
  [
    { ...begun, status: 'scheduled', session },
    { status: 'scheduled', session, summary: null, cancelReason: null },
  ],
  [
    { ...begun, status: 'held', session, heldAt },
    { status: 'held', session, summary: null, cancelReason: null },
  ],
  [
    { ...begun, status: 'reported', session, heldAt, summary: 'All went well.' },
    { status: 'reported', session, summary: 'All went well.', cancelReason: null },
  ],
  [
    { ...begun, status: 'cancelled', session: null, reason: 'ill' },
    { status: 'cancelled', session: null, summary: null, cancelReason: 'ill' },
  ],
])('%j is shown by its contract', (training, shown) => {
  expect(viewOf(training)).toEqual({ ...about, participants, ...shown });
  expect(trainingView.parse(viewOf(training))).toEqual(viewOf(training));
});

test('no training is shown as nothing', () => {
  expect(viewOf({ status: 'none' })).toBeNull();
});
