/** The selected MSMEs. The address holds them, so that paging, filtering, reloading and sharing keep them. */
export type Selection = {
  has: (msmeId: string) => boolean;
  toggle: (msmeId: string, selected: boolean) => void;
  ids: () => string[];
  /** Updates list, links and address to the selection, after one of them was replaced. */
  sync: () => void;
  onChange: (listener: () => void) => void;
};

type Words = { zero: string; one: string; many: string; limit: string };

function withSelection(address: string, ids: readonly string[]): string {
  const url = new URL(address, location.href);
  url.searchParams.delete('msme');
  for (const id of ids) url.searchParams.append('msme', id);
  return url.pathname + url.search;
}

function checkboxes(form: HTMLFormElement): HTMLInputElement[] {
  return [...form.querySelectorAll<HTMLInputElement>('input[type="checkbox"][name="msme"]')];
}

/** Adds hidden fields for the selected MSMEs that are not in the list, as the server does. */
function replaceHidden(form: HTMLFormElement, ids: readonly string[]): void {
  for (const hidden of form.querySelectorAll('input[type="hidden"][name="msme"]')) hidden.remove();
  const shown = new Set(checkboxes(form).map(({ value }) => value));
  for (const id of ids.filter((candidate) => !shown.has(candidate))) {
    const hidden = document.createElement('input');
    hidden.type = 'hidden';
    hidden.name = 'msme';
    hidden.value = id;
    form.append(hidden);
  }
}

function updateLinks(ids: readonly string[]): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-keep-selection]'))
    link.href = withSelection(link.href, ids);
  const other = document.querySelector<HTMLAnchorElement>('a[data-keep-query]');
  if (other !== null) other.href = new URL(other.href).pathname + location.search;
}

/** Reads the selection from the address, and keeps it up to date as boxes are ticked. */
export function createSelection(form: HTMLFormElement): Selection {
  const selected = new Set(new URLSearchParams(location.search).getAll('msme'));
  const output = document.querySelector<HTMLOutputElement>('#selected');
  const clear = document.querySelector<HTMLAnchorElement>('#clear');
  const words = JSON.parse(output?.dataset['words'] ?? '{}') as Words;
  const limit = Number(output?.dataset['limit'] ?? 20);
  const listeners: (() => void)[] = [];
  const ids = () => [...selected];
  const say = (text: string) => {
    if (output !== null && output.textContent !== text) output.textContent = text;
  };

  function sync(): void {
    for (const box of checkboxes(form)) box.checked = selected.has(box.value);
    replaceHidden(form, ids());
    history.replaceState(history.state, '', withSelection(location.href, ids()));
    updateLinks(ids());
    if (clear !== null) clear.hidden = selected.size === 0;
    const template = selected.size === 0 ? words.zero : selected.size === 1 ? words.one : words.many;
    say(template.replace('{count}', String(selected.size)));
  }

  function toggle(msmeId: string, on: boolean): void {
    const refused = on && !selected.has(msmeId) && selected.size >= limit;
    if (on && !refused) selected.add(msmeId);
    if (!on) selected.delete(msmeId);
    sync();
    if (refused) say(words.limit);
    for (const listener of listeners) listener();
  }

  form.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLInputElement && target.type === 'checkbox' && target.name === 'msme')
      toggle(target.value, target.checked);
  });
  clear?.addEventListener('click', (event) => {
    event.preventDefault();
    selected.clear();
    sync();
    for (const listener of listeners) listener();
  });
  return {
    has: (id) => selected.has(id),
    toggle,
    ids,
    sync,
    onChange: (listener) => void listeners.push(listener),
  };
}
