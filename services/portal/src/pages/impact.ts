import type { Totals } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Texts } from '../i18n/id.ts';
import { barChart, type Chart } from '../layout/bars.ts';
import { partnerName } from '../layout/needs.ts';
import { definitions, table } from '../layout/parts.ts';
import { unwrap } from '../services/call.ts';
import type { Services } from '../services/clients.ts';
import type { Page, PageRequest } from '../web/page.ts';

function bigNumbers({ texts, format }: PageRequest, totals: Totals): VNode {
  const words = texts.impact;
  return definitions('big-numbers', [
    [words.msmesListed, format.count(totals.msmesListed)],
    [words.msmesHelped, format.count(totals.msmesHelped)],
    [words.commitments, format.count(totals.commitmentsConfirmed)],
    [words.closed, format.count(totals.commitmentsClosed)],
  ]);
}

type Section = Chart & { id: string; title: string; head: string[]; rows: string[][] };

function section({ impact }: Texts, { id, title, words, write, bars, head, rows }: Section): VNode {
  return html`<section class="card" aria-labelledby=${id}>
    <h2 id=${id}>${title}</h2>
    ${
      rows.length === 0
        ? html`<p class="empty">${impact.none}</p>`
        : [barChart({ words, write, bars }), table(impact.tableOf(title), head, rows)]
    }
  </section>`;
}

function goodsSection({ texts, format }: PageRequest, { goods }: Totals): VNode {
  const words = texts.impact;
  return section(texts, {
    id: 'goods-title',
    title: words.goods,
    words: { whole: words.promised, part: words.confirmed },
    write: format.count,
    bars: goods.map(({ item, promised, confirmed }) => ({ name: texts.item[item], whole: promised, part: confirmed })),
    head: [words.item, words.promised, words.reported, words.confirmed],
    rows: goods.map(({ item, promised, reported, confirmed }) => [
      texts.item[item],
      ...[promised, reported, confirmed].map(format.count),
    ]),
  });
}

function loansSection({ texts, format }: PageRequest, { loans }: Totals): VNode {
  const words = texts.impact;
  return section(texts, {
    id: 'loans-title',
    title: words.loans,
    words: { whole: words.disbursed, part: words.repaid },
    write: format.rupiah,
    bars: loans.map(({ partner, disbursedRupiah, repaidRupiah }) => ({
      name: partnerName(texts, partner),
      whole: disbursedRupiah,
      part: repaidRupiah,
    })),
    head: [words.partner, words.contracts, words.promised, words.disbursed, words.repaid, words.relent],
    rows: loans.map((loan) => [
      partnerName(texts, loan.partner),
      format.count(loan.contracts),
      ...[loan.promisedRupiah, loan.disbursedRupiah, loan.repaidRupiah, loan.relentRupiah].map(format.rupiah),
    ]),
  });
}

function trainingsSection({ texts, format }: PageRequest, { trainings }: Totals): VNode {
  const words = texts.impact;
  return section(texts, {
    id: 'trainings-title',
    title: words.trainings,
    words: { whole: words.seats, part: words.attended },
    write: format.count,
    bars: trainings.map(({ topic, promisedSeats, attended }) => ({
      name: texts.topic[topic],
      whole: promisedSeats,
      part: attended,
    })),
    head: [words.topic, words.seats, words.scheduled, words.held, words.attended, words.reportedTrainings],
    rows: trainings.map(({ topic, promisedSeats, scheduled, held, attended, reported }) => [
      texts.topic[topic],
      ...[promisedSeats, scheduled, held, attended, reported].map(format.count),
    ]),
  });
}

function impactView(pageRequest: PageRequest, totals: Totals): VNode {
  const { texts, format } = pageRequest;
  return html`<div class="page impact">
    <h1>${texts.impact.title}</h1>
    <p class="lead">${texts.impact.intro}</p>
    ${bigNumbers(pageRequest, totals)} ${goodsSection(pageRequest, totals)} ${loansSection(pageRequest, totals)}
    ${trainingsSection(pageRequest, totals)}
    <p class="hint">${texts.impact.asOf(format.dateTime(totals.asOf))}</p>
  </div>`;
}

/** The totals of all collaborations, as numbers, bars and tables. */
export function impactPage({ reporting }: Pick<Services, 'reporting'>): Page {
  return {
    method: 'get',
    path: '/impact',
    handle: async (pageRequest) => ({
      kind: 'page',
      title: pageRequest.texts.impact.title,
      body: impactView(pageRequest, unwrap(await reporting.totals())),
    }),
  };
}
