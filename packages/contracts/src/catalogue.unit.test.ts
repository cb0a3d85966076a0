import { readdirSync } from 'node:fs';
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

test('every event file is in the catalogue', () => {
  const names = new Set(catalogue.map((event) => event.name));
  const notEvents = [
    'board',
    'collaboration',
    'coverage',
    'delivery',
    'example',
    'fund',
    'institution',
    'line',
    'loan',
    'map',
    'msme',
    'msme-registration',
    'training',
  ];
  const files = ['msme-registry', 'commitment', 'fintech-gateway', 'training'].flatMap((service) =>
    readdirSync(`${import.meta.dirname}/${service}`),
  );
  const events = files.map((file) => file.replace('.ts', '')).filter((file) => !notEvents.includes(file));
  expect(new Set(events)).toEqual(names);
});
