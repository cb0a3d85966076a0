import { msmeListed, type Need } from '@ksbb/contracts';
import type { CommitmentCommand, CommitmentRefusal } from '../commitment/commands.ts';
import {
  type Commitment,
  type CommitmentEvent,
  evolve,
  initialState,
  type NumberedLine,
  type Request,
} from '../commitment/commitment.ts';
import { decide } from '../commitment/decide.ts';
import type { ReservationReply } from '../needs-board/decide.ts';

/* For the given/when/then tests of the core: a commitment with a line of each package, over two MSMEs. */

export const id = 'KSBB-0000-0000-0011';
export const now = new Date('2026-11-24T03:00:00.000Z');
export const later = new Date('2026-11-25T03:00:00.000Z');

export const { area } = msmeListed.example;
const declaredAt = msmeListed.example.listedAt;

const masks: Need = { needId: 'pasar.face-mask', package: 'goods', item: 'face-mask', quantity: 200, declaredAt };
const capital: Need = { needId: 'pasar.capital', package: 'capital', amountRupiah: 6_000_000, declaredAt };
const bookkeeping: Need = {
  needId: 'toko.bookkeeping',
  package: 'training',
  topic: 'bookkeeping',
  skill: 'hard',
  seats: 4,
  declaredAt,
};

export const goodsLine: NumberedLine = {
  lineId: `${id}.1`,
  msmeId: 'pasar',
  needId: 'pasar.face-mask',
  package: 'goods',
  quantity: 100,
};
export const capitalLine: NumberedLine = {
  lineId: `${id}.2`,
  msmeId: 'pasar',
  needId: 'pasar.capital',
  package: 'capital',
  amountRupiah: 6_000_000,
  partner: 'amanah',
  instalments: 3,
};
export const trainingLine: NumberedLine = {
  lineId: `${id}.3`,
  msmeId: 'toko',
  needId: 'toko.bookkeeping',
  package: 'training',
  seats: 4,
};

const places: Record<string, ReservationReply['place']> = {
  [goodsLine.lineId]: { msmeName: 'Pasar', area, need: masks },
  [capitalLine.lineId]: { msmeName: 'Pasar', area, need: capital },
  [trainingLine.lineId]: { msmeName: 'Toko', area, need: bookkeeping },
};

export const request: Omit<Request, 'requestedAt'> = {
  collaborationId: id,
  origin: { kind: 'donor' },
  donorName: 'PT Contoh',
  lines: [goodsLine, capitalLine, trainingLine],
  access: { key: 'k', body: 'b', pin: { salt: '00', hash: '00' } },
};

export function requestOf(...lines: NumberedLine[]): CommitmentCommand {
  return { type: 'request', request: { ...request, lines } };
}

export function covered({ lineId }: NumberedLine, amount: number): ReservationReply {
  return { lineId, covered: amount, shortfallReason: null, place: places[lineId] ?? null };
}

export function turnedAway({ lineId }: NumberedLine): ReservationReply {
  return { lineId, covered: 0, shortfallReason: 'already-covered', place: places[lineId] ?? null };
}

export const confirm = (...replies: ReservationReply[]): CommitmentCommand => ({ type: 'confirm', replies });

export const report = (
  reportId: string,
  quantity: number,
  more: Partial<{ lineId: string; note: string }> = {},
): CommitmentCommand => {
  const { lineId = goodsLine.lineId, note = '' } = more;
  return { type: 'report-delivery', reportId, lines: [{ lineId, quantity }], note };
};

export const receipt = (
  reportId: string,
  quantity: number,
  more: Partial<{ lineId: string; msmeId: string; note: string }> = {},
): CommitmentCommand => {
  return { type: 'confirm-receipt', msmeId: 'pasar', reportId, lineId: goodsLine.lineId, quantity, note: '', ...more };
};

export const disburse = (amountRupiah: number, lineId = capitalLine.lineId): CommitmentCommand => ({
  type: 'record-disbursement',
  reportId: 'loan-event',
  lineId,
  amountRupiah,
});

export const attend = (attended: number, lineId = trainingLine.lineId): CommitmentCommand => ({
  type: 'record-attendance',
  reportId: 'training-event',
  participants: [{ lineId, attended }],
});

export const release = (
  lineId: string,
  reason: 'msme-delisted' | 'contract-declined' | 'training-cancelled' = 'msme-delisted',
): CommitmentCommand => ({
  type: 'release',
  lineIds: [lineId],
  reason,
});

/** The commitment after these commands, all given at `now`. */
export function given(...commands: CommitmentCommand[]): Commitment {
  return commands.reduce<Commitment>((state, command) => events(state, command).reduce(evolve, state), initialState);
}

/** The events of a command that is not refused. */
export function events(state: Commitment, command: CommitmentCommand, at: Date = now): CommitmentEvent[] {
  const decision = decide(state, command, at);
  if ('refused' in decision) throw new Error(`refused: ${decision.refused}`);
  return decision;
}

/** The refusal of a command, or what it did instead. */
export function refusal(state: Commitment, command: CommitmentCommand): CommitmentRefusal | CommitmentEvent[] {
  return decide(state, command, now);
}

/** What holds one line of goods, 100 pieces. */
export const goodsOnly = [requestOf(goodsLine), confirm(covered(goodsLine, 100))];
/** What holds a line of each package, all of it covered. */
export const allThree = [
  requestOf(goodsLine, capitalLine, trainingLine),
  confirm(covered(goodsLine, 100), covered(capitalLine, 6_000_000), covered(trainingLine, 4)),
];
