import { html } from 'htm/preact';
import type { VNode } from 'preact';

type FieldProps = {
  label: string;
  name: string;
  /** Makes ids unique where a page has several forms with a field of this name. */
  scope?: string | undefined;
  value?: string | undefined;
  hint?: string | undefined;
  /** What is wrong with the value; shown at the field, and read with it by screen readers. */
  error?: string | undefined;
};

/** The id of a field's control, for labels and for links from the error summary. It may contain dots. */
export function fieldId(name: string, scope?: string): string {
  return scope === undefined ? `f-${name}` : `f-${scope}-${name}`;
}

/** What every control has: its id and name, and for screen readers its hint and its error. */
function controlAttributes({ name, scope, hint, error }: FieldProps): Record<string, string | undefined> {
  const id = fieldId(name, scope);
  const describedBy = [hint === undefined ? [] : [`${id}-hint`], error === undefined ? [] : [`${id}-error`]].flat();
  return {
    id,
    name,
    'aria-invalid': error === undefined ? undefined : 'true',
    'aria-describedby': describedBy.join(' ') || undefined,
  };
}

function frame({ name, scope, label, hint, error }: FieldProps, control: VNode): VNode {
  const id = fieldId(name, scope);
  return html`<div class=${error === undefined ? 'field' : 'field has-error'}>
    <label for=${id}>${label}</label>
    ${hint === undefined ? null : html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${error === undefined ? null : html`<p class="error" id=${`${id}-error`}>${error}</p>`} ${control}
  </div>`;
}

type InputProps = FieldProps & {
  type?: string;
  inputmode?: string;
  autocomplete?: string;
  maxlength?: number;
  /** Stands after the control, such as a button or a unit. */
  after?: VNode;
  /** `data-` attributes for the page's script, without that prefix. */
  data?: Record<string, string | number>;
  className?: string;
};

/** One line of text, a number, a date. */
export function inputField(props: InputProps): VNode {
  const { value, type = 'text', inputmode, autocomplete, maxlength, after, data = {}, className } = props;
  const dataAttributes = Object.fromEntries(Object.entries(data).map(([key, content]) => [`data-${key}`, content]));
  const control = html`<input
    class=${className}
    type=${type}
    value=${value}
    inputmode=${inputmode}
    autocomplete=${autocomplete}
    maxlength=${maxlength}
    ...${{ ...controlAttributes(props), ...dataAttributes }}
  />`;
  return frame(props, after === undefined ? control : html`<div class="with-after">${control}${after}</div>`);
}

/** A whole number or a PIN: with a keyboard of digits, and without suggestions of earlier values. */
export function numberField(props: InputProps): VNode {
  return inputField({ ...props, inputmode: 'numeric', autocomplete: 'off' });
}

/** Several lines of text. */
export function textField(props: FieldProps & { rows: number; maxlength: number }): VNode {
  const { value = '', rows, maxlength } = props;
  return frame(
    props,
    html`<textarea rows=${rows} maxlength=${maxlength} ...${controlAttributes(props)}>${value}</textarea>`,
  );
}

export type Option = { value: string; label: string };
export type OptionGroup = { label: string; options: readonly Option[] };

const option = ({ value, label }: Option, chosen: string | undefined): VNode =>
  html`<option value=${value} selected=${value === chosen}>${label}</option>`;

/** One of several options, which may stand in groups. */
export function selectField(
  props: FieldProps & { options: readonly (Option | OptionGroup)[]; disabled?: boolean },
): VNode {
  const { value, options, disabled } = props;
  return frame(
    props,
    html`<select disabled=${disabled} ...${controlAttributes(props)}>
      ${options.map((entry) =>
        'options' in entry
          ? html`<optgroup label=${entry.label}>${entry.options.map((inner) => option(inner, value))}</optgroup>`
          : option(entry, value),
      )}
    </select>`,
  );
}

/** A box to tick; its field is sent with `value` where it is ticked, and not at all otherwise. */
export function checkboxField(props: FieldProps & { checked: boolean }): VNode {
  const { name, scope, label, hint, error, checked, value = 'yes' } = props;
  const id = fieldId(name, scope);
  return html`<div class=${error === undefined ? 'field check' : 'field check has-error'}>
    ${error === undefined ? null : html`<p class="error" id=${`${id}-error`}>${error}</p>`}
    <label>
      <input type="checkbox" value=${value} checked=${checked} ...${controlAttributes(props)} />
      <span>${label}</span>
    </label>
    ${hint === undefined ? null : html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
  </div>`;
}

/** All errors of a form in one place, each a link to its field; null if there are none. */
export function errorSummary(title: string, errors: ReadonlyMap<string, string>, scope?: string): VNode | null {
  if (errors.size === 0) return null;
  return html`<div class="notice bad" role="alert">
    <h2>${title}</h2>
    <ul>
      ${[...errors].map(
        ([name, text]) =>
          html`<li>${name === '' ? text : html`<a href=${`#${fieldId(name, scope)}`}>${text}</a>`}</li>`,
      )}
    </ul>
  </div>`;
}

/** A form that was sent and rejected: which form of the page, what was typed, and the errors as texts for people. */
export type RejectedForm = {
  /** `deliver`, `open`, the topic of a training, or the line and report that a receipt is about. */
  form: string;
  draft: URLSearchParams;
  /** By name of the field. */
  errors: ReadonlyMap<string, string>;
  /** An error that belongs to no field. */
  problem?: string | undefined;
};

/** The value and the error of a field of one form, given the form of the page that was rejected last. */
export function fieldsOf(rejected: RejectedForm | null, form: string) {
  const mine = rejected?.form === form ? rejected : null;
  return {
    problem: mine?.problem,
    errors: mine?.errors ?? new Map<string, string>(),
    of: (name: string, fallback = '') => ({
      name,
      scope: form,
      value: mine?.draft.get(name) ?? fallback,
      error: mine?.errors.get(name),
    }),
  };
}
