import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../local/run-directory.ts';
import type { Manifest } from './objects.ts';
import { rabbitmqFaults, rabbitmqStatefulSets } from './rabbitmq.ts';
import { readManifests } from './schemas.ts';

type Cluster = Manifest & {
  spec: { replicas: unknown; rabbitmq: Record<string, unknown>; override: { statefulSet: Record<string, unknown> } };
};

const read = () =>
  readManifests(readFileSync(join(ROOT, 'k8s/overlays/production/rabbitmq.yaml'), 'utf8')) as [Cluster, ...Manifest[]];

test('the cluster of production has fields that the operator knows', () => {
  expect(rabbitmqFaults(read())).toEqual([]);
});

test.each([
  ['a misspelt field', ({ spec }: Cluster) => Object.assign(spec, { replica: 3 })],
  ['a misspelt field of the broker', ({ spec }: Cluster) => Object.assign(spec.rabbitmq, { additionalConf: '' })],
  ['a number as text', ({ spec }: Cluster) => Object.assign(spec, { replicas: '3' })],
  ['an override of what is not there', ({ spec }: Cluster) => Object.assign(spec.override, { deployment: {} })],
])('%s is found', (_what, seed) => {
  const all = read();
  seed(all[0]);
  expect(rabbitmqFaults(all)).toHaveLength(1);
});

test("what it overrides is handed to Kubernetes' schemas as the StatefulSet that it becomes", () => {
  const [made, ...others] = rabbitmqStatefulSets(read());
  expect(others).toEqual([]);
  expect(made?.spec?.template?.spec).toMatchObject({
    containers: [{ name: 'rabbitmq', image: expect.stringContaining('rabbitmq'), resources: { limits: {} } }],
    volumes: [{ name: 'definitions' }],
  });
});
