import { commitmentConfirmed, type ConfirmedLine } from '@ksbb/contracts';
import { hasLine, offersOf } from './reactions.ts';
import { initialState, type Training } from './training/training.ts';

const { collaborationId, lines } = commitmentConfirmed.data.parse(commitmentConfirmed.example);
const bookkeeping = lines.find((line) => line.package === 'training')!;
const another: ConfirmedLine = {
  ...bookkeeping,
  lineId: `${collaborationId}.4`,
  msmeId: 'warung',
  msmeName: 'Warung',
  needId: 'warung.bookkeeping',
  seats: 2,
};
const leadership: ConfirmedLine = { ...another, lineId: `${collaborationId}.5`, topic: 'leadership', skill: 'soft' };

test('one training is offered for each topic, to the MSMEs with seats in it; other packages are left out', () => {
  const participant = {
    lineId: bookkeeping.lineId,
    msmeId: bookkeeping.msmeId,
    msmeName: bookkeeping.msmeName,
    seats: 4,
  };
  const fromWarung = { msmeId: 'warung', msmeName: 'Warung', seats: 2 };
  expect(offersOf(collaborationId, [...lines, another, leadership])).toEqual([
    {
      type: 'offer-training',
      about: { trainingId: `${collaborationId}.bookkeeping`, collaborationId, topic: 'bookkeeping', skill: 'hard' },
      participants: [participant, { ...fromWarung, lineId: another.lineId }],
    },
    {
      type: 'offer-training',
      about: { trainingId: `${collaborationId}.leadership`, collaborationId, topic: 'leadership', skill: 'soft' },
      participants: [{ ...fromWarung, lineId: leadership.lineId }],
    },
  ]);
});

test('a commitment without training lines offers nothing', () => {
  expect(
    offersOf(
      collaborationId,
      lines.filter((line) => line.package !== 'training'),
    ),
  ).toEqual([]);
});

test('a training has the lines that are in it and those that left', () => {
  const participants = [{ lineId: 'a', msmeId: 'warung', msmeName: 'Warung', seats: 1, attended: null }];
  const training: Training = {
    trainingId: 't',
    collaborationId,
    topic: 'leadership',
    skill: 'soft',
    status: 'offered',
    participants,
    leftLineIds: ['b'],
  };
  expect(['a', 'b', 'c'].map((lineId) => hasLine(training, lineId))).toEqual([true, true, false]);
  expect(hasLine(initialState, 'a')).toBe(false);
});
