import {
  helpAmount,
  lineOutcome,
  type LineOutcome,
  makeCommitmentRequest,
  type MakeCommitmentRequest,
  type RequestedLine,
} from '@ksbb/contracts';
import { z } from 'zod';
import { id } from '../../i18n/id.ts';
import { hasText } from '../../i18n/language.ts';
import { readAmount } from '../../web/typed-input.ts';
import type { SelectedMsme } from './selected-msmes.ts';

/** The fields of the form as they were typed. */
export type Draft = URLSearchParams;

/** What is wrong with a field, or with the whole form. */
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

/** By the name of the field; '' stands for the whole form. */
type Errors = Map<string, DraftError>;

type Checked = { ok: true; request: MakeCommitmentRequest } | { ok: false; errors: Errors };

const MAX_LINES = 50;

/** The names of the fields of one need. */
export const amountField = (needId: string) => `amount.${needId}`;
export const partnerField = (needId: string) => `partner.${needId}`;
export const instalmentsField = (needId: string) => `instalments.${needId}`;

function checkAmount(draft: Draft, name: string, declared: number, errors: Errors): number | undefined {
  const amount = readAmount(draft.get(name) ?? '');
  if (amount === undefined) return undefined;
  if (amount === null) errors.set(name, 'number');
  else if (amount < 1) errors.set(name, 'at-least-one');
  else if (amount > declared) errors.set(name, 'more-than-declared');
  return amount ?? undefined;
}

/** The line for one need, or undefined if its amount is empty or a field of it is wrong. */
function checkNeed(
  draft: Draft,
  { msme }: SelectedMsme,
  need: SelectedMsme['needs'][number]['need'],
  errors: Errors,
): RequestedLine | undefined {
  const amount = checkAmount(draft, amountField(need.needId), helpAmount(need), errors);
  if (amount === undefined) return undefined;
  const place = { msmeId: msme.msmeId, needId: need.needId };
  if (need.package === 'goods') return { ...place, package: 'goods', quantity: amount };
  if (need.package === 'training') return { ...place, package: 'training', seats: amount };
  const partner = draft.get(partnerField(need.needId)) ?? '';
  const isOffered = hasText(id.partnerLong, partner);
  const instalments = readAmount(draft.get(instalmentsField(need.needId)) ?? '');
  if (!isOffered) errors.set(partnerField(need.needId), 'partner');
  if (typeof instalments !== 'number' || instalments < 1 || instalments > 24)
    errors.set(instalmentsField(need.needId), 'instalments');
  if (!isOffered || typeof instalments !== 'number') return undefined;
  return { ...place, package: 'capital', amountRupiah: amount, partner, instalments };
}

/** The field of the form that gave a field of the request, and its error. */
function fieldOf(path: readonly PropertyKey[], lines: readonly RequestedLine[]): [string, DraftError] {
  const [first, second] = path;
  if (first === 'consent') return ['consent', 'consent'];
  if (first === 'donor' && (second === 'name' || second === 'kind' || second === 'email' || second === 'phone'))
    return [second, second];
  const line = first === 'lines' && typeof second === 'number' ? lines[second] : undefined;
  if (line !== undefined && path[2] === 'partner') return [partnerField(line.needId), 'partner'];
  return line === undefined ? ['', 'rejected'] : [amountField(line.needId), 'rejected'];
}

/**
 * Reads a sent form against the MSMEs it was made for. More than is open is accepted: the commitment service covers
 * what is left and says so. More than was declared is a typing error and is refused here.
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
  for (const { path } of request.error?.issues ?? []) {
    // the number of lines was checked above, with an error of its own
    if (path[0] === 'lines' && path.length === 1) continue;
    const [field, error] = fieldOf(path, lines);
    if (!errors.has(field)) errors.set(field, error);
  }
  return request.success && errors.size === 0 ? { ok: true, request: request.data } : { ok: false, errors };
}

const uncovered = z.object({ lines: z.array(lineOutcome) });

/** The fields that the service refused: malformed fields, and needs that others have covered meanwhile. */
export function refusedFields(
  { errors, extensions }: { errors: readonly { pointer: string }[]; extensions: Record<string, unknown> },
  request: MakeCommitmentRequest,
): Errors {
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
