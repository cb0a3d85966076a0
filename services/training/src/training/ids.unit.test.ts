import { collaborationIdOf, possibleTrainingIds, trainingIdOf } from './ids.ts';

test('a training id leads back to its collaboration', () => {
  expect(collaborationIdOf(trainingIdOf('KSBB-0000-0000-0011', 'food-safety'))).toBe('KSBB-0000-0000-0011');
});

test('a collaboration may have one training for each of the six topics', () => {
  expect(possibleTrainingIds('KSBB-0000-0000-0011')).toHaveLength(6);
  expect(possibleTrainingIds('KSBB-0000-0000-0011')).toContain('KSBB-0000-0000-0011.digital-marketing');
});
