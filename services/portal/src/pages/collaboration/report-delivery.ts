import { randomUUID } from 'node:crypto';
import type { ReportDeliveryRequest } from '@ksbb/contracts';
import type { Texts } from '../../i18n/id.ts';
import { type Refusal, statusOfFailure } from '../../services/call.ts';
import type { Services } from '../../services/clients.ts';
import { formKey, type Page } from '../../web/page.ts';
import { readAmount } from '../../web/typed-input.ts';
import { problemText } from '../error-page.ts';
import { quantityField } from './deliver-section.ts';
import { acceptForm, rejectForm, withCollaboration } from './route.ts';

type Words = Texts['collaboration']['formErrors'];
type Checked = { ok: true; request: ReportDeliveryRequest } | { ok: false; errors: Map<string, string> };

const PREFIX = quantityField('');
const PIN = /^\d{6}$/;

/** Reads the form of a delivery report. The commitment service decides which lines and amounts it accepts. */
export function readReport(form: URLSearchParams, collaborationId: string, words: Words): Checked {
  const errors = new Map<string, string>();
  const lines: ReportDeliveryRequest['lines'] = [];
  for (const [name, typed] of form) {
    if (!name.startsWith(`${PREFIX}${collaborationId}.`)) continue;
    const quantity = readAmount(typed);
    if (quantity === null) errors.set(name, words.number);
    else if (quantity !== undefined && quantity > 0) lines.push({ lineId: name.slice(PREFIX.length), quantity });
  }
  const note = (form.get('note') ?? '').trim();
  const pin = (form.get('pin') ?? '').trim();
  if (errors.size === 0 && lines.length === 0) errors.set('', words.nothing);
  if (note.length > 500) errors.set('note', words.note);
  if (!PIN.test(pin)) errors.set('pin', words.pin);
  return errors.size === 0 ? { ok: true, request: { pin, lines, note } } : { ok: false, errors };
}

/** The errors of a refusal, by the fields of the form. */
function refusedFields(refusal: Refusal, { lines }: ReportDeliveryRequest, words: Words): Map<string, string> {
  if (refusal.slug === 'wrong-pin') return new Map([['pin', words['wrong-pin']]]);
  return new Map(
    refusal.errors.map(({ pointer }): [string, string] => {
      const at = /^\/lines\/(\d+)/.exec(pointer)?.[1];
      const line = at === undefined ? undefined : lines[Number(at)];
      if (line === undefined) return ['', words.rejected];
      return [quantityField(line.lineId), pointer.endsWith('/quantity') ? words['more-than-promised'] : words.rejected];
    }),
  );
}

/** Takes the donor's report of delivered goods, with the PIN. */
export function reportDeliveryPage(services: Services): Page {
  return {
    method: 'post',
    path: '/collaborations/:id/deliveries',
    handle: (pageRequest) =>
      withCollaboration(pageRequest, async (id) => {
        const { form, texts } = pageRequest;
        const words = texts.collaboration.formErrors;
        const reject = (status: number, errors?: Map<string, string>, problem?: string) =>
          rejectForm(services, pageRequest, id, { form: 'deliver', status, ...(errors && { errors }), problem });
        const checked = readReport(form, id, words);
        if (!checked.ok) return reject(422, checked.errors);
        const reply = await services.commitment.reportDelivery(id, checked.request, formKey(form));
        if (reply.kind === 'answer') return acceptForm(pageRequest, id, 'delivery');
        const problem = problemText(texts, reply);
        if (reply.kind === 'unavailable') return reject(statusOfFailure(reply), undefined, problem);
        if (reply.slug === 'idempotency-key-reused') form.set('key', randomUUID());
        const errors = refusedFields(reply, checked.request, words);
        return reject(reply.status, errors, errors.has('pin') ? undefined : problem);
      }),
  };
}
