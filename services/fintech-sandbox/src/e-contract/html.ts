/** A piece of HTML that is safe to put into a page. */
export type Html = { html: string };

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function rendered(value: string | number | Html | Html[]): string {
  if (Array.isArray(value)) return value.map(({ html: text }) => text).join('');
  return typeof value === 'object' ? value.html : String(value).replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** Template tag: what is put in is escaped, unless it came from this tag itself. */
export function html(parts: TemplateStringsArray, ...values: (string | number | Html | Html[])[]): Html {
  return { html: parts.reduce((text, part, index) => text + rendered(values[index - 1]!) + part) };
}
