import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { checkboxField, errorSummary, inputField, selectField } from '../../layout/field.ts';
import { arrowIcon } from '../../layout/icons.ts';
import { notice } from '../../layout/parts.ts';
import type { PageRequest } from '../../web/page.ts';
import { MAX_SELECTED, selectionQuery } from '../main/filters.ts';
import { fieldOf, type FormState, msmeFields } from './need-fields.ts';
import type { Selected } from './selected-msmes.ts';

export type GiveHelpPage = FormState & {
  selected: Selected;
  /** More MSMEs were selected than one commitment may have; the rest is left out. */
  tooMany: boolean;
  /** The idempotency key, made with the form, so that sending the form twice creates one commitment. */
  key: string;
  /** An error that belongs to no field. */
  problem?: string | undefined;
};

const kinds = ['person', 'company', 'institution'] as const;

function donorFields({ texts: { help } }: PageRequest, state: FormState): VNode {
  const field = (name: string) => fieldOf(state, name);
  const box = (name: string) => ({ ...field(name), value: 'yes', checked: state.draft.get(name) === 'yes' });
  return html`<section class="card donor" aria-labelledby="donor-title">
    <h2 id="donor-title">${help.donor}</h2>
    <div class="two">
      ${inputField({ ...field('name'), label: help.name, hint: help.nameHint, autocomplete: 'name', maxlength: 120 })}
      ${selectField({
        ...field('kind'),
        label: help.kind,
        options: kinds.map((value) => ({ value, label: help.kinds[value] })),
      })}
      ${inputField({ ...field('email'), label: help.email, type: 'email', autocomplete: 'email', maxlength: 200 })}
      ${inputField({
        ...field('phone'),
        label: help.phone,
        hint: help.phoneHint,
        type: 'tel',
        autocomplete: 'tel',
        maxlength: 30,
      })}
    </div>
    ${checkboxField({ ...box('anonymous'), label: help.anonymous })}
    ${checkboxField({ ...box('consent'), label: help.consent, hint: help.consentHint })}
  </section>`;
}

/** The page if no MSME is selected: it leads back to the map. */
function emptyView({ texts, to }: PageRequest, { selected }: GiveHelpPage): VNode {
  return html`<div class="page narrow">
    <h1>${texts.help.title}</h1>
    <p class="lead">${texts.help.noneSelected}</p>
    ${selected.unknown.map((id) => notice('bad', texts.help.unknown(id)))}
    <p class="ways"><a class="button accent" href=${to('/')}>${texts.help.chooseOnMap}</a></p>
  </div>`;
}

/** The commitment form for all selected MSMEs and all three packages. */
export function giveHelpView(pageRequest: PageRequest, page: GiveHelpPage): VNode {
  const { texts, to } = pageRequest;
  const { selected, errors, key, tooMany, problem } = page;
  if (selected.msmes.length === 0) return emptyView(pageRequest, page);
  const selection = selectionQuery(selected.msmes.map(({ msme }) => msme.msmeId));
  const words = { ...texts.package, pieces: texts.unit.goods.many, seats: texts.unit.seats.many };
  return html`<div class="page give-help">
    <p class="back"><a href=${to('/', selection)}>${texts.help.changeSelection}</a></p>
    <h1>${texts.help.title}</h1>
    <p class="lead">${texts.help.intro}</p>
    ${problem === undefined ? null : notice('bad', problem)} ${errorSummary(texts.help.errorTitle, errors)}
    ${selected.unknown.map((id) => notice('bad', texts.help.unknown(id)))}
    ${tooMany ? notice('bad', texts.main.selectedLimit(MAX_SELECTED)) : null}
    <form id="give-help" method="post" action=${to('/give-help')} novalidate>
      <input type="hidden" name="key" value=${key} />
      <div class="give-msmes">${selected.msmes.map((msme) => msmeFields(pageRequest, msme, page))}</div>
      ${donorFields(pageRequest, page)}
      <div class="send">
        <div class="summary" hidden data-summary>
          <h2>${texts.help.summary}</h2>
          <output data-empty=${texts.help.summaryEmpty} data-words=${JSON.stringify(words)}
            >${texts.help.summaryEmpty}</output
          >
        </div>
        <button class="button accent large" type="submit">${texts.help.submit}${arrowIcon()}</button>
      </div>
    </form>
  </div>`;
}
