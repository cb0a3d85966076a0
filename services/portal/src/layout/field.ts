import { html } from 'htm/preact';
import type { VNode } from 'preact';

type FieldProps = {
  label: string;
  name: string;
  /** Tells fields of one name apart where several forms stand on one page. */
  scope?: string | undefined;
  value?: string | undefined;
  hint?: string | undefined;
  /** What is wrong with what was typed; shown at the field and read with it. */
  error?: string | undefined;
};

/** The id of the control of a field, for links from the summary of errors. Dots of need ids are no fault in an id. */
export function fieldId(name: string, scope?: string): string {
  return scope === undefined ? `f-${name}` : `f-${scope}-${name}`;
}

function describedBy({ name, scope, hint, error }: FieldProps): string | undefined {
  const id = fieldId(name, scope);
  const ids = [...(hint === undefined ? [] : [`${id}-hint`]), ...(error === undefined ? [] : [`${id}-error`])];
  return ids.length === 0 ? undefined : ids.join(' ');
}

function frame(props: FieldProps, control: VNode, extra?: VNode | null): VNode {
  const { name, scope, label, hint, error } = props;
  const id = fieldId(name, scope);
  return html`<div class=${error === undefined ? 'field' : 'field has-error'}>
    <label for=${id}>${label}</label>
    ${hint === undefined ? null : html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${error === undefined ? null : html`<p class="error" id=${`${id}-error`}>${error}</p>`} ${control}${extra ?? null}
  </div>`;
}

type InputProps = FieldProps & {
  type?: string;
  inputmode?: string;
  autocomplete?: string;
  maxlength?: number;
  required?: boolean;
  /** Stands after the control, such as a button or a unit. */
  after?: VNode | null;
  data?: Record<string, string | number>;
  className?: string;
};

/** One line of text, a number, a date. */
export function inputField(props: InputProps): VNode {
  const {
    name,
    scope,
    value,
    type = 'text',
    inputmode,
    autocomplete,
    maxlength,
    required,
    error,
    after,
    data = {},
    className,
  } = props;
  const attributes = Object.fromEntries(Object.entries(data).map(([key, content]) => [`data-${key}`, content]));
  const control = html`<input
    class=${className}
    id=${fieldId(name, scope)}
    name=${name}
    type=${type}
    value=${value}
    inputmode=${inputmode}
    autocomplete=${autocomplete}
    maxlength=${maxlength}
    required=${required}
    aria-invalid=${error === undefined ? undefined : 'true'}
    aria-describedby=${describedBy(props)}
    ...${attributes}
  />`;
  return frame(
    props,
    after === undefined || after === null ? control : html`<div class="with-after">${control}${after}</div>`,
  );
}

export function textField(props: FieldProps & { rows?: number; maxlength?: number }): VNode {
  const { name, scope, value = '', rows = 3, maxlength, error } = props;
  return frame(
    props,
    html`<textarea
      id=${fieldId(name, scope)}
      name=${name}
      rows=${rows}
      maxlength=${maxlength}
      aria-invalid=${error === undefined ? undefined : 'true'}
      aria-describedby=${describedBy(props)}
    >
${value}</textarea>`,
  );
}

type Option = { value: string; label: string };
export type OptionGroup = { label: string; options: readonly Option[] };

const option = ({ value, label }: Option, chosen: string | undefined): VNode =>
  html`<option value=${value} selected=${value === chosen}>${label}</option>`;

export function selectField(
  props: FieldProps & { options: readonly (Option | OptionGroup)[]; disabled?: boolean; data?: Record<string, string> },
): VNode {
  const { name, scope, value, options, disabled, error, data = {} } = props;
  const attributes = Object.fromEntries(Object.entries(data).map(([key, content]) => [`data-${key}`, content]));
  return frame(
    props,
    html`<select
      id=${fieldId(name, scope)}
      name=${name}
      disabled=${disabled}
      aria-invalid=${error === undefined ? undefined : 'true'}
      aria-describedby=${describedBy(props)}
      ...${attributes}
    >
      ${options.map((entry) =>
        'options' in entry
          ? html`<optgroup label=${entry.label}>${entry.options.map((inner) => option(inner, value))}</optgroup>`
          : option(entry, value),
      )}
    </select>`,
  );
}

export function checkboxField(props: FieldProps & { checked: boolean }): VNode {
  const { name, scope, label, hint, error, checked, value = 'yes' } = props;
  const id = fieldId(name, scope);
  return html`<div class=${error === undefined ? 'field check' : 'field check has-error'}>
    ${error === undefined ? null : html`<p class="error" id=${`${id}-error`}>${error}</p>`}
    <label>
      <input
        type="checkbox"
        id=${id}
        name=${name}
        value=${value}
        checked=${checked}
        aria-invalid=${error === undefined ? undefined : 'true'}
        aria-describedby=${describedBy(props)}
      />
      <span>${label}</span>
    </label>
    ${hint === undefined ? null : html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
  </div>`;
}

/** Every fault of a form in one place, each a link to its field. Nothing where there is none. */
export function errorSummary(title: string, errors: ReadonlyMap<string, string>, scope?: string): VNode | null {
  if (errors.size === 0) return null;
  return html`<div class="notice bad" role="alert">
    <h2>${title}</h2>
    <ul>
      ${[...errors].map(([name, text]) => html`<li>${name === '' ? text : html`<a href=${`#${fieldId(name, scope)}`}>${text}</a>`}</li>`)}
    </ul>
  </div>`;
}

/** A form that was sent and rejected: which one of the page, what was typed, and what is wrong with it, in words. */
export type RejectedForm = {
  /** `deliver`, `open`, or the topic of a training. */
  form: string;
  draft: URLSearchParams;
  /** By name of the field. */
  errors: ReadonlyMap<string, string>;
  /** Something that no field is to blame for. */
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
