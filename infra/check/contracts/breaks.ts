/**
 * What breaks inside a major version of an event.
 *
 * The check of a consumer is the contract itself, and what does not fit is a dead letter. While a change is rolled out,
 * and for as long as events wait in a queue or a dead letter is replayed, events and consumers of both sides meet:
 *
 * - a new consumer reads events that were published under the released contract, so nothing that was allowed is refused
 *   now
 * - an old consumer reads events that are published under the new one, so nothing that was refused is allowed now
 *
 * Consumers ignore fields that they do not know. From this follows what may change:
 *
 * - a field may be added where it is optional, or has a default, for those who read; its producer may always send it
 * - words about a field (description, default, examples) may change
 * - all else is a break: a field removed (an optional one too, as its name could come back meaning something else),
 *   added as required, made required or optional; another type; a value added to or taken from an enum; a variant added
 *   or removed; a limit, format or pattern changed; an object closed to fields that are not known
 *
 * Such a change is a new major, published beside the old one until no queue is bound to that.
 */

export type Break = { pointer: string; why: string };

export type Schema = Record<string, unknown>;

const OLD_CONSUMERS = 'consumers of the released contract reject such an event';
const OLD_EVENTS = 'consumers of the new contract reject events that were published before';

const WORDS = new Set(['$schema', '$id', '$comment', 'title', 'description', 'default', 'examples', 'deprecated']);
const SHAPE = new Set([
  'type',
  'const',
  'enum',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'oneOf',
  'anyOf',
]);
const UPPER = new Set(['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties']);
const LOWER = new Set(['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties']);

const text = (value: unknown) => JSON.stringify(value) ?? 'none';
const same = (one: unknown, other: unknown) => text(one) === text(other);
/** A name as one part of a JSON pointer (RFC 6901). */
const part = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
const propertiesOf = (schema: Schema) => (schema['properties'] ?? {}) as Record<string, Schema>;
const requiredOf = (schema: Schema) => new Set(listOf(schema['required']));
const valuesOf = (schema: Schema): unknown[] | undefined =>
  'const' in schema ? [schema['const']] : (schema['enum'] as unknown[] | undefined);

function setBreaks(what: string, released: unknown[], current: unknown[], pointer: string): Break[] {
  const without = (all: unknown[], others: unknown[]) => all.filter((one) => !others.some((other) => same(one, other)));
  return [
    ...without(current, released).map((value) => ({ pointer, why: `${what} ${text(value)} is new: ${OLD_CONSUMERS}` })),
    ...without(released, current).map((value) => ({ pointer, why: `${what} ${text(value)} is gone: ${OLD_EVENTS}` })),
  ];
}

function valueBreaks(released: Schema, current: Schema, pointer: string): Break[] {
  const [before, after] = [valuesOf(released), valuesOf(current)];
  const at = `${pointer}/${'const' in (after === undefined ? released : current) ? 'const' : 'enum'}`;
  if (before !== undefined && after !== undefined) return setBreaks('the value', before, after, at);
  if (before !== undefined)
    return [{ pointer: at, why: `any value is allowed, not only ${before.map(text).join(', ')}: ${OLD_CONSUMERS}` }];
  if (after !== undefined)
    return [{ pointer: at, why: `only ${after.map(text).join(', ')} is allowed now: ${OLD_EVENTS}` }];
  return [];
}

function addedFieldBreaks(released: Schema, current: Schema, pointer: string): Break[] {
  const added = Object.keys(propertiesOf(current)).filter((name) => !(name in propertiesOf(released)));
  return added.flatMap((name) => {
    const at = `${pointer}/properties/${part(name)}`;
    const required = requiredOf(current).has(name)
      ? [{ pointer: at, why: `a new field is required, and older events lack it: ${OLD_EVENTS}` }]
      : [];
    const closed =
      released['additionalProperties'] === false
        ? [{ pointer: at, why: `the released contract takes no further field: ${OLD_CONSUMERS}` }]
        : [];
    return [...required, ...closed];
  });
}

function keptFieldBreaks(released: Schema, current: Schema, pointer: string): Break[] {
  return Object.entries(propertiesOf(released)).flatMap(([name, before]) => {
    const at = `${pointer}/properties/${part(name)}`;
    const after = propertiesOf(current)[name];
    const was = requiredOf(released).has(name);
    if (after === undefined)
      return [
        {
          pointer: at,
          why: was
            ? `the field is gone: ${OLD_CONSUMERS}`
            : 'the field is gone, and consumers that read it miss it silently',
        },
      ];
    const is = requiredOf(current).has(name);
    const requiredBreaks =
      was === is
        ? []
        : [
            {
              pointer: at,
              why: is ? `the field is required now: ${OLD_EVENTS}` : `the field may be left out now: ${OLD_CONSUMERS}`,
            },
          ];
    return [...requiredBreaks, ...breaksBetween(before, after, at)];
  });
}

function furtherFieldBreaks(released: Schema, current: Schema, pointer: string): Break[] {
  const at = `${pointer}/additionalProperties`;
  const [before, after] = [released['additionalProperties'] ?? true, current['additionalProperties'] ?? true];
  if (isSchema(before) && isSchema(after)) return breaksBetween(before, after, at);
  // A closed object that opens lets nothing through that its fields do not; a field that is added there is found above.
  if (same(before, after) || before === false) return [];
  return [
    {
      pointer: at,
      why:
        after === false
          ? `fields that are not known are refused now: ${OLD_EVENTS}`
          : 'what further fields hold has changed',
    },
  ];
}

function itemBreaks(released: Schema, current: Schema, pointer: string): Break[] {
  const [before, after] = [released['items'], current['items']];
  if (isSchema(before) && isSchema(after)) return breaksBetween(before, after, `${pointer}/items`);
  return same(before, after) ? [] : [{ pointer: `${pointer}/items`, why: 'what the list holds has changed' }];
}

function limitWhy(keyword: string, before: unknown, after: unknown): string {
  const change = `${keyword} was ${text(before)} and is ${text(after)}`;
  if (!UPPER.has(keyword) && !LOWER.has(keyword)) return `${change}: one side rejects what the other allows`;
  const wider = UPPER.has(keyword)
    ? Number(after ?? Infinity) > Number(before ?? Infinity)
    : Number(after ?? -Infinity) < Number(before ?? -Infinity);
  return `${change}: ${wider ? OLD_CONSUMERS : OLD_EVENTS}`;
}

/** Every keyword that is neither words nor shape limits what is allowed, also one that is not known here. */
function limitBreaks(released: Schema, current: Schema, pointer: string): Break[] {
  const keywords = [...new Set([...Object.keys(released), ...Object.keys(current)])].filter(
    (name) => !WORDS.has(name) && !SHAPE.has(name),
  );
  const changed = keywords.filter((keyword) => !same(released[keyword], current[keyword]));
  return changed.map((keyword) => ({
    pointer: `${pointer}/${part(keyword)}`,
    why: limitWhy(keyword, released[keyword], current[keyword]),
  }));
}

const variantsOf = (schema: Schema): { keyword: string; variants: Schema[] } | undefined => {
  const keyword = ['oneOf', 'anyOf'].find((name) => name in schema);
  return keyword === undefined ? undefined : { keyword, variants: schema[keyword] as Schema[] };
};

/** What a variant is known by: its required fields of one fixed value, such as `package`, else its type. */
function nameOf(variant: Schema): string {
  const fixed = Object.entries(propertiesOf(variant)).filter(
    ([name, field]) => 'const' in field && requiredOf(variant).has(name),
  );
  if (fixed.length > 0) return fixed.map(([name, field]) => `${name} ${text(field['const'])}`).join(', ');
  return valuesOf(variant) === undefined
    ? listOf(variant['type']).join(' or ')
    : `the value ${valuesOf(variant)?.map(text).join(' or ')}`;
}

function variantBreaks(released: Schema[], current: Schema[], pointer: string): Break[] {
  const left = new Set(released);
  const breaks = current.flatMap((variant, at) => {
    const before = [...left].find((one) => nameOf(one) === nameOf(variant));
    if (before === undefined)
      return [{ pointer: `${pointer}/${at}`, why: `the variant ${nameOf(variant)} is new: ${OLD_CONSUMERS}` }];
    left.delete(before);
    return breaksBetween(before, variant, `${pointer}/${at}`);
  });
  return [
    ...breaks,
    ...[...left].map((variant) => ({ pointer, why: `the variant ${nameOf(variant)} is gone: ${OLD_EVENTS}` })),
  ];
}

/**
 * Every difference between two JSON Schemas (draft 7) that is a break, each with the JSON pointer of its place in
 * `current`.
 */
export function breaksBetween(released: Schema, current: Schema, pointer = ''): Break[] {
  const [before, after] = [variantsOf(released), variantsOf(current)];
  if (before !== undefined || after !== undefined) {
    const at = `${pointer}/${(after ?? before)?.keyword}`;
    return variantBreaks(before?.variants ?? [released], after?.variants ?? [current], at);
  }
  const [typesBefore, typesAfter] = [listOf(released['type']), listOf(current['type'])];
  if (!typesBefore.some((type) => typesAfter.includes(type)) && !same(typesBefore, typesAfter)) {
    return [
      {
        pointer: `${pointer}/type`,
        why: `the type was ${text(released['type'])} and is ${text(current['type'])}: both sides reject each other`,
      },
    ];
  }
  return [
    ...setBreaks('the type', typesBefore, typesAfter, `${pointer}/type`),
    ...valueBreaks(released, current, pointer),
    ...addedFieldBreaks(released, current, pointer),
    ...keptFieldBreaks(released, current, pointer),
    ...furtherFieldBreaks(released, current, pointer),
    ...itemBreaks(released, current, pointer),
    ...limitBreaks(released, current, pointer),
  ];
}
