/** A piece of HTML that is safe to put into a page. */
export type Html = { html: string };

type Value = string | number | Html | Html[];

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function rendered(value: Value): string {
  if (Array.isArray(value)) return value.map(({ html: text }) => text).join('');
  return typeof value === 'object'
    ? value.html
    : String(value).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Template tag: what is put in is escaped, unless it came from this tag itself. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  return { html: parts.reduce((text, part, index) => text + rendered(values[index - 1] ?? '') + part) };
}
