import { customFaults, readManifests, strictSchemas } from './schemas.ts';

/** A part of the definition of RabbitmqCluster, in the form that operators publish. */
const DEFINITION = `
kind: CustomResourceDefinition
spec:
  group: rabbitmq.com
  names: { kind: RabbitmqCluster }
  versions:
    - name: v1beta1
      schema:
        openAPIV3Schema:
          type: object
          properties:
            apiVersion: { type: string }
            kind: { type: string }
            metadata: { type: object }
            spec:
              type: object
              properties:
                replicas: { type: integer }
                image: { type: string, pattern: '(?i)^[a-z]' }
                labels: { type: object, additionalProperties: { type: object, properties: { a: { type: string } } } }
                secret: { type: object, x-kubernetes-preserve-unknown-fields: true, properties: {} }
                rabbitmq:
                  type: object
                  properties:
                    additionalPlugins: { type: array, items: { type: object, properties: { name: { type: string } } } }
`;
const schemas = strictSchemas(`kind: Other\n---\n${DEFINITION}`);
const faultsOf = (spec: object, kind = 'RabbitmqCluster') =>
  customFaults(
    readManifests(
      JSON.stringify({ apiVersion: 'rabbitmq.com/v1beta1', kind, metadata: { name: 'x', labels: {} }, spec }),
    ),
    schemas,
  );

test.each([
  ['known fields', { replicas: 3, image: 'rabbitmq', rabbitmq: { additionalPlugins: [{ name: 'a' }] } }],
  ['a pattern of Go that JavaScript does not know', { image: '4' }],
  ['names that are free', { labels: { any: { a: 'b' } } }],
  ['fields that are left open', { secret: { any: 1 } }],
])('%s have no fault', (_what, spec) => expect(faultsOf(spec)).toEqual([]));

test.each([
  ['a misspelt field', { replica: 3 }, '/spec'],
  ['a misspelt field inside', { rabbitmq: { additionalPlugin: [] } }, '/spec/rabbitmq'],
  [
    'a misspelt field in a list',
    { rabbitmq: { additionalPlugins: [{ nam: 'a' }] } },
    '/spec/rabbitmq/additionalPlugins/0',
  ],
  ['a misspelt field under a free name', { labels: { any: { b: 'c' } } }, '/spec/labels/any'],
  ['a number as text', { replicas: '3' }, '/spec/replicas'],
])('%s is found', (_what, spec, at) => {
  expect(faultsOf(spec)).toEqual([expect.stringContaining(`RabbitmqCluster/x${at}: must `)]);
});

test('a kind without a definition is found', () => {
  expect(faultsOf({}, 'RabbitmqClusters')).toEqual([expect.stringContaining('there is no RabbitmqClusters of')]);
});
