import type { Selection } from './selection.ts';

const SEARCH_PAUSE_MS = 350;
const FILTERS = ['q', 'package', 'category', 'kecamatan', 'kelurahan', 'open'];

/** The current filters of the form, without the empty ones. */
export function readFilters(form: HTMLFormElement): URLSearchParams {
  const data = new FormData(form);
  const query = new URLSearchParams();
  for (const name of FILTERS) {
    const value = String(data.get(name) ?? '').trim();
    if (value !== '') query.set(name, value);
  }
  if (!(query.get('kelurahan') ?? '').startsWith(`${query.get('kecamatan') ?? ''}.`)) query.delete('kelurahan');
  return query;
}

function replaceElement(id: string, from: Document): void {
  const fresh = from.getElementById(id);
  const old = document.getElementById(id);
  if (fresh !== null) old?.replaceWith(document.adoptNode(fresh));
}

/** Replaces the options of a select box, and not the box itself, so that it keeps the focus. */
function replaceOptions(name: string, from: Document): void {
  const fresh = from.querySelector<HTMLSelectElement>(`select[name="${name}"]`);
  const old = document.querySelector<HTMLSelectElement>(`select[name="${name}"]`);
  if (fresh === null || old === null) return;
  const { value, disabled } = fresh;
  old.replaceChildren(...[...fresh.children].map((option) => document.adoptNode(option)));
  // moving the options has changed which one is selected
  old.value = value;
  old.disabled = disabled;
}

type Live = { form: HTMLFormElement; selection: Selection; onFiltered: () => void };

/**
 * Applies filters and turns pages without a reload: fetches the same page, replaces the list, and updates the address.
 * If the request fails, the browser goes to the new address.
 */
export function filterLive({ form, selection, onFiltered }: Live): void {
  let running: AbortController | undefined;
  let pause: ReturnType<typeof setTimeout> | undefined;

  async function load(cursor: string): Promise<void> {
    running?.abort();
    running = new AbortController();
    const query = readFilters(form);
    if (cursor !== '') query.set('cursor', cursor);
    for (const id of selection.ids()) query.append('msme', id);
    const address = new URL(form.action).pathname + (query.size === 0 ? '' : `?${query}`);
    try {
      const response = await fetch(address, { signal: running.signal });
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      replaceElement('results', page);
      replaceOptions('kelurahan', page);
      history.pushState(null, '', address);
      selection.sync();
      onFiltered();
      if (cursor !== '' || form.dataset['paged'] === 'yes')
        document.getElementById('results')?.scrollIntoView({ block: 'start' });
      form.dataset['paged'] = cursor === '' ? 'no' : 'yes';
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) location.assign(address);
    }
  }

  const filter = () => {
    clearTimeout(pause);
    void load('');
  };
  form.addEventListener('change', ({ target }) => {
    if (
      (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) &&
      FILTERS.includes(target.name) &&
      target.name !== 'q'
    )
      filter();
  });
  form.addEventListener('input', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.name !== 'q') return;
    clearTimeout(pause);
    pause = setTimeout(filter, SEARCH_PAUSE_MS);
  });
  form.addEventListener('submit', (event) => {
    const button = event.submitter as HTMLButtonElement | null;
    event.preventDefault();
    const target = new URL(button?.formAction ?? form.action).pathname;
    if (target === new URL(form.action).pathname) {
      clearTimeout(pause);
      void load(button?.name === 'cursor' ? button.value : '');
      return;
    }
    location.assign(`${target}?${new URLSearchParams(selection.ids().map((id) => ['msme', id]))}`);
  });
  addEventListener('popstate', () => location.reload());
}
