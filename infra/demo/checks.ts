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

const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** The checks as a table, with what was expected where it was not so. */
export function checksTable(checks: readonly Check[]): string {
  const width = Math.max(...checks.map((check) => check.name.length));
  return checks
    .map(({ name, ok, expected, actual }) => {
      const verdict = `${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(width)}  ${shown(actual)}`;
      return ok ? verdict : `${verdict}  (expected ${shown(expected)})`;
    })
    .join('\n');
}
