import { trainingView } from '@ksbb/contracts';
import type { Training } from './training/training.ts';
import { problemOf, viewOf } from './answers.ts';
import type { TrainingRefusal } from './training/decide.ts';

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

test.each<[TrainingRefusal, number, string]>([
  [{ refused: 'no-such-training' }, 404, 'no-such-training'],
  [{ refused: 'not-scheduled' }, 409, 'not-scheduled'],
  [{ refused: 'not-held' }, 409, 'not-held'],
  [{ refused: 'already-held' }, 409, 'already-held'],
  [{ refused: 'already-reported' }, 409, 'already-reported'],
  [{ refused: 'cancelled', reason: 'ill' }, 409, 'training-cancelled'],
  [{ refused: 'not-started', startsAt: '2026-12-01T02:00:00.000Z' }, 409, 'not-started'],
])('%j is answered %i %s', (refusal, status, slug) => {
  expect(problemOf(refusal)).toMatchObject({ status, slug });
});

test.each<[TrainingRefusal, string, string]>([
  [{ refused: 'start-in-the-past', now: '2026-12-01T02:00:00.000Z' }, '/startsAt', '2026-12-01T02:00:00.000Z'],
  [{ refused: 'unknown-msme', msmeId: 'toko', participants: ['warung', 'bengkel'] }, '/msmeId', 'warung, bengkel'],
  [{ refused: 'more-than-seats', seats: 4 }, '/attended', 'From 0 to 4'],
  [
    { refused: 'attendance-missing', missing: [{ msmeId: 'bengkel', msmeName: 'Bengkel Jaya' }] },
    '',
    'bengkel (Bengkel Jaya)',
  ],
])('%j is answered 422 at %s, saying what would be right', (refusal, pointer, right) => {
  const problem = problemOf(refusal);
  expect(problem.status).toBe(422);
  expect(problem.options.errors).toEqual([{ pointer, detail: expect.stringContaining(right) }]);
});
