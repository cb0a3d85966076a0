import type {
  attendanceRecorded,
  NewEvent,
  trainingCancelled,
  trainingHeld,
  TrainingTopic,
  trainingReported,
  trainingScheduled,
} from '@ksbb/contracts';

/** Seats promised to one MSME by one line. `attended` is null until it is recorded. */
export type Participant = { lineId: string; msmeId: string; msmeName: string; seats: number; attended: number | null };

/** When, where and by whom. Times are RFC 3339 UTC with milliseconds. */
export type Session = { startsAt: string; endsAt: string; place: string; trainer: string };

export type AboutTraining = {
  trainingId: string;
  collaborationId: string;
  topic: TrainingTopic;
  skill: 'hard' | 'soft';
};

/** `leftLineIds`: lines that were released after the training was offered. */
type Begun = AboutTraining & { participants: Participant[]; leftLineIds: string[] };

export type Offered = Begun & { status: 'offered' };
export type Scheduled = Begun & { status: 'scheduled'; session: Session };
export type Held = Begun & { status: 'held'; session: Session; heldAt: string };
export type Reported = Begun & { status: 'reported'; session: Session; heldAt: string; summary: string };
type Cancelled = Begun & { status: 'cancelled'; session: Session | null; reason: string };

/** One training: what a collaboration promised to teach on one topic. */
export type Training = { status: 'none' } | Offered | Scheduled | Held | Reported | Cancelled;

export const initialState: Training = { status: 'none' };

/** The trainer stays inside the service: the published event has no such field. */
type WithTrainer<Event> = Event extends { data: infer Data }
  ? Omit<Event, 'data'> & { data: Data & { trainer: string } }
  : never;

export type TrainingEvent =
  | { type: 'training-offered'; data: AboutTraining & { participants: Omit<Participant, 'attended'>[] } }
  | { type: 'participant-left'; data: { lineId: string } }
  | WithTrainer<NewEvent<typeof trainingScheduled>>
  | NewEvent<typeof attendanceRecorded>
  | NewEvent<typeof trainingHeld>
  | NewEvent<typeof trainingReported>
  | NewEvent<typeof trainingCancelled>;

/** A collaboration has at most one training for each topic, so the id is made of both. */
export const trainingIdOf = (collaborationId: string, topic: TrainingTopic) => `${collaborationId}.${topic}`;

export const collaborationIdOf = (trainingId: string) => trainingId.slice(0, trainingId.indexOf('.'));

/** What every event about a training begins with. */
export function aboutOf({ trainingId, collaborationId, topic, skill }: AboutTraining): AboutTraining {
  return { trainingId, collaborationId, topic, skill };
}

/** A training that is moved to another time is another session, so the attendance of the first one is dropped. */
function participantsAfterScheduling(training: Offered | Scheduled, startsAt: string): Participant[] {
  if (training.status === 'scheduled' && training.session.startsAt === startsAt) return training.participants;
  return training.participants.map((participant) => ({ ...participant, attended: null }));
}

/** The training after `event`. An event that does not fit the state leaves it as it is; `decide` never makes one. */
export function evolve(training: Training, event: TrainingEvent): Training {
  switch (event.type) {
    case 'training-offered': {
      if (training.status !== 'none') return training;
      const participants = event.data.participants.map((participant) => ({ ...participant, attended: null }));
      return { ...aboutOf(event.data), status: 'offered', participants, leftLineIds: [] };
    }
    case 'participant-left': {
      if (training.status === 'none') return training;
      const participants = training.participants.filter(({ lineId }) => lineId !== event.data.lineId);
      return { ...training, participants, leftLineIds: [...training.leftLineIds, event.data.lineId] };
    }
    case 'training-scheduled': {
      if (training.status !== 'offered' && training.status !== 'scheduled') return training;
      const { startsAt, endsAt, place, trainer } = event.data;
      const participants = participantsAfterScheduling(training, startsAt);
      return { ...training, status: 'scheduled', participants, session: { startsAt, endsAt, place, trainer } };
    }
    case 'attendance-recorded': {
      if (training.status !== 'scheduled') return training;
      const { lineId, attended } = event.data;
      const participants = training.participants.map((participant) =>
        participant.lineId === lineId ? { ...participant, attended } : participant,
      );
      return { ...training, participants };
    }
    case 'training-held':
      return training.status === 'scheduled' ? { ...training, status: 'held', heldAt: event.data.heldAt } : training;
    case 'training-reported':
      return training.status === 'held' ? { ...training, status: 'reported', summary: event.data.summary } : training;
    case 'training-cancelled': {
      if (training.status !== 'offered' && training.status !== 'scheduled') return training;
      const session = training.status === 'scheduled' ? training.session : null;
      return { ...training, status: 'cancelled', session, reason: event.data.reason };
    }
    default:
      return event satisfies never;
  }
}
