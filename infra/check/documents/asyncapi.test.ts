import specifications from '@asyncapi/specs';
import { catalogue } from '@ksbb/contracts';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { subscribers } from './subscribers.ts';
import { asyncApiDocument } from './asyncapi.ts';

const specification = specifications.schemas['3.0.0'];

type Json = Record<string, any>;
const made = (): Json => JSON.parse(JSON.stringify(asyncApiDocument(catalogue, subscribers))) as Json;

/** `meta` false: without the schema of JSON Schema itself, which the specification brings along. */
function validator(meta = true): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true, meta, validateSchema: meta });
  formats.default(ajv);
  return ajv;
}

function faultsOf(validate: ValidateFunction, value: unknown): string[] {
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function at(document: Json, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<any>((value, part) => value?.[part], document);
}

function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => (key === '$ref' ? [String(child)] : refsIn(child)));
}

describe('the AsyncAPI document', () => {
  const fitsSpecification = validator(false).compile(specification as object);

  test('is one by the schema of AsyncAPI 3.0', () => expect(faultsOf(fitsSpecification, made())).toEqual([]));

  test.each<[what: string, spoil: (document: Json) => void]>([
    ['without a title', ({ info }) => delete info.title],
    [
      'with an action that there is not',
      ({ operations }) => (operations['training.sends.training-held.v1'].action = 'shout'),
    ],
    ['with a channel of another shape', ({ channels }) => (channels['training.training-held.v1'].messages = [])],
  ])('%s would not be', (_what, spoil) => {
    const document = made();
    spoil(document);
    expect(faultsOf(fitsSpecification, document)).not.toEqual([]);
  });

  test('refers only to what is in it', () => {
    const document = made();
    const refs = refsIn(document);
    expect(refs.length).toBeGreaterThan(catalogue.length);
    expect(refs.filter((ref) => at(document, ref) === undefined)).toEqual([]);
  });

  test('names every event, who sends it and every service that takes it with its reactions', () => {
    const { channels, operations } = made();
    expect(Object.keys(channels)).toEqual(catalogue.map(({ routingKey }) => routingKey));
    const taken = subscribers.flatMap(({ service, subscriptions }) =>
      subscriptions.map(({ event, reaction, effect }) => ({ service, event, reaction, effect })),
    );
    for (const { service, event, reaction, effect } of taken) {
      const operation = operations[`${service}.takes.${event.routingKey}`];
      expect(operation).toMatchObject({ action: 'receive', 'x-ksbb-queue': `${service}.in` });
      expect(operation['x-ksbb-reactions']).toContainEqual({ reaction, effect });
    }
    for (const { service, name, major } of catalogue)
      expect(operations[`${service}.sends.${name}.v${major}`].action).toBe('send');
  });

  test.each(catalogue.map(({ routingKey }) => routingKey))(
    'its example of %s fits its schema, and without data does not',
    (routingKey) => {
      const document = made();
      const ajv = validator().addSchema(document, 'asyncapi.json');
      const fits = ajv.compile({ $ref: `asyncapi.json#/components/messages/${routingKey}/payload` });
      const [example] = document.components.messages[routingKey].examples;
      expect(faultsOf(fits, example.payload)).toEqual([]);
      expect(faultsOf(fits, { ...example.payload, data: {} })).not.toEqual([]);
      expect(faultsOf(fits, { ...example.payload, type: 'ksbb.other.event.v1' })).not.toEqual([]);
    },
  );
});
