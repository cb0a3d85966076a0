import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { categoryArt } from '../../layout/category-art.ts';
import { numberField, selectField } from '../../layout/field.ts';
import { packageIcon } from '../../layout/icons.ts';
import { needName } from '../../layout/needs.ts';
import { originBadge } from '../../layout/parts.ts';
import type { PageRequest } from '../../web/page.ts';
import { amountField, type Draft, instalmentsField, partnerField } from './draft.ts';
import type { OpenNeed, SelectedMsme } from './selected-msmes.ts';

const INSTALMENTS = [1, 2, 3, 6, 12, 18, 24];

/** What was typed, and the errors as texts by the name of the field. Both are empty for a new form. */
export type FormState = { draft: Draft; errors: ReadonlyMap<string, string> };

/** The name, the value and the error of one field. */
export function fieldOf({ draft, errors }: FormState, name: string, fallback = '') {
  return { name, value: draft.get(name) ?? fallback, error: errors.get(name) };
}

function labelOf({ texts }: PageRequest, { need }: OpenNeed): string {
  const name = needName(texts, need);
  if (need.package === 'capital') return texts.help.amountCapital;
  return need.package === 'goods' ? texts.help.amountGoods(name) : texts.help.amountSeats(name);
}

function capitalFields({ texts }: PageRequest, needId: string, state: FormState): VNode {
  return html`<div class="capital-fields">
    ${selectField({
      ...fieldOf(state, partnerField(needId)),
      label: texts.help.partner,
      options: [
        { value: '', label: texts.help.choosePartner },
        ...Object.entries(texts.partnerLong).map(([value, label]) => ({ value, label })),
      ],
    })}
    ${selectField({
      ...fieldOf(state, instalmentsField(needId), '6'),
      label: texts.help.instalments,
      options: INSTALMENTS.map((count) => ({ value: String(count), label: texts.help.instalmentsOption(count) })),
    })}
    <p class="hint wide">${texts.help.partnerHint}</p>
  </div>`;
}

/** The fields of one need: the open amount, the amount to give, and for capital the partner and the instalments. */
function needFields(pageRequest: PageRequest, openNeed: OpenNeed, state: FormState): VNode {
  const { texts, format } = pageRequest;
  const { need, open } = openNeed;
  const field = fieldOf(state, amountField(need.needId));
  const heading = html`<h3>${packageIcon(need.package)}${needName(texts, need)}</h3>`;
  if (open === 0 && field.value === '')
    return html`<div class="need-form done">
      ${heading}
      <p class="hint">${texts.help.allCovered}</p>
    </div>`;
  return html`<div class="need-form">
    ${heading}
    ${numberField({
      ...field,
      label: labelOf(pageRequest, openNeed),
      maxlength: 20,
      hint: open === 0 ? texts.help.allCovered : texts.help.open(format.amount(need.package, open)),
      data: { open, package: need.package },
      after: html`<button class="button quiet fill" type="button" hidden data-fill=${field.name}>
        ${texts.help.fillAll}
      </button>`,
    })}
    ${need.package === 'capital' ? capitalFields(pageRequest, need.needId, state) : null}
  </div>`;
}

/** All that can be given to one MSME. */
export function msmeFields(pageRequest: PageRequest, { msme, needs }: SelectedMsme, state: FormState): VNode {
  const { texts } = pageRequest;
  return html`<section class="card give-msme" aria-labelledby=${`msme-${msme.msmeId}`}>
    <div class="give-head">
      ${categoryArt(msme.category)}
      <div>
        <h2 id=${`msme-${msme.msmeId}`}>${msme.name}</h2>
        <p class="meta">${texts.category[msme.category]} · ${msme.area.kelurahan}, ${msme.area.kecamatan}</p>
        ${originBadge(pageRequest, msme.origin)}
      </div>
    </div>
    <input type="hidden" name="msme" value=${msme.msmeId} />
    ${needs.every(({ open }) => open === 0) ? html`<p class="hint">${texts.help.nothingOpen}</p>` : null}
    ${needs.map((need) => needFields(pageRequest, need, state))}
  </section>`;
}
