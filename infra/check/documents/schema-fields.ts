/** The part of JSON Schema that our contracts turn into. */
export type JsonSchema = {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  format?: string;
  minimum?: number;
  minItems?: number;
  items?: JsonSchema;
  oneOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: unknown;
};

/** `path` is dotted; `[]` is any element of a list, `(kind: donor)` a variant of a union. */
export type Field = { path: string; type: string; required: boolean };

const literal = (value: unknown) => JSON.stringify(value);
const variantsOf = (schema: JsonSchema) => schema.oneOf ?? schema.anyOf ?? [];
const isObject = (schema: JsonSchema) => schema.properties !== undefined;

/** A type in one line, as TypeScript would write it; `object` where fields of their own say more. */
export function typeText(schema: JsonSchema): string {
  const variants = variantsOf(schema);
  if (variants.length > 0) return [...new Set(variants.map(typeText))].join(' or ');
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' or ');
  if (schema.type === 'array') return `list of ${typeText(schema.items ?? {})}`;
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeText({ ...schema, type })).join(' or ');
  if (schema.type === 'string' && schema.format !== undefined) return schema.format;
  return schema.type ?? 'anything';
}

/** The property that tells the variants of a union apart, such as `package`. */
function discriminatorOf(variants: JsonSchema[]): string | undefined {
  const [first] = variants;
  return Object.keys(first?.properties ?? {}).find((name) =>
    variants.every((variant) => variant.properties?.[name]?.const !== undefined),
  );
}

function below(path: string, schema: JsonSchema): Field[] {
  if (schema.type === 'array' && schema.items !== undefined) return below(`${path}[]`, schema.items);
  if (isObject(schema)) return fieldsOf(schema, `${path}.`);
  const objects = variantsOf(schema).filter(isObject);
  const by = discriminatorOf(objects);
  if (by === undefined || objects.length === 1) return objects.flatMap((variant) => fieldsOf(variant, `${path}.`));
  const kinds = objects.map((variant) => typeText(variant.properties?.[by] ?? {})).join(' or ');
  const fields = objects.flatMap((variant) => {
    const { [by]: kind, ...properties } = variant.properties ?? {};
    const isCommon = (name: string) =>
      objects.every((other) => literal(other.properties?.[name]) === literal(properties[name]));
    return fieldsOf({ ...variant, properties }, `${path}.`, (name) =>
      isCommon(name) ? '' : ` (${by}: ${String(kind?.const)})`,
    );
  });
  const once = new Map(fields.map((field) => [field.path, field])).values();
  return [{ path: `${path}.${by}`, type: kinds, required: true }, ...once];
}

/** Every field of an object schema, nested ones after the one that holds them. */
export function fieldsOf(schema: JsonSchema, prefix = '', note: (name: string) => string = () => ''): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = `${prefix}${name}`;
    const required = schema.required?.includes(name) ?? false;
    return [{ path: `${path}${note(name)}`, type: typeText(property), required }, ...below(path, property)];
  });
}
