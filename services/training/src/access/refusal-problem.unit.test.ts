import type { TrainingRefusal } from '../training/decide.ts';
import { problemOf } from './refusal-problem.ts';

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
