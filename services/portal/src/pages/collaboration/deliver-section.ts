import { randomUUID } from 'node:crypto';
import type { CollaborationView } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { errorSummary, fieldsOf, numberField, type RejectedForm, textField } from '../../layout/field.ts';
import { lineName } from '../../layout/needs.ts';
import { notice } from '../../layout/parts.ts';
import type { PageRequest } from '../../web/page.ts';
import { leftToReport } from './lines-section.ts';

/** The name of the field for the delivered amount of a line. */
export const quantityField = (lineId: string) => `quantity.${lineId}`;

/** The goods lines that can still be reported; none if the collaboration has no PIN. */
function linesToReport({ lines, reports, origin }: CollaborationView): CollaborationView['lines'] {
  return origin === 'donor' ? lines.filter((line) => line.package === 'goods' && leftToReport(line, reports) > 0) : [];
}

/** Whether a delivery of goods can still be reported. */
export function canReport(collaboration: CollaborationView): boolean {
  return linesToReport(collaboration).length > 0;
}

/** The form for reporting delivered goods; null if no line can still be reported. */
export function deliverSection(
  pageRequest: PageRequest,
  collaboration: CollaborationView,
  rejected: RejectedForm | null,
): VNode | null {
  const { collaborationId, reports } = collaboration;
  const { texts, format, to } = pageRequest;
  const words = texts.collaboration.deliver;
  const openLines = linesToReport(collaboration);
  const fields = fieldsOf(rejected, 'deliver');
  if (openLines.length === 0 && fields.errors.size === 0) return null;
  return html`<section class="card form-card" id="deliver" aria-labelledby="deliver-title">
    <h2 id="deliver-title">${words.title}</h2>
    <p>${words.intro}</p>
    ${fields.problem === undefined ? null : notice('bad', fields.problem)}
    ${errorSummary(texts.help.errorTitle, fields.errors, 'deliver')}
    <form method="post" action=${to(`/collaborations/${collaborationId}/deliveries`)} novalidate>
      <input type="hidden" name="key" value=${fields.of('key', randomUUID()).value} />
      ${openLines.map((line) =>
        numberField({
          ...fields.of(quantityField(line.lineId)),
          label: words.quantity(`${lineName(texts, line)}, ${line.msmeName}`),
          hint: words.left(format.amount('goods', leftToReport(line, reports))),
          maxlength: 12,
        }),
      )}
      ${textField({ ...fields.of('note'), label: words.note, rows: 2, maxlength: 500 })}
      ${numberField({
        ...fields.of('pin'),
        value: '',
        label: words.pin,
        hint: words.pinHint,
        maxlength: 6,
        className: 'code short',
      })}
      <button class="button" type="submit">${words.submit}</button>
    </form>
  </section>`;
}
