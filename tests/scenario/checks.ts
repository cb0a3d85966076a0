import { isDeepStrictEqual } from 'node:util';

export type Check = { name: string; ok: boolean; expected: unknown; actual: unknown };

/** Collects what was to be and what was; a check that fails does not stop the story. */
export function createChecks() {
  const all: Check[] = [];
  return {
    all,
    equal(name: string, expected: unknown, actual: unknown): void {
      all.push({ name, ok: isDeepStrictEqual(expected, actual), expected, actual });
    },
  };
}

export type Checks = ReturnType<typeof createChecks>;

const SHOWN_LENGTH = 90;

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH - 1)}…`;
}

/** The checks as a table, with what was expected where it was not so. Long values are cut; the JSON has them whole. */
export function checksTable(checks: readonly Check[]): string {
  const width = Math.max(...checks.map((check) => check.name.length));
  return checks
    .map(({ name, ok, expected, actual }) => {
      const line = `${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(width)}  ${shown(actual)}`;
      return ok ? line : `${line}  (expected ${JSON.stringify(expected)}, not ${JSON.stringify(actual)})`;
    })
    .join('\n');
}
