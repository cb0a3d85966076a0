import {
  aboutOf,
  type AboutTraining,
  type Held,
  type Offered,
  type Participant,
  type Reported,
  type Scheduled,
  type Session,
  type Training,
  type TrainingEvent,
} from './training.ts';

/** A session may start this long before now, so that one that begins this minute can still be entered. */
const GRACE_MS = 60_000;

const NOBODY_LEFT = 'no participants are left';

export type OfferTraining = {
  type: 'offer-training';
  about: AboutTraining;
  participants: Omit<Participant, 'attended'>[];
};
type TakeLineOut = { type: 'take-line-out'; lineId: string };
type ScheduleTraining = { type: 'schedule-training'; session: Session };
type RecordAttendance = { type: 'record-attendance'; msmeId: string; attended: number };
type HoldTraining = { type: 'hold-training' };
type ReportTraining = { type: 'report-training'; summary: string };
type CancelTraining = { type: 'cancel-training'; reason: string };
type DonorCommand = ScheduleTraining | RecordAttendance | HoldTraining | ReportTraining | CancelTraining;
export type TrainingCommand = OfferTraining | TakeLineOut | DonorCommand;

export type TrainingRefusal =
  | { refused: 'no-such-training' }
  | { refused: 'not-scheduled' }
  | { refused: 'not-held' }
  | { refused: 'already-held' }
  | { refused: 'already-reported' }
  | { refused: 'cancelled'; reason: string }
  | { refused: 'not-started'; startsAt: string }
  | { refused: 'start-in-the-past'; now: string }
  | { refused: 'unknown-msme'; msmeId: string; participants: string[] }
  | { refused: 'more-than-seats'; seats: number }
  | { refused: 'attendance-missing'; missing: { msmeId: string; msmeName: string }[] };

type Decision = TrainingEvent[] | TrainingRefusal;

/** A training that was offered and is not cancelled. */
type Active = Offered | Scheduled | Held | Reported;

const isHeld = (training: Active): training is Held | Reported =>
  training.status === 'held' || training.status === 'reported';
const hasStarted = ({ session }: Scheduled, now: Date) => Date.parse(session.startsAt) <= now.getTime();
const isCounted = (participant: Participant): participant is Participant & { attended: number } =>
  participant.attended !== null;
const isSameSession = (one: Session, other: Session) =>
  one.startsAt === other.startsAt &&
  one.endsAt === other.endsAt &&
  one.place === other.place &&
  one.trainer === other.trainer;

function offer(training: Training, { about, participants }: OfferTraining): Decision {
  return training.status === 'none' ? [{ type: 'training-offered', data: { ...about, participants } }] : [];
}

/** The MSME of a released line leaves. Once the training is held its attendance is final, so nothing changes. */
function takeLineOut(training: Training, { lineId }: TakeLineOut): Decision {
  if (training.status !== 'offered' && training.status !== 'scheduled') return [];
  if (!training.participants.some((participant) => participant.lineId === lineId)) return [];
  const left: TrainingEvent = { type: 'participant-left', data: { lineId } };
  if (training.participants.length > 1) return [left];
  return [left, { type: 'training-cancelled', data: { ...aboutOf(training), lineIds: [lineId], reason: NOBODY_LEFT } }];
}

/**
 * Sets time and place, or changes them while the training is not held. A new start lies at most `GRACE_MS` in the past.
 */
function schedule(training: Active, { session }: ScheduleTraining, now: Date): Decision {
  if (training.status !== 'offered' && isSameSession(training.session, session)) return [];
  if (isHeld(training)) return { refused: 'already-held' };
  if (Date.parse(session.startsAt) < now.getTime() - GRACE_MS)
    return { refused: 'start-in-the-past', now: now.toISOString() };
  const invited = training.participants.map(({ msmeId, seats }) => ({ msmeId, seats }));
  return [{ type: 'training-scheduled', data: { ...aboutOf(training), ...session, invited } }];
}

/**
 * Spreads the people of one MSME over its lines, filling the seats of each line before the next. Most MSMEs have one
 * line.
 * @param lines the MSME's lines, with at least `attended` seats together
 */
function spreadOverLines(attended: number, lines: Participant[]): { participant: Participant; attended: number }[] {
  let left = attended;
  return lines.map((participant) => {
    const here = Math.min(left, participant.seats);
    left -= here;
    return { participant, attended: here };
  });
}

function seatsOf(lines: Participant[]): number {
  return lines.reduce((seats, line) => seats + line.seats, 0);
}

/** Attendance is recorded from the start until the training is held. The same again adds nothing at any time. */
function recordAttendance(training: Active, { msmeId, attended }: RecordAttendance, now: Date): Decision {
  if (training.status === 'offered') return { refused: 'not-scheduled' };
  const lines = training.participants.filter((participant) => participant.msmeId === msmeId);
  if (lines.length === 0) {
    return {
      refused: 'unknown-msme',
      msmeId,
      participants: [...new Set(training.participants.map((participant) => participant.msmeId))],
    };
  }
  if (attended > seatsOf(lines)) return { refused: 'more-than-seats', seats: seatsOf(lines) };
  const changed = spreadOverLines(attended, lines).filter((line) => line.attended !== line.participant.attended);
  if (changed.length === 0) return [];
  if (isHeld(training)) return { refused: 'already-held' };
  if (!hasStarted(training, now)) return { refused: 'not-started', startsAt: training.session.startsAt };
  return changed.map(({ participant: { lineId, seats }, attended: here }) => ({
    type: 'attendance-recorded',
    data: { ...aboutOf(training), lineId, msmeId, seats, attended: here },
  }));
}

/**
 * A training is held once its start time has passed and the attendance of every participant is recorded. It may end
 * early.
 */
function hold(training: Active, now: Date): Decision {
  if (training.status === 'offered') return { refused: 'not-scheduled' };
  if (isHeld(training)) return [];
  if (!hasStarted(training, now)) return { refused: 'not-started', startsAt: training.session.startsAt };
  const counted = training.participants.filter(isCounted);
  const missing = training.participants
    .filter((participant) => !isCounted(participant))
    .map(({ msmeId, msmeName }) => ({ msmeId, msmeName }));
  if (missing.length > 0) return { refused: 'attendance-missing', missing };
  const participants = counted.map(({ lineId, msmeId, seats, attended }) => ({ lineId, msmeId, seats, attended }));
  return [{ type: 'training-held', data: { ...aboutOf(training), participants, heldAt: now.toISOString() } }];
}

function report(training: Active, { summary }: ReportTraining, now: Date): Decision {
  if (!isHeld(training)) return { refused: 'not-held' };
  if (training.status === 'reported') return training.summary === summary ? [] : { refused: 'already-reported' };
  return [{ type: 'training-reported', data: { ...aboutOf(training), summary, reportedAt: now.toISOString() } }];
}

function cancel(training: Active, { reason }: CancelTraining): Decision {
  if (isHeld(training)) return { refused: 'already-held' };
  const lineIds = training.participants.map(({ lineId }) => lineId);
  return [{ type: 'training-cancelled', data: { ...aboutOf(training), lineIds, reason } }];
}

/** A command of the donor. A cancelled training takes none, except that its cancellation may be repeated. */
function decideForDonor(training: Training, command: DonorCommand, now: Date): Decision {
  if (training.status === 'none') return { refused: 'no-such-training' };
  if (training.status === 'cancelled') {
    const isRepeat = command.type === 'cancel-training' && command.reason === training.reason;
    return isRepeat ? [] : { refused: 'cancelled', reason: training.reason };
  }
  switch (command.type) {
    case 'schedule-training':
      return schedule(training, command, now);
    case 'record-attendance':
      return recordAttendance(training, command, now);
    case 'hold-training':
      return hold(training, now);
    case 'report-training':
      return report(training, command, now);
    case 'cancel-training':
      return cancel(training, command);
    default:
      return command satisfies never;
  }
}

/**
 * What `command` does to `training` at `now`: events, or a refusal. A command that was carried out before gives no
 * events.
 */
export function decide(training: Training, command: TrainingCommand, now: Date): Decision {
  switch (command.type) {
    case 'offer-training':
      return offer(training, command);
    case 'take-line-out':
      return takeLineOut(training, command);
    default:
      return decideForDonor(training, command, now);
  }
}
