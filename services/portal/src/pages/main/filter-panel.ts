import { type AreaList, msmeCategory, packageOfHelp } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { checkboxField, inputField, type Option, type OptionGroup, selectField } from '../../layout/field.ts';
import { packageIcon } from '../../layout/icons.ts';
import type { PageRequest } from '../../web/page.ts';
import type { Filters } from './filters.ts';

type Areas = AreaList['items'];

const byName = (one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name, 'id');

/** The areas of one level inside an area, by name. */
function areasWithin(areas: Areas, parentKode: string | undefined, of: Areas[number]['level']): Option[] {
  return areas
    .filter(({ level, parent }) => level === of && parent === parentKode)
    .sort(byName)
    .map(({ kode, name }) => ({ value: kode, label: name }));
}

/** Every kecamatan, under its kota. */
function kecamatanOptions(areas: Areas): OptionGroup[] {
  return areas
    .filter(({ level }) => level === 'kota')
    .map(({ kode, name }) => ({ label: name, options: areasWithin(areas, kode, 'kecamatan') }));
}

function packageChoice({ texts }: PageRequest, chosen: Filters['package']): VNode {
  const choices = [undefined, ...packageOfHelp.options];
  return html`<fieldset class="segments">
    <legend>${texts.main.packageLegend}</legend>
    <div class="segment-row">
      ${choices.map(
        (of) =>
          html`<label class="segment">
            <input type="radio" name="package" value=${of ?? ''} checked=${chosen === of} />
            <span>${of === undefined ? texts.main.anyPackage : html`${packageIcon(of)}${texts.package[of]}`}</span>
          </label>`,
      )}
    </div>
  </fieldset>`;
}

/** The filters of map and list. They are in one form with the list, so that filtering keeps the selection. */
export function filterPanel(pageRequest: PageRequest, filters: Filters, areas: Areas): VNode {
  const { texts } = pageRequest;
  const { main } = texts;
  const anyMore = filters.category !== undefined || filters.kecamatan !== undefined || filters.open;
  return html`<div class="filters" role="search">
    <div class="filters-first">
      ${inputField({
        label: main.search,
        name: 'q',
        value: filters.q,
        type: 'search',
        maxlength: 100,
        autocomplete: 'off',
        after: html`<button class="button" type="submit" formaction=${pageRequest.to('/')}>${main.apply}</button>`,
      })}
      ${packageChoice(pageRequest, filters.package)}
    </div>
    <details id="more-filters" class="more" open=${anyMore}>
      <summary>${main.moreFilters}</summary>
      <div class="filters-more">
        ${selectField({
          label: main.category,
          name: 'category',
          value: filters.category ?? '',
          options: [
            { value: '', label: main.anyCategory },
            ...msmeCategory.options.map((value) => ({ value, label: texts.category[value] })),
          ],
        })}
        ${selectField({
          label: main.kecamatan,
          name: 'kecamatan',
          value: filters.kecamatan ?? '',
          options: [{ value: '', label: main.anyKecamatan }, ...kecamatanOptions(areas)],
        })}
        ${selectField({
          label: main.kelurahan,
          name: 'kelurahan',
          value: filters.kelurahan ?? '',
          disabled: filters.kecamatan === undefined,
          options: [
            { value: '', label: filters.kecamatan === undefined ? main.kelurahanFirst : main.anyKelurahan },
            ...areasWithin(areas, filters.kecamatan, 'kelurahan'),
          ],
        })}
        ${checkboxField({ label: main.stillNeeded, name: 'open', value: 'true', checked: filters.open })}
      </div>
    </details>
  </div>`;
}
