import { readdirSync, readFileSync } from 'node:fs';
import { catalogue } from './catalogue.ts';

test.each(catalogue.map((event) => [event.type, event] as const))(
  'the example of %s fits its own schema',
  (_type, event) => {
    expect(event.data.parse(event.example)).toEqual(event.example);
  },
);

test('every type is there once and names its service and event', () => {
  expect(new Set(catalogue.map((event) => event.type)).size).toBe(catalogue.length);
  for (const event of catalogue) expect(event.type).toBe(`ksbb.${event.service}.${event.name}.v${event.major}`);
});

test('every event that a topic defines is in the catalogue', () => {
  const topics = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const defined = topics.flatMap((file) =>
    [...readFileSync(`${import.meta.dirname}/${file}`, 'utf8').matchAll(/^ {2}name: '([a-z-]+)',$/gm)].map(
      ([, name]) => name,
    ),
  );
  expect(catalogue.map(({ name }) => name).toSorted()).toEqual(defined.toSorted());
  expect(defined.length).toBeGreaterThan(20);
});
