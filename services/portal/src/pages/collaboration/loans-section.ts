import type { FundChain, LoanView } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { progressBar } from '../../layout/bars.ts';
import { arrowIcon, packageIcon } from '../../layout/icons.ts';
import { partnerName } from '../../layout/needs.ts';
import { notice, table } from '../../layout/parts.ts';
import type { PageRequest } from '../../web/page.ts';
import type { Loaded } from './load.ts';

function signature({ texts }: PageRequest, { status, signUrl, partner }: LoanView): VNode | null {
  const words = texts.collaboration.loans;
  if (status === 'requested' || status === 'forwarding' || status === 'parked')
    return html`<p class="hint">${words.waiting}</p>`;
  if (status !== 'awaiting-signature') return null;
  if (signUrl === null) return html`<p class="sign"><a href="#access">${words.signOpen}</a></p>`;
  return html`<p class="sign">
    <a class="button accent" href=${signUrl} rel="noreferrer">${words.sign}${arrowIcon()}</a>
    <span class="hint">${words.signHint(partnerName(texts, partner))}</span>
  </p>`;
}

/** All loans that were made from this money, in the order in which they were made. */
function chainList({ texts, format, to }: PageRequest, { links }: FundChain): VNode {
  const words = texts.collaboration.loans;
  return html`<h4>${words.chain}</h4>
    <ol class="chain">
      ${links.map(
        ({ generation, msmeName, msmeId, amountRupiah, repaidRupiah, status }) =>
          html`<li>
            <strong>${words.generation(generation)}</strong>: ${format.rupiah(amountRupiah)},${' '}
            <a href=${to(`/msmes/${msmeId}`)}>${msmeName}</a>
            <span class="meta"
              >${words.status[status]}. ${words.repaid(format.rupiah(repaidRupiah), format.rupiah(amountRupiah))}</span
            >
          </li>`,
      )}
    </ol>`;
}

function loanCard(pageRequest: PageRequest, loan: LoanView, chain: FundChain | undefined): VNode {
  const { texts, format } = pageRequest;
  const words = texts.collaboration.loans;
  const rows = loan.schedule.map(({ instalment, dueDate, amountRupiah, paidRupiah }) => [
    String(instalment),
    format.date(dueDate),
    format.rupiah(amountRupiah),
    format.rupiah(paidRupiah),
  ]);
  return html`<li class="card loan">
    <div class="line-head">
      <h3>${packageIcon('capital')}${format.rupiah(loan.amountRupiah)}, ${loan.msmeName}</h3>
      <span class=${`badge loan-${loan.status}`}>${words.status[loan.status]}</span>
    </div>
    <p class="meta">${partnerName(texts, loan.partner, 'partnerLong')}</p>
    ${signature(pageRequest, loan)}
    ${
      loan.repaidRupiah > 0 || rows.length > 0
        ? html`${progressBar({ total: loan.amountRupiah, parts: [{ kind: 'delivered', value: loan.repaidRupiah }] })}
            <p class="meta">${words.repaid(format.rupiah(loan.repaidRupiah), format.rupiah(loan.amountRupiah))}</p>`
        : null
    }
    ${
      rows.length === 0
        ? null
        : table(`${words.schedule}, ${loan.msmeName}`, [words.instalment, words.due, words.amount, words.paid], rows)
    }
    ${chain === undefined ? null : chainList(pageRequest, chain)}
  </li>`;
}

/** The loans of a collaboration: status, link to sign, schedule, and the next loans of repaid money. */
export function loansSection(pageRequest: PageRequest, { collaboration, loans, chains }: Loaded): VNode | null {
  if (!collaboration.lines.some((line) => line.package === 'capital')) return null;
  const words = pageRequest.texts.collaboration.loans;
  return html`<section id="loans" aria-labelledby="loans-title">
    <h2 id="loans-title">${words.title}</h2>
    ${loans === null ? notice('bad', words.away) : null}
    ${loans?.length === 0 ? html`<p class="hint">${words.waiting}</p>` : null}
    <ul class="loans">
      ${(loans ?? []).map((loan) => loanCard(pageRequest, loan, chains.get(loan.loanId)))}
    </ul>
  </section>`;
}
