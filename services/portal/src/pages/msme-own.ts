import {
  type collaborationContacts,
  type CollaborationView,
  confirmReceiptRequest,
  isCollaborationId,
} from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { z } from 'zod';
import { fieldsOf, numberField, type RejectedForm, textField } from '../layout/field.ts';
import { packageIcon } from '../layout/icons.ts';
import { lineName } from '../layout/needs.ts';
import { notice } from '../layout/parts.ts';
import { statusOfFailure, unwrap } from '../services/call.ts';
import type { Services } from '../services/clients.ts';
import { type Page, type PageRequest, type PageResponse, seeOther } from '../web/page.ts';
import { readAmount } from '../web/typed-input.ts';
import { messageView, problemText } from './error-page.ts';

type Report = CollaborationView['reports'][number];

type MsmeOwnPage = {
  collaboration: CollaborationView;
  contacts: z.output<typeof collaborationContacts>;
  token: string;
  rejected: RejectedForm | null;
};

/** The name of the form of one report, which the ids of its fields contain. */
const formOf = ({ lineId, reportId }: Pick<Report, 'lineId' | 'reportId'>) => `${lineId}-${reportId}`;

function receiptForm(pageRequest: PageRequest, { collaboration, token, rejected }: MsmeOwnPage, report: Report): VNode {
  const { texts, to } = pageRequest;
  const words = texts.collaboration.msmeOwn;
  const fields = fieldsOf(rejected, formOf(report));
  return html`<form method="post" action=${to(`/m/${collaboration.collaborationId}/${token}/receipts`)} novalidate>
    <input type="hidden" name="reportId" value=${report.reportId} />
    <input type="hidden" name="lineId" value=${report.lineId} />
    ${numberField({
      ...fields.of('quantity', String(report.reportedQuantity)),
      label: words.quantity,
      maxlength: 12,
      className: 'short',
    })}
    ${textField({ ...fields.of('note'), label: words.note, rows: 2, maxlength: 500 })}
    <button class="button accent" type="submit">${words.submit}</button>
  </form>`;
}

function reportCard(pageRequest: PageRequest, page: MsmeOwnPage, report: Report): VNode {
  const { texts, format } = pageRequest;
  const words = texts.collaboration.msmeOwn;
  const line = page.collaboration.lines.find(({ lineId }) => lineId === report.lineId);
  const amount = (value: number) => format.amount('goods', value);
  return html`<li class="card report">
    <div class="line-head">
      <h3>${packageIcon('goods')}${line === undefined ? report.lineId : lineName(texts, line)}</h3>
      <span class=${report.confirmedQuantity === null ? 'badge needs' : 'badge covered'}
        >${report.confirmedQuantity === null ? words.waiting : words.answered}</span
      >
    </div>
    <p>${words.reported(amount(report.reportedQuantity), format.date(report.reportedAt))}</p>
    ${report.note === '' ? null : html`<p class="note">${report.note}</p>`}
    ${
      report.confirmedQuantity === null
        ? receiptForm(pageRequest, page, report)
        : html`<p><strong>${words.confirmed(amount(report.confirmedQuantity))}</strong></p>`
    }
  </li>`;
}

function donorContact({ texts }: PageRequest, { donor }: MsmeOwnPage['contacts']): VNode | null {
  if (donor === null) return null;
  return html`<section class="card" aria-labelledby="contact-title">
    <h2 id="contact-title">${texts.collaboration.contacts.title}</h2>
    <p>
      ${donor.name ?? texts.collaboration.anonymous}<br /><a href=${`mailto:${donor.email}`}>${donor.email}</a>${
        donor.phone === null ? null : html`<br /><a href=${`tel:${donor.phone}`}>${donor.phone}</a>`
      }
    </p>
  </section>`;
}

function msmeOwnView(pageRequest: PageRequest, page: MsmeOwnPage): VNode {
  const { texts, format, query } = pageRequest;
  const words = texts.collaboration.msmeOwn;
  const { collaboration, contacts, rejected } = page;
  const mine = new Set(contacts.msmes.map(({ msmeId }) => msmeId));
  const lines = collaboration.lines.filter(({ msmeId }) => mine.has(msmeId));
  const reports = collaboration.reports.filter(({ lineId }) => lines.some((line) => line.lineId === lineId));
  return html`<div class="page narrow msme-own">
    <header class="collaboration-head">
      <p class="eyebrow">${collaboration.collaborationId}</p>
      <h1>${contacts.msmes[0]?.msmeName ?? words.title}</h1>
      <p class="lead">${words.intro}</p>
    </header>
    ${query.get('done') === 'receipt' && rejected === null ? notice('good', texts.collaboration.done.receipt) : null}
    ${rejected?.problem === undefined ? null : notice('bad', rejected.problem)}
    <h2>${texts.collaboration.reports}</h2>
    ${reports.length === 0 ? html`<p class="empty">${words.none}</p>` : null}
    <ul class="reports">
      ${reports.map((report) => reportCard(pageRequest, page, report))}
    </ul>
    <h2>${words.promises}</h2>
    <ul class="promises">
      ${lines.map(
        (line) =>
          html`<li>
            ${packageIcon(line.package)}<span
              >${format.amount(line.package, line.promised)} ${lineName(texts, line)}</span
            >
          </li>`,
      )}
    </ul>
    ${donorContact(pageRequest, contacts)}
  </div>`;
}

type Deps = Pick<Services, 'commitment'>;

const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

function badLink(pageRequest: PageRequest): PageResponse {
  const { texts } = pageRequest;
  return {
    kind: 'page',
    status: 403,
    title: texts.error.refusedTitle,
    body: messageView(pageRequest, { title: texts.error.refusedTitle, text: texts.collaboration.msmeOwn.link }),
  };
}

/** The current page. The answer with the contacts also shows that the token is valid, and whose it is. */
async function show(
  { commitment }: Deps,
  pageRequest: PageRequest,
  rejected: RejectedForm | null = null,
  status = 200,
): Promise<PageResponse> {
  const { id = '', token = '' } = pageRequest.params;
  if (!isCollaborationId(id) || !TOKEN.test(token)) return badLink(pageRequest);
  const [contactsReply, collaboration] = await Promise.all([
    commitment.contacts(id, token),
    commitment.collaboration(id),
  ]);
  if (contactsReply.kind === 'refusal') return badLink(pageRequest);
  const contacts = unwrap(contactsReply);
  return {
    kind: 'page',
    status,
    title: pageRequest.texts.collaboration.msmeOwn.title,
    confidential: true,
    at: `/m/${id}/${token}`,
    body: msmeOwnView(pageRequest, { collaboration: unwrap(collaboration), contacts, token, rejected }),
  };
}

/** The page of one MSME in one collaboration, at the link that the MSME has received. */
export function msmeOwnPage(deps: Deps): Page {
  return { method: 'get', path: '/m/:id/:token', handle: (pageRequest) => show(deps, pageRequest) };
}

/** Takes the MSME's confirmation of how much of one report has arrived. */
export function confirmReceiptPage(deps: Deps): Page {
  return {
    method: 'post',
    path: '/m/:id/:token/receipts',
    handle: async (pageRequest) => {
      const { form, texts, params } = pageRequest;
      const { id = '', token = '' } = params;
      if (!isCollaborationId(id) || !TOKEN.test(token)) return badLink(pageRequest);
      const about = { reportId: form.get('reportId') ?? '', lineId: form.get('lineId') ?? '' };
      const again = (status: number, error: string) =>
        show(
          deps,
          pageRequest,
          { form: formOf(about), draft: form, errors: new Map([['quantity', error]]), problem: error },
          status,
        );
      const quantity = readAmount(form.get('quantity') ?? '');
      if (typeof quantity !== 'number') return again(422, texts.collaboration.formErrors.number);
      const request = confirmReceiptRequest.safeParse({ ...about, quantity, note: form.get('note') ?? '' });
      if (!request.success) return again(422, texts.collaboration.formErrors.rejected);
      const reply = await deps.commitment.confirmReceipt(id, request.data, token);
      if (reply.kind === 'answer')
        return seeOther(pageRequest.to(`/m/${id}/${token}`, new URLSearchParams({ done: 'receipt' })));
      return again(statusOfFailure(reply), problemText(texts, reply));
    },
  };
}
