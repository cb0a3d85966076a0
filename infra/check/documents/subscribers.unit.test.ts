import { globSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { ROOT } from '../../local/run-directory.ts';
import { bindingsOf, subscribers } from './subscribers.ts';

test('every service with a table of subscriptions is among the subscribers', () => {
  const services = globSync('services/*/src/subscriptions.ts', { cwd: ROOT }).map((file) =>
    basename(dirname(dirname(file))),
  );
  expect(subscribers.map(({ service }) => service)).toEqual(services.toSorted());
});

test('a service is bound once to each routing key of its table', () => {
  const row = (routingKey: string) => ({ event: { routingKey } }) as never;
  expect(bindingsOf([{ service: 'training', subscriptions: [row('b.v1'), row('a.v1'), row('b.v1')] }])).toEqual({
    training: ['a.v1', 'b.v1'],
  });
});
