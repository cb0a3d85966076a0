const packages = ['goods', 'capital', 'training'] as const;
type PackageName = (typeof packages)[number];
type Words = Record<PackageName, string> & { pieces: string; seats: string };

const form = document.querySelector<HTMLFormElement>('#give-help');
const summary = form?.querySelector<HTMLElement>('[data-summary]');
const output = summary?.querySelector('output');
const number = new Intl.NumberFormat(document.documentElement.lang === 'id' ? 'id-ID' : 'en-GB');

/** A typed number, with or without separators; 0 if it is not a number yet. */
function typedAmount(text: string): number {
  const digits = text.replaceAll(/[\s.,]|rp/gi, '');
  return /^\d{1,15}$/.test(digits) ? Number(digits) : 0;
}

function amounts(): HTMLInputElement[] {
  return [...(form?.querySelectorAll<HTMLInputElement>('input[data-package]') ?? [])];
}

function totalOf(of: PackageName): number {
  return amounts()
    .filter((input) => input.dataset['package'] === of)
    .reduce((sum, input) => sum + typedAmount(input.value), 0);
}

/** Shows the total of each package that is filled in so far. */
function updateSummary(): void {
  if (output === null || output === undefined) return;
  const words = JSON.parse(output.dataset['words'] ?? '{}') as Words;
  const say: Record<PackageName, (total: string) => string> = {
    goods: (total) => `${words.goods}: ${total} ${words.pieces}`,
    capital: (total) => `${words.capital}: Rp ${total}`,
    training: (total) => `${words.training}: ${total} ${words.seats}`,
  };
  const parts = packages.flatMap((of) => (totalOf(of) > 0 ? [say[of](number.format(totalOf(of)))] : []));
  output.textContent = parts.length === 0 ? (output.dataset['empty'] ?? '') : parts.join(' · ');
}

for (const button of form?.querySelectorAll<HTMLButtonElement>('button[data-fill]') ?? []) {
  const input = document.getElementById(`f-${button.dataset['fill'] ?? ''}`);
  if (!(input instanceof HTMLInputElement) || input.dataset['open'] === '0') continue;
  button.hidden = false;
  button.addEventListener('click', () => {
    input.value = number.format(Number(input.dataset['open']));
    input.focus();
    updateSummary();
  });
}
if (summary !== null && summary !== undefined) summary.hidden = false;
form?.addEventListener('input', updateSummary);
updateSummary();

// A second press would create nothing, because the key is the same, but the donor would wait for both requests.
form?.addEventListener('submit', () => {
  const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
  setTimeout(() => button?.setAttribute('disabled', ''), 0);
});
addEventListener('pageshow', () => form?.querySelector('button[type="submit"]')?.removeAttribute('disabled'));
