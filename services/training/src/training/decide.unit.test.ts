import { decide, type TrainingCommand } from './decide.ts';
import { evolve, initialState, type Session, type Training, type TrainingEvent } from './training.ts';

const about = {
  trainingId: 'KSBB-0000-0000-0011.bookkeeping',
  collaborationId: 'KSBB-0000-0000-0011',
  topic: 'bookkeeping',
  skill: 'hard',
} as const;
const warung = { lineId: 'KSBB-0000-0000-0011.3', msmeId: 'warung', msmeName: 'Warung Bu Siti', seats: 4 };
const bengkel = { lineId: 'KSBB-0000-0000-0011.5', msmeId: 'bengkel', msmeName: 'Bengkel Jaya', seats: 2 };
const session: Session = {
  startsAt: '2026-12-01T02:00:00.000Z',
  endsAt: '2026-12-01T05:00:00.000Z',
  place: 'Balai Kota',
  trainer: 'Ibu Ratna',
};
const { trainer: _, ...time } = session;
const invited = [
  { msmeId: 'warung', seats: 4 },
  { msmeId: 'bengkel', seats: 2 },
];

const before = new Date('2026-11-25T00:00:00.000Z');
const atStart = new Date(session.startsAt);
const after = new Date('2026-12-01T05:00:00.000Z');

const offered: TrainingEvent = { type: 'training-offered', data: { ...about, participants: [warung, bengkel] } };
const offeredToOne: TrainingEvent = { type: 'training-offered', data: { ...about, participants: [warung] } };
const scheduled: TrainingEvent = { type: 'training-scheduled', data: { ...about, ...session, invited } };
const attended = ({ lineId, msmeId, seats }: typeof warung, count: number): TrainingEvent => ({
  type: 'attendance-recorded',
  data: { ...about, lineId, msmeId, seats, attended: count },
});
const held: TrainingEvent = {
  type: 'training-held',
  data: {
    ...about,
    participants: [
      { lineId: warung.lineId, msmeId: 'warung', seats: 4, attended: 3 },
      { lineId: bengkel.lineId, msmeId: 'bengkel', seats: 2, attended: 0 },
    ],
    heldAt: after.toISOString(),
  },
};
const summary = 'Three owners keep a cash book now.';
const reported: TrainingEvent = {
  type: 'training-reported',
  data: { ...about, summary, reportedAt: after.toISOString() },
};
const left = ({ lineId }: typeof warung): TrainingEvent => ({ type: 'participant-left', data: { lineId } });
const reason = 'the trainer is ill';
const cancelled: TrainingEvent = {
  type: 'training-cancelled',
  data: { ...about, lineIds: [warung.lineId, bengkel.lineId], reason },
};

const toHeld = [offered, scheduled, attended(warung, 3), attended(bengkel, 0), held];
const toReported = [...toHeld, reported];

const given = (...events: TrainingEvent[]) => events.reduce<Training>(evolve, initialState);
const when = (history: TrainingEvent[], command: TrainingCommand, now = after) =>
  decide(given(...history), command, now);

const offer: TrainingCommand = { type: 'offer-training', about, participants: [warung, bengkel] };
const takeOut = ({ lineId }: typeof warung): TrainingCommand => ({ type: 'take-line-out', lineId });
const schedule = (changes: Partial<Session> = {}): TrainingCommand => ({
  type: 'schedule-training',
  session: { ...session, ...changes },
});
const record = (msmeId: string, count: number): TrainingCommand => ({
  type: 'record-attendance',
  msmeId,
  attended: count,
});
const hold: TrainingCommand = { type: 'hold-training' };
const report = (text = summary): TrainingCommand => ({ type: 'report-training', summary: text });
const cancel = (why = reason): TrainingCommand => ({ type: 'cancel-training', reason: why });

describe('offering', () => {
  test('a training is offered once', () => {
    expect(when([], offer)).toEqual([offered]);
    expect(when([offered], offer)).toEqual([]);
  });

  test('a repeat after an MSME has left does not bring it back', () => {
    expect(when([offered, left(warung)], offer)).toEqual([]);
  });
});

describe('taking a released line out', () => {
  test.each([
    ['offered', [offered]],
    ['scheduled', [offered, scheduled]],
  ])('its MSME leaves a training that is %s', (_status, history) => {
    expect(when(history, takeOut(bengkel))).toEqual([left(bengkel)]);
  });

  test('when nobody is left the training is cancelled', () => {
    expect(when([offered, left(bengkel)], takeOut(warung))).toEqual([
      left(warung),
      { type: 'training-cancelled', data: { ...about, lineIds: [warung.lineId], reason: 'no participants are left' } },
    ]);
  });

  test.each([
    ['a line that left already', [offered, left(warung)]],
    ['a line of a training that was held', toHeld],
    ['a line of a training that was reported', toReported],
    ['a line of a training that is cancelled', [offered, cancelled]],
    ['a line of no training', []],
  ])('%s changes nothing', (_what, history) => {
    expect(when(history, takeOut(warung))).toEqual([]);
  });
});

describe('scheduling', () => {
  test('an offered training gets its time, and its MSMEs are invited', () => {
    expect(when([offered], schedule(), before)).toEqual([scheduled]);
  });

  test('who has left is not invited', () => {
    expect(when([offered, left(warung)], schedule(), before)).toEqual([
      { type: 'training-scheduled', data: { ...about, ...session, invited: [{ msmeId: 'bengkel', seats: 2 }] } },
    ]);
  });

  test.each([
    { place: 'Kecamatan Gambir' },
    { trainer: 'Pak Joko' },
    { endsAt: '2026-12-01T06:00:00.000Z' },
    { startsAt: '2026-12-01T01:00:00.000Z' },
  ])('another %j moves it', (changes) => {
    expect(when([offered, scheduled], schedule(changes), before)).toEqual([
      { type: 'training-scheduled', data: { ...about, ...session, ...changes, invited } },
    ]);
  });

  test('the same again changes nothing, also when it has begun or was held', () => {
    for (const history of [[offered, scheduled], toHeld, toReported]) expect(when(history, schedule())).toEqual([]);
  });

  test('it may start one minute ago, and not earlier', () => {
    const minuteLater = new Date('2026-12-01T02:01:00.000Z');
    expect(when([offered], schedule(), minuteLater)).toEqual([scheduled]);
    const later = new Date('2026-12-01T02:01:00.001Z');
    expect(when([offered], schedule(), later)).toEqual({ refused: 'start-in-the-past', now: later.toISOString() });
    expect(when([offered, scheduled], schedule({ startsAt: '2026-12-01T01:59:00.000Z' }), later)).toMatchObject({
      refused: 'start-in-the-past',
    });
  });

  test('it is refused where it comes too late or there is no training', () => {
    expect(when([], schedule(), before)).toEqual({ refused: 'no-such-training' });
    expect(when([offered, cancelled], schedule(), before)).toEqual({ refused: 'cancelled', reason });
    for (const history of [toHeld, toReported])
      expect(when(history, schedule({ place: 'elsewhere' }), before)).toEqual({ refused: 'already-held' });
  });
});

describe('recording attendance', () => {
  test('from the start on, how many came is recorded, up to all seats', () => {
    expect(when([offered, scheduled], record('warung', 4), atStart)).toEqual([attended(warung, 4)]);
    expect(when([offered, scheduled], record('bengkel', 0), atStart)).toEqual([attended(bengkel, 0)]);
  });

  test('before the start it is refused', () => {
    const justBefore = new Date(atStart.getTime() - 1);
    expect(when([offered, scheduled], record('warung', 3), justBefore)).toEqual({
      refused: 'not-started',
      startsAt: session.startsAt,
    });
  });

  test('a later record replaces an earlier one until the training is held', () => {
    expect(when([offered, scheduled, attended(warung, 3)], record('warung', 2))).toEqual([attended(warung, 2)]);
    for (const history of [toHeld, toReported])
      expect(when(history, record('warung', 2))).toEqual({ refused: 'already-held' });
  });

  test('the same again changes nothing, also when it was held', () => {
    for (const history of [[offered, scheduled, attended(warung, 3)], toHeld, toReported])
      expect(when(history, record('warung', 3))).toEqual([]);
  });

  test('more than the seats, or an MSME without seats, is refused', () => {
    expect(when([offered, scheduled], record('warung', 5))).toEqual({ refused: 'more-than-seats', seats: 4 });
    expect(when([offered, scheduled], record('toko', 1))).toEqual({
      refused: 'unknown-msme',
      msmeId: 'toko',
      participants: ['warung', 'bengkel'],
    });
    expect(when([offered, scheduled, left(bengkel)], record('bengkel', 1))).toMatchObject({ refused: 'unknown-msme' });
  });

  test('it is refused where there is no session', () => {
    expect(when([], record('warung', 1))).toEqual({ refused: 'no-such-training' });
    expect(when([offered], record('warung', 1))).toEqual({ refused: 'not-scheduled' });
    expect(when([offered, scheduled, cancelled], record('warung', 1))).toEqual({ refused: 'cancelled', reason });
  });

  test('an MSME with two lines fills the seats of the first before those of the second', () => {
    const second = { ...warung, lineId: 'KSBB-0000-0000-0011.9', seats: 3 };
    const history: TrainingEvent[] = [
      { type: 'training-offered', data: { ...about, participants: [warung, second] } },
      scheduled,
    ];
    expect(when(history, record('warung', 6))).toEqual([attended(warung, 4), attended(second, 2)]);
    expect(when([...history, attended(warung, 4), attended(second, 2)], record('warung', 5))).toEqual([
      attended(second, 1),
    ]);
    expect(when(history, record('warung', 8))).toEqual({ refused: 'more-than-seats', seats: 7 });
    expect(when(history, record('toko', 1))).toMatchObject({ participants: ['warung'] });
  });
});

describe('holding', () => {
  const counted = [offered, scheduled, attended(warung, 3), attended(bengkel, 0)];

  test('with all attendance recorded it is held, and once only', () => {
    expect(when(counted, hold)).toEqual([held]);
    for (const history of [toHeld, toReported]) expect(when(history, hold)).toEqual([]);
  });

  test('from the start on, and not before', () => {
    expect(when(counted, hold, atStart)).toMatchObject([{ type: 'training-held', data: { heldAt: session.startsAt } }]);
    expect(when(counted, hold, new Date(atStart.getTime() - 1))).toEqual({
      refused: 'not-started',
      startsAt: session.startsAt,
    });
  });

  test('whose attendance is missing is named', () => {
    expect(when([offered, scheduled, attended(warung, 3)], hold)).toEqual({
      refused: 'attendance-missing',
      missing: [{ msmeId: 'bengkel', msmeName: 'Bengkel Jaya' }],
    });
  });

  test('who has left is not missing', () => {
    expect(when([offered, scheduled, attended(warung, 3), left(bengkel)], hold)).toMatchObject([
      { type: 'training-held', data: { participants: [{ msmeId: 'warung' }] } },
    ]);
  });

  test('moved to another time, attendance has to be recorded again; with another place it stays', () => {
    const moved: TrainingEvent = {
      type: 'training-scheduled',
      data: { ...about, ...session, startsAt: '2026-12-01T03:00:00.000Z', invited },
    };
    expect(when([...counted, moved], hold)).toMatchObject({ refused: 'attendance-missing' });
    const elsewhere: TrainingEvent = {
      type: 'training-scheduled',
      data: { ...about, ...session, place: 'Kecamatan Gambir', invited },
    };
    expect(when([...counted, elsewhere], hold)).toEqual([held]);
  });

  test('it is refused where there was no session', () => {
    expect(when([], hold)).toEqual({ refused: 'no-such-training' });
    expect(when([offered], hold)).toEqual({ refused: 'not-scheduled' });
    expect(when([offered, cancelled], hold)).toEqual({ refused: 'cancelled', reason });
  });
});

describe('reporting', () => {
  test('what was held is reported once', () => {
    expect(when(toHeld, report())).toEqual([reported]);
    expect(when(toReported, report())).toEqual([]);
    expect(when(toReported, report('Something else altogether.'))).toEqual({ refused: 'already-reported' });
  });

  test('it is refused where nothing was held', () => {
    expect(when([], report())).toEqual({ refused: 'no-such-training' });
    expect(when([offered], report())).toEqual({ refused: 'not-held' });
    expect(when([offered, scheduled], report())).toEqual({ refused: 'not-held' });
    expect(when([offered, cancelled], report())).toEqual({ refused: 'cancelled', reason });
  });
});

describe('cancelling', () => {
  test.each([
    ['offered', [offered]],
    ['scheduled', [offered, scheduled]],
  ])('a training that is %s is cancelled for all its lines', (_status, history) => {
    expect(when(history, cancel())).toEqual([cancelled]);
  });

  test('the same again changes nothing; another reason is refused', () => {
    expect(when([offered, cancelled], cancel())).toEqual([]);
    expect(when([offered, cancelled], cancel('no time'))).toEqual({ refused: 'cancelled', reason });
  });

  test('what was held cannot be cancelled', () => {
    for (const history of [toHeld, toReported]) expect(when(history, cancel())).toEqual({ refused: 'already-held' });
    expect(when([], cancel())).toEqual({ refused: 'no-such-training' });
  });
});

describe('the state after events', () => {
  test('follows a training from its offer to its report', () => {
    expect(given(...toReported)).toEqual({
      ...about,
      status: 'reported',
      session,
      participants: [
        { ...warung, attended: 3 },
        { ...bengkel, attended: 0 },
      ],
      leftLineIds: [],
      heldAt: after.toISOString(),
      summary,
    });
  });

  test('nobody has been counted of an offered training', () => {
    expect(given(offeredToOne)).toMatchObject({ status: 'offered', participants: [{ ...warung, attended: null }] });
  });

  test('keeps the session of a cancelled training, and the lines that left', () => {
    expect(given(offeredToOne, scheduled, left(warung), cancelled)).toMatchObject({
      status: 'cancelled',
      session,
      reason,
      participants: [],
      leftLineIds: [warung.lineId],
    });
    expect(given(offered, cancelled)).toMatchObject({ status: 'cancelled', session: null });
  });

  test('an event that does not fit leaves it alone', () => {
    for (const event of [scheduled, attended(warung, 1), held, reported, cancelled, left(warung)])
      expect(evolve(initialState, event)).toEqual(initialState);
    const done = given(...toReported);
    for (const event of [offered, scheduled, attended(warung, 1), held, reported, cancelled])
      expect(evolve(done, event)).toEqual(done);
  });

  test('the published invitation does not carry the trainer', () => {
    expect(scheduled.data).toMatchObject(time);
    expect(given(offered, scheduled)).toMatchObject({ session: { trainer: 'Ibu Ratna' } });
  });
});
