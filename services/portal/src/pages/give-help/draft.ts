import {
  declaredAmount,
  lineOutcome,
  type LineOutcome,
  makeCommitmentRequest,
  type MakeCommitmentRequest,
  partner,
  type RequestedLine,
} from '@ksbb/contracts';
import { z } from 'zod';
import { readAmount } from '../../web/typed-input.ts';
import type { SelectedMsme } from './selected-msmes.ts';

/** A form as it was sent: every field as typed. */
export type Draft = URLSearchParams;

/** What is wrong, by the name of the field; '' is the form as a whole. */
export type DraftError =
  | 'number'
  | 'at-least-one'
  | 'more-than-declared'
  | 'too-large'
  | 'partner'
  | 'instalments'
  | 'nothing'
  | 'too-many-lines'
  | 'name'
  | 'kind'
  | 'email'
  | 'phone'
  | 'consent'
  | 'rejected'
  | NonNullable<LineOutcome['shortfallReason']>;

export type Checked = { ok: true; request: MakeCommitmentRequest } | { ok: false; errors: Map<string, DraftError> };

const MAX_LINES = 50;

/** The names of the fields of one need. */
export const amountField = (needId: string) => `amount.${needId}`;
export const partnerField = (needId: string) => `partner.${needId}`;
export const instalmentsField = (needId: string) => `instalments.${needId}`;

type Errors = Map<string, DraftError>;

function checkAmount(draft: Draft, name: string, declared: number, errors: Errors): number | undefined {
  const amount = readAmount(draft.get(name) ?? '');
  if (amount === undefined) return undefined;
  if (amount === null) errors.set(name, 'number');
  else if (amount < 1) errors.set(name, 'at-least-one');
  else if (amount > declared) errors.set(name, 'more-than-declared');
  return amount ?? undefined;
}

/** The line for one need, or undefined where nothing is given to it or what was typed is wrong. */
function checkNeed(
  draft: Draft,
  { msme }: SelectedMsme,
  need: SelectedMsme['needs'][number]['need'],
  errors: Errors,
): RequestedLine | undefined {
  const amount = checkAmount(draft, amountField(need.needId), declaredAmount(need), errors);
  if (amount === undefined) return undefined;
  const place = { msmeId: msme.msmeId, needId: need.needId };
  if (need.package === 'goods') return { ...place, package: 'goods', quantity: amount };
  if (need.package === 'training') return { ...place, package: 'training', seats: amount };
  const chosen = partner.safeParse(draft.get(partnerField(need.needId)));
  const instalments = readAmount(draft.get(instalmentsField(need.needId)) ?? '');
  if (!chosen.success) errors.set(partnerField(need.needId), 'partner');
  if (typeof instalments !== 'number' || instalments < 1 || instalments > 24)
    errors.set(instalmentsField(need.needId), 'instalments');
  if (!chosen.success || typeof instalments !== 'number') return undefined;
  return { ...place, package: 'capital', amountRupiah: amount, partner: chosen.data, instalments };
}

/** Which field of the form a field of the request comes from, and what is then wrong with it. */
function fieldOf(path: readonly PropertyKey[], lines: readonly RequestedLine[]): [string, DraftError] {
  const [first, second] = path;
  if (first === 'consent') return ['consent', 'consent'];
  if (first === 'donor' && (second === 'name' || second === 'kind' || second === 'email' || second === 'phone'))
    return [second, second];
  const line = first === 'lines' && typeof second === 'number' ? lines[second] : undefined;
  return line === undefined ? ['', 'rejected'] : [amountField(line.needId), 'rejected'];
}

/**
 * Reads a sent form against the MSMEs it was made for. Giving more than is open is let through: the commitment service
 * covers what is left and says so; more than was ever declared is a slip of the hand and is refused here.
 */
export function checkDraft(draft: Draft, msmes: readonly SelectedMsme[]): Checked {
  const errors: Errors = new Map();
  const lines = msmes.flatMap((selected) =>
    selected.needs.flatMap(({ need }) => checkNeed(draft, selected, need, errors) ?? []),
  );
  if (errors.size === 0 && lines.length === 0) errors.set('', 'nothing');
  if (lines.length > MAX_LINES) errors.set('', 'too-many-lines');
  const phone = (draft.get('phone') ?? '').trim();
  const request = makeCommitmentRequest.safeParse({
    donor: {
      name: draft.get('name') ?? '',
      kind: draft.get('kind') ?? '',
      email: (draft.get('email') ?? '').trim(),
      ...(phone === '' ? {} : { phone }),
      anonymous: draft.get('anonymous') === 'yes',
    },
    consent: draft.get('consent') === 'yes',
    lines,
  });
  const aboutLines = (path: readonly PropertyKey[]) => path[0] === 'lines' && path.length === 1;
  for (const { path } of request.error?.issues ?? []) {
    if (aboutLines(path)) continue;
    const [field, error] = fieldOf(path, lines);
    if (!errors.has(field)) errors.set(field, error);
  }
  return request.success && errors.size === 0 ? { ok: true, request: request.data } : { ok: false, errors };
}

const uncovered = z.object({ lines: z.array(lineOutcome) });

/** The fields of the form that the service rejected: malformed ones, and needs that others have covered meanwhile. */
export function refusedFields(
  { errors, extensions }: { errors: readonly { pointer: string }[]; extensions: Record<string, unknown> },
  request: MakeCommitmentRequest,
): Map<string, DraftError> {
  const paths = errors.map(({ pointer }) =>
    pointer
      .split('/')
      .slice(1)
      .map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
  );
  const outcomes = uncovered.safeParse(extensions).data?.lines ?? [];
  return new Map([
    ...paths.map((path) => fieldOf(path, request.lines)),
    ...outcomes.flatMap(({ needId, shortfallReason }): [string, DraftError][] =>
      shortfallReason === null ? [] : [[amountField(needId), shortfallReason]],
    ),
  ]);
}
