/*
 * An event as a release before or after this one publishes it: inside a major, members only come, and those that come
 * are optional (contracts/breaks.ts).
 */

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** What no contract names. */
const LATER = { addedLater: { by: 'a newer producer', values: [1] } };

const isObject = (value: Json): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same with a member that no contract knows in every object of it. */
export function grown<T>(example: T): T {
  const grow = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(grow);
    if (!isObject(value)) return value;
    return { ...Object.fromEntries(Object.entries(value).map(([name, one]) => [name, grow(one)])), ...LATER };
  };
  return grow(example as Json) as T;
}

/** Every path to a member, the deepest first. */
function paths(value: Json, before: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => [
    ...paths(one, [...before, name]),
    ...(isObject(value) ? [[...before, name]] : []),
  ]);
}

function without(example: Json, path: readonly string[]): Json {
  const copy = structuredClone(example);
  let place = copy as { [name: string]: Json };
  for (const name of path.slice(0, -1)) place = place[name] as { [name: string]: Json };
  delete place[path.at(-1) ?? ''];
  return copy;
}

/** The least of it that `fits` lets pass: every member that may be missing is. */
export function bare<T>(example: T, fits: (value: unknown) => boolean): T {
  let least = example as Json;
  for (const path of paths(least)) {
    const less = without(least, path);
    if (fits(less)) least = less;
  }
  return least as T;
}
