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
 * - an enum may be opened to a text with a pattern that all its values have. Old consumers reject only values that come
 *   later, so the first further value is published after every consumer has the new contract
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

/** Keywords that only describe a field. */
const WORDS = new Set(['$schema', '$id', '$comment', 'title', 'description', 'default', 'examples', 'deprecated']);
/** Keywords that have a function of their own below. */
const SHAPE = new Set(['type', 'const', 'enum', 'properties', 'required', 'additionalProperties', 'items']);

const text = (value: unknown) => JSON.stringify(value) ?? 'none';
const same = (one: unknown, other: unknown) => text(one) === text(other);
/** A name as one part of a JSON pointer (RFC 6901). */
const part = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
const propertiesOf = (schema: Schema) => (schema['properties'] ?? {}) as Record<string, Schema>;
const isRequired = (schema: Schema, name: string) => listOf(schema['required']).includes(name);
const valuesOf = (schema: Schema) =>
  'const' in schema ? [schema['const']] : (schema['enum'] as unknown[] | undefined);

/** One break where `found`, else none. */
const breakIf = (found: boolean, pointer: string, why: string): Break[] => (found ? [{ pointer, why }] : []);

/** What is allowed is a set: of types or of values. */
function setBreaks(what: string, released: unknown[], current: unknown[], pointer: string): Break[] {
  const without = (all: unknown[], others: unknown[]) => all.filter((one) => !others.some((other) => same(one, other)));
  return [
    ...without(current, released).map((value) => ({ pointer, why: `${what} ${text(value)} is new: ${OLD_CONSUMERS}` })),
    ...without(released, current).map((value) => ({ pointer, why: `${what} ${text(value)} is gone: ${OLD_EVENTS}` })),
  ];
}

/** Whether a list of values has become a text with a pattern that each of them has. */
function isOpened(released: Schema, current: Schema): boolean {
  const { type, pattern, ...others } = current;
  if (type !== 'string' || typeof pattern !== 'string' || valuesOf(current) !== undefined) return false;
  const hasPattern = (value: unknown) => typeof value === 'string' && new RegExp(pattern, 'u').test(value);
  const isLimited = Object.keys(others).some((name) => !WORDS.has(name));
  return Array.isArray(released['enum']) && !isLimited && released['enum'].every(hasPattern);
}

function valueBreaks(released: Schema, current: Schema, pointer: string): Break[] {
  const [before, after] = [valuesOf(released), valuesOf(current)];
  const at = `${pointer}/${'const' in (after === undefined ? released : current) ? 'const' : 'enum'}`;
  if (before !== undefined && after !== undefined) return setBreaks('the value', before, after, at);
  return [
    ...breakIf(before !== undefined, at, `any value is allowed, not only ${text(before)}: ${OLD_CONSUMERS}`),
    ...breakIf(after !== undefined, at, `only ${text(after)} is allowed now: ${OLD_EVENTS}`),
  ];
}

function fieldBreaks(released: Schema, current: Schema, pointer: string): Break[] {
  const [allBefore, allAfter] = [propertiesOf(released), propertiesOf(current)];
  return Object.keys({ ...allBefore, ...allAfter }).flatMap((name) => {
    const at = `${pointer}/properties/${part(name)}`;
    const [before, after] = [allBefore[name], allAfter[name]];
    const [was, is] = [isRequired(released, name), isRequired(current, name)];
    if (after === undefined) {
      const why = was ? OLD_CONSUMERS : 'consumers that read it miss it silently';
      return [{ pointer: at, why: `the field is gone: ${why}` }];
    }
    if (before === undefined) {
      const closed = released['additionalProperties'] === false;
      return [
        ...breakIf(is, at, `a new field is required, and older events lack it: ${OLD_EVENTS}`),
        ...breakIf(closed, at, `the released contract takes no further field: ${OLD_CONSUMERS}`),
      ];
    }
    return [
      ...breakIf(is && !was, at, `the field is required now: ${OLD_EVENTS}`),
      ...breakIf(was && !is, at, `the field may be left out now: ${OLD_CONSUMERS}`),
      ...breaksBetween(before, after, at),
    ];
  });
}

/** What a list holds (`items`), or the fields of an object that have no name (`additionalProperties`). */
function contentBreaks(keyword: 'items' | 'additionalProperties', released: Schema, current: Schema, pointer: string) {
  const at = `${pointer}/${keyword}`;
  const [before, after] = [released[keyword] ?? true, current[keyword] ?? true];
  if (isSchema(before) && isSchema(after)) return breaksBetween(before, after, at);
  // A closed object that opens lets nothing through that its fields do not; fieldBreaks finds a field that is added.
  const opens = keyword === 'additionalProperties' && before === false;
  const why = after === false ? `nothing is allowed there now: ${OLD_EVENTS}` : 'what is allowed there has changed';
  return breakIf(!same(before, after) && !opens, at, why);
}

function limitWhy(keyword: string, before: unknown, after: unknown): string {
  const change = `${keyword} was ${text(before)} and is ${text(after)}`;
  // minLength, maximum, exclusiveMinimum and so on; a minimum is its negative as a maximum.
  const [, bound] = /^(?:exclusive)?(max|min)/i.exec(keyword) ?? [];
  if (bound === undefined) return `${change}: one side rejects what the other allows`;
  const sign = bound.toLowerCase() === 'max' ? 1 : -1;
  const most = (limit: unknown) => (limit === undefined ? Infinity : sign * Number(limit));
  return `${change}: ${most(after) > most(before) ? OLD_CONSUMERS : OLD_EVENTS}`;
}

/** Every keyword that is neither words nor shape limits what is allowed, also one that is not known here. */
function limitBreaks(released: Schema, current: Schema, pointer: string): Break[] {
  return Object.keys({ ...released, ...current })
    .filter((keyword) => !WORDS.has(keyword) && !SHAPE.has(keyword) && !same(released[keyword], current[keyword]))
    .map((keyword) => ({
      pointer: `${pointer}/${part(keyword)}`,
      why: limitWhy(keyword, released[keyword], current[keyword]),
    }));
}

const unionOf = (schema: Schema) => ['oneOf', 'anyOf'].find((keyword) => keyword in schema);

/** What a variant is known by: its required fields of one fixed value, such as `package`, else its values or type. */
function nameOf(variant: Schema): string {
  const fixed = Object.entries(propertiesOf(variant)).filter(
    ([name, field]) => 'const' in field && isRequired(variant, name),
  );
  if (fixed.length > 0) return fixed.map(([name, field]) => `${name} ${text(field['const'])}`).join(', ');
  const values = valuesOf(variant);
  return values === undefined ? listOf(variant['type']).join(' or ') : `the value ${values.map(text).join(' or ')}`;
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
  const gone = [...left].map((variant) => ({ pointer, why: `the variant ${nameOf(variant)} is gone: ${OLD_EVENTS}` }));
  return [...breaks, ...gone];
}

/**
 * Every difference between two JSON Schemas (draft 7) that is a break, each with the JSON pointer of its place in
 * `current`.
 */
export function breaksBetween(released: Schema, current: Schema, pointer = ''): Break[] {
  const [unionBefore, unionAfter] = [unionOf(released), unionOf(current)];
  const union = unionAfter ?? unionBefore;
  if (union !== undefined) {
    // A schema without variants is the only variant.
    const variantsOf = (schema: Schema, keyword?: string) =>
      keyword === undefined ? [schema] : (schema[keyword] as Schema[]);
    return variantBreaks(variantsOf(released, unionBefore), variantsOf(current, unionAfter), `${pointer}/${union}`);
  }
  if (isOpened(released, current)) return [];
  const [typesBefore, typesAfter] = [listOf(released['type']), listOf(current['type'])];
  if (!typesBefore.some((type) => typesAfter.includes(type)) && !same(typesBefore, typesAfter)) {
    const change = `the type was ${text(released['type'])} and is ${text(current['type'])}`;
    return [{ pointer: `${pointer}/type`, why: `${change}: both sides reject each other` }];
  }
  return [
    ...setBreaks('the type', typesBefore, typesAfter, `${pointer}/type`),
    ...valueBreaks(released, current, pointer),
    ...fieldBreaks(released, current, pointer),
    ...contentBreaks('additionalProperties', released, current, pointer),
    ...contentBreaks('items', released, current, pointer),
    ...limitBreaks(released, current, pointer),
  ];
}
