import type { AreaList, msmeList, MsmeSummary } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { z } from 'zod';
import { categoryArt } from '../../layout/category-art.ts';
import { arrowIcon } from '../../layout/icons.ts';
import { needBadges, notice, originBadge, trackingForm } from '../../layout/parts.ts';
import type { PageRequest } from '../../web/page.ts';
import { filterPanel } from './filter-panel.ts';
import { type Filters, MAX_SELECTED, selectionQuery, writeFilters } from './filters.ts';
import { mapPanel, type MapSettings } from './map-panel.ts';

type MsmeList = z.output<typeof msmeList>;

type MainPage = { filters: Filters; list: MsmeList | null; areas: AreaList; map: MapSettings };

function msmeCard(
  pageRequest: PageRequest,
  { msmeId, name, category, origin, area, openNeeds }: MsmeSummary,
  selected: readonly string[],
): VNode {
  const { texts, to } = pageRequest;
  return html`<li class="card msme">
    <label class="pick">
      <input type="checkbox" name="msme" value=${msmeId} checked=${selected.includes(msmeId)} />
      <span class="visually-hidden">${texts.main.select(name)}</span>
    </label>
    ${categoryArt(category)}
    <div class="msme-words">
      <h3><a data-keep-selection href=${to(`/msmes/${msmeId}`, selectionQuery(selected))}>${name}</a></h3>
      <p class="meta">${texts.category[category]} · ${area.kelurahan}, ${area.kecamatan}</p>
      <p class="badges-row">${needBadges(pageRequest, openNeeds)} ${originBadge(pageRequest, origin)}</p>
    </div>
  </li>`;
}

/** Hidden fields for the selected MSMEs that are not on this page of the list. */
function selectedElsewhere(filters: Filters, list: MsmeList | null): VNode[] {
  const here = new Set((list?.items ?? []).map(({ msmeId }) => msmeId));
  return filters.selected
    .filter((id) => !here.has(id))
    .map((id) => html`<input type="hidden" name="msme" value=${id} />`);
}

function pager(pageRequest: PageRequest, filters: Filters, nextCursor: string | null): VNode | null {
  const { main } = pageRequest.texts;
  if (nextCursor === null && filters.cursor === undefined) return null;
  return html`<div class="pager">
    ${
      filters.cursor === undefined
        ? null
        : html`<button class="button quiet" type="submit" formaction=${pageRequest.to('/')}>${main.first}</button>`
    }
    ${
      nextCursor === null
        ? null
        : html`<button
            class="button quiet"
            type="submit"
            name="cursor"
            value=${nextCursor}
            formaction=${pageRequest.to('/')}
          >
            ${main.next}
          </button>`
    }
  </div>`;
}

/** The list. The page's script replaces only this section when filters change. */
function results(pageRequest: PageRequest, { filters, list }: MainPage): VNode {
  const { texts, format, to } = pageRequest;
  const filtered = writeFilters({ ...filters, selected: [], cursor: undefined }).size > 0;
  return html`<section id="results" class="results" aria-labelledby="list-title">
    <div class="results-head">
      <h2 id="list-title">${texts.main.list}</h2>
      <p id="count" class="count" role="status">
        ${list === null ? '' : texts.main.count(format.count(list.total), list.total)}
      </p>
      ${
        filtered
          ? html`<a class="reset" data-keep-selection href=${to('/', selectionQuery(filters.selected))}
              >${texts.main.reset}</a
            >`
          : null
      }
    </div>
    ${list === null ? notice('bad', texts.main.listAway) : null}
    ${list !== null && list.items.length === 0 ? html`<p class="empty">${texts.main.none}</p>` : null}
    <ul class="cards">
      ${(list?.items ?? []).map((item) => msmeCard(pageRequest, item, filters.selected))}
    </ul>
    ${selectedElsewhere(filters, list)} ${pager(pageRequest, filters, list?.nextCursor ?? null)}
  </section>`;
}

/** The bar that stays in view: the number of selected MSMEs, and the button to the commitment form. */
function selectionBar(pageRequest: PageRequest, { filters }: MainPage): VNode {
  const { texts, to } = pageRequest;
  const clear = writeFilters({ ...filters, selected: [] });
  const words = {
    zero: texts.main.selected(0),
    one: texts.main.selected(1),
    many: texts.main.selected(2).replace('2', '{count}'),
    limit: texts.main.selectedLimit(MAX_SELECTED),
  };
  return html`<div class="selection-bar">
    <div class="selection-bar-inner">
      <p class="selection-bar-words">
        <output id="selected" data-words=${JSON.stringify(words)} data-limit=${MAX_SELECTED}
          >${texts.main.selected(filters.selected.length)}</output
        >
        <a id="clear" href=${to('/', clear)} hidden=${filters.selected.length === 0}>${texts.main.clear}</a>
      </p>
      <button class="button accent large" type="submit" formaction=${to('/give-help')}>
        ${texts.giveHelp}${arrowIcon()}
      </button>
    </div>
  </div>`;
}

/** The main page; without a list, it says that the list is unavailable. */
export function mainView(pageRequest: PageRequest, page: MainPage): VNode {
  const { texts, to } = pageRequest;
  return html`<div class="main-page">
    <div class="hero">
      <div class="hero-inner">
        <div class="hero-words">
          <h1>${texts.main.title}</h1>
          <p>${texts.main.intro}</p>
        </div>
        ${trackingForm(pageRequest)}
      </div>
    </div>
    <form id="explore" method="get" action=${to('/')} class="explore">
      ${filterPanel(pageRequest, page.filters, page.areas.items)} ${mapPanel(pageRequest, page.map)}
      ${results(pageRequest, page)} ${selectionBar(pageRequest, page)}
    </form>
  </div>`;
}
