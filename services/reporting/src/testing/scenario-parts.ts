import { type ConfirmedLine, type Envelope, envelope, type EventDefinition, msmeListed } from '@ksbb/contracts';
import type { z } from 'zod';

/*
 * Collaborations for tests: one that is carried out in full, the one that its repaid money was relent to, one that
 * failed, and one that was never confirmed.
 */

export const DONOR = 'KSBB-0000-0000-0011';
export const RELEND = 'KSBB-0000-0000-0022';
export const FAILED = 'KSBB-0000-0000-0033';
export const NEVER_HELD = 'KSBB-0000-0000-0044';

export const PASAR = 'osm-way-352856285';
export const WARUNG = 'gen-0000042';
export const place = { msmeName: 'Warung', area: msmeListed.example.area };
const noon = Date.parse('2026-11-24T05:00:00.000Z');
let minutes = 0;

/** A new event, a minute after the one before. */
export function event<D extends EventDefinition>(
  definition: D,
  subject: string,
  version: number,
  data: z.input<D['data']>,
): Envelope {
  minutes += 1;
  return envelope(definition, subject, version, data as Record<string, unknown>, new Date(noon + minutes * 60_000));
}

export const time = '2026-11-24T05:00:00.000Z';
export const loanOfDonor = { loanId: `${DONOR}.2`, collaborationId: DONOR, msmeId: PASAR, partner: 'amanah' } as const;
export const loanOfRelend = {
  loanId: `${RELEND}.1`,
  collaborationId: RELEND,
  msmeId: WARUNG,
  partner: 'amanah',
} as const;
export const loanOfFailed = {
  loanId: `${FAILED}.1`,
  collaborationId: FAILED,
  msmeId: WARUNG,
  partner: 'lumbung',
} as const;
export const loanTakenBack = { ...loanOfFailed, loanId: `${FAILED}.3` };
export const bookkeeping = {
  trainingId: `${DONOR}.bookkeeping`,
  collaborationId: DONOR,
  topic: 'bookkeeping',
  skill: 'hard',
} as const;
export const leadership = {
  trainingId: `${FAILED}.leadership`,
  collaborationId: FAILED,
  topic: 'leadership',
  skill: 'soft',
} as const;
export const lot = (generation: number, amountRupiah: number) => [
  { donorCollaborationId: DONOR, generation, amountRupiah },
];
export const session = { startsAt: time, endsAt: '2026-11-24T09:00:00.000Z', place: 'Balai Kota' };
export const receipt = { collaborationId: DONOR, msmeId: PASAR, confirmedAt: time };

export function capital(
  about: { loanId: string; msmeId: string; partner: 'amanah' | 'lumbung' },
  amountRupiah: number,
): ConfirmedLine {
  const { loanId: lineId, msmeId, partner } = about;
  return {
    ...place,
    lineId,
    msmeId,
    needId: `${msmeId}.capital`,
    package: 'capital',
    amountRupiah,
    partner,
    instalments: 3,
  };
}
