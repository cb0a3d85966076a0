import { partner } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { categoryArt } from '../../layout/category-art.ts';
import { inputField, selectField } from '../../layout/field.ts';
import { packageIcon } from '../../layout/icons.ts';
import { needName } from '../../layout/needs.ts';
import { originBadge } from '../../layout/parts.ts';
import type { PageRequest } from '../../web/page.ts';
import { amountField, type Draft, type DraftError, instalmentsField, partnerField } from './draft.ts';
import type { OpenNeed, SelectedMsme } from './selected-msmes.ts';

const INSTALMENTS = [1, 2, 3, 6, 12, 18, 24];

export type FormState = { draft: Draft; errors: ReadonlyMap<string, DraftError> };

function labelOf({ texts }: PageRequest, { need }: OpenNeed): string {
  const name = needName(texts, need);
  if (need.package === 'capital') return texts.help.amountCapital;
  return need.package === 'goods' ? texts.help.amountGoods(name) : texts.help.amountSeats(name);
}

function capitalFields({ texts }: PageRequest, needId: string, { draft, errors }: FormState): VNode {
  const errorText = (name: string) => {
    const error = errors.get(name);
    return error === undefined ? undefined : texts.help.errors[error];
  };
  return html`<div class="capital-fields">
    ${selectField({
      label: texts.help.partner,
      name: partnerField(needId),
      value: draft.get(partnerField(needId)) ?? '',
      error: errorText(partnerField(needId)),
      options: [
        { value: '', label: texts.help.choosePartner },
        ...partner.options.map((value) => ({ value, label: texts.partnerLong[value] })),
      ],
    })}
    ${selectField({
      label: texts.help.instalments,
      name: instalmentsField(needId),
      value: draft.get(instalmentsField(needId)) ?? '6',
      error: errorText(instalmentsField(needId)),
      options: INSTALMENTS.map((count) => ({ value: String(count), label: texts.help.instalmentsOption(count) })),
    })}
    <p class="hint wide">${texts.help.partnerHint}</p>
  </div>`;
}

/** The fields of one need: how much is open, how much to give, and for capital through whom. */
function needFields(pageRequest: PageRequest, open: OpenNeed, state: FormState): VNode {
  const { texts, format } = pageRequest;
  const { need } = open;
  const name = amountField(need.needId);
  const error = state.errors.get(name);
  const amount = format.amount(need.package, open.open);
  const heading = html`<h3>${packageIcon(need.package)}${needName(texts, need)}</h3>`;
  const typed = state.draft.get(name) ?? '';
  if (open.open === 0 && typed === '')
    return html`<div class="need-form done">
      ${heading}
      <p class="hint">${texts.help.allCovered}</p>
    </div>`;
  return html`<div class="need-form">
    ${heading}
    ${inputField({
      label: labelOf(pageRequest, open),
      name,
      value: typed,
      inputmode: 'numeric',
      autocomplete: 'off',
      maxlength: 20,
      hint: open.open === 0 ? texts.help.allCovered : texts.help.open(amount),
      error: error === undefined ? undefined : texts.help.errors[error],
      data: { open: open.open, package: need.package },
      after: html`<button class="button quiet fill" type="button" hidden data-fill=${name}>
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
