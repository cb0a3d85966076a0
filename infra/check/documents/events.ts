import { readFileSync } from 'node:fs';
import type { EventDefinition } from '@ksbb/contracts';
import { z } from 'zod';
import type { Subscriber } from './subscribers.ts';
import { fieldsOf, type JsonSchema } from './schema-fields.ts';

const kebab = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const code = (text: string) => `\`${text}\``;
const tableRow = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function table(head: string[], rows: string[][]): string {
  return [tableRow(head), tableRow(head.map(() => '---')), ...rows.map(tableRow)].join('\n');
}

function consumersOf(event: EventDefinition, subscribers: readonly Subscriber[]): string {
  const consumers = subscribers.flatMap(({ service, subscriptions, broadcastSubscriptions = [] }) => [
    ...subscriptions
      .filter((row) => row.event.type === event.type)
      .map(({ reaction, effect }) => `${service}: ${reaction} (${effect})`),
    ...broadcastSubscriptions
      .filter((row) => row.event.type === event.type)
      .map(({ handle }) => `${service}: ${kebab(handle.name)} (broadcast)`),
  ]);
  return consumers.length === 0 ? 'none' : consumers.join('<br>');
}

function eventSection(event: EventDefinition): string {
  const schema = z.toJSONSchema(event.data, { io: 'output', unrepresentable: 'any' }) as JsonSchema;
  const rows = fieldsOf(schema).map(({ path, type, required }) => [
    code(path),
    type,
    required ? 'always' : 'sometimes',
  ]);
  return [
    `### ${event.name}`,
    event.summary,
    table(['field of data', 'type', 'present'], rows),
    '<details><summary>Example of data</summary>',
    `\`\`\`json\n${JSON.stringify(event.example, null, 2)}\n\`\`\``,
    '</details>',
  ].join('\n\n');
}

function producerSection(service: string, events: EventDefinition[], subscribers: readonly Subscriber[]): string {
  const rows = events.map((event) => {
    return [
      `[${event.name}](#${event.name})`,
      code(event.type),
      event.subject,
      event.summary,
      consumersOf(event, subscribers),
    ];
  });
  return [
    `## ${service}`,
    table(['event', 'type', 'subject', 'meaning', 'consumers'], rows),
    ...events.map(eventSection),
  ].join('\n\n');
}

const introduction = readFileSync(new URL('events-introduction.txt', import.meta.url), 'utf8').trimEnd();

/** The page docs/events.md: by producer every event with its consumers, its fields and an example. */
export function eventsDocument(catalogue: readonly EventDefinition[], subscribers: readonly Subscriber[]): string {
  const services = [...new Set(catalogue.map(({ service }) => service))];
  const sections = services.map((service) => {
    return producerSection(
      service,
      catalogue.filter((event) => event.service === service),
      subscribers,
    );
  });
  return `${[introduction, ...sections].join('\n\n')}\n`;
}
