import type { Totals } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import { barChart } from '../layout/bars.ts';
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

function section(id: string, title: string, none: string, isEmpty: boolean, content: () => ComponentChildren): VNode {
  return html`<section class="card" aria-labelledby=${id}>
    <h2 id=${id}>${title}</h2>
    ${isEmpty ? html`<p class="empty">${none}</p>` : content()}
  </section>`;
}

function goodsSection({ texts, format }: PageRequest, { goods }: Totals): VNode {
  const words = texts.impact;
  return section('goods-title', words.goods, words.none, goods.length === 0, () => [
    barChart({
      words: { whole: words.promised, part: words.confirmed },
      bars: goods.map(({ item, promised, confirmed }) => ({
        name: texts.item[item],
        whole: promised,
        part: confirmed,
        text: `${format.count(confirmed)} / ${format.count(promised)}`,
      })),
    }),
    table(
      words.tableOf(words.goods),
      [words.item, words.promised, words.reported, words.confirmed],
      goods.map(({ item, promised, reported, confirmed }) => [
        texts.item[item],
        format.count(promised),
        format.count(reported),
        format.count(confirmed),
      ]),
    ),
  ]);
}

function loansSection({ texts, format }: PageRequest, { loans }: Totals): VNode {
  const words = texts.impact;
  return section('loans-title', words.loans, words.none, loans.length === 0, () => [
    barChart({
      words: { whole: words.disbursed, part: words.repaid },
      bars: loans.map(({ partner, disbursedRupiah, repaidRupiah }) => ({
        name: texts.partner[partner],
        whole: disbursedRupiah,
        part: repaidRupiah,
        text: `${format.rupiah(repaidRupiah)} / ${format.rupiah(disbursedRupiah)}`,
      })),
    }),
    table(
      words.tableOf(words.loans),
      [words.partner, words.contracts, words.promised, words.disbursed, words.repaid, words.relent],
      loans.map((loan) => [
        texts.partner[loan.partner],
        format.count(loan.contracts),
        ...[loan.promisedRupiah, loan.disbursedRupiah, loan.repaidRupiah, loan.relentRupiah].map(format.rupiah),
      ]),
    ),
  ]);
}

function trainingsSection({ texts, format }: PageRequest, { trainings }: Totals): VNode {
  const words = texts.impact;
  return section('trainings-title', words.trainings, words.none, trainings.length === 0, () => [
    barChart({
      words: { whole: words.seats, part: words.attended },
      bars: trainings.map(({ topic, promisedSeats, attended }) => ({
        name: texts.topic[topic],
        whole: promisedSeats,
        part: attended,
        text: `${format.count(attended)} / ${format.count(promisedSeats)}`,
      })),
    }),
    table(
      words.tableOf(words.trainings),
      [words.topic, words.seats, words.scheduled, words.held, words.attended, words.reportedTrainings],
      trainings.map(({ topic, promisedSeats, scheduled, held, attended, reported }) => [
        texts.topic[topic],
        ...[promisedSeats, scheduled, held, attended, reported].map(format.count),
      ]),
    ),
  ]);
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
