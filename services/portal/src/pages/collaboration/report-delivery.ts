import { randomUUID } from 'node:crypto';
import type { ReportDeliveryRequest } from '@ksbb/contracts';
import type { Texts } from '../../i18n/texts.ts';
import { Refused, ServiceAway } from '../../services/outcome.ts';
import type { Services } from '../../services/services.ts';
import { readAmount } from '../../web/amount.ts';
import { type Page, seeOther } from '../../web/page.ts';
import { problemText } from '../problem-text.ts';
import { quantityField } from './deliver-section.ts';
import { showCollaboration, withCollaboration } from './route.ts';

type Words = Texts['collaboration']['formErrors'];
type Checked = { ok: true; request: ReportDeliveryRequest } | { ok: false; errors: Map<string, string> };

const PREFIX = quantityField('');
const PIN = /^\d{6}$/;

/** Reads the form of a delivery report. Which lines may be reported and how much, the commitment service decides. */
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

/** What the service found wrong, at the fields of the form. */
function refusedFields({ refusal }: Refused, { lines }: ReportDeliveryRequest, words: Words): Map<string, string> {
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

/** The donor says, with the PIN, which goods were delivered. */
export function reportDeliveryPage(services: Services): Page {
  return {
    method: 'post',
    path: '/collaborations/:id/deliveries',
    handle: (visit) =>
      withCollaboration(visit, async (id) => {
        const { form, texts } = visit;
        const words = texts.collaboration.formErrors;
        const again = (status: number, errors: Map<string, string>, problem?: string) =>
          showCollaboration(
            services,
            visit,
            id,
            { form: 'deliver', draft: form, errors, ...(problem === undefined ? {} : { problem }) },
            status,
          );
        const checked = readReport(form, id, words);
        if (!checked.ok) return again(422, checked.errors);
        const key = /^[\x21-\x7e]{8,128}$/.test(form.get('key') ?? '') ? (form.get('key') ?? '') : randomUUID();
        const reply = await services.commitment.reportDelivery(id, checked.request, key);
        if (reply.kind === 'answer')
          return seeOther(visit.to(`/collaborations/${id}`, new URLSearchParams({ done: 'delivery' })));
        if (reply.kind === 'away') return again(503, new Map(), problemText(texts, new ServiceAway(reply.service)));
        const refused = new Refused(reply);
        if (reply.slug === 'idempotency-key-reused') form.set('key', randomUUID());
        const errors = refusedFields(refused, checked.request, words);
        return again(reply.status, errors, errors.has('pin') ? undefined : problemText(texts, refused));
      }),
  };
}
