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
      .map(({ handle }) => `${service}: ${kebab(handle.name)} (followed)`),
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
    table(['field of data', 'type', 'there'], rows),
    `<details><summary>Example of data</summary>\n\n\`\`\`json\n${JSON.stringify(event.example, null, 2)}\n\`\`\`\n\n</details>`,
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
    table(['event', 'type', 'subject', 'says', 'taken by'], rows),
    ...events.map(eventSection),
  ].join('\n\n');
}

const introduction = `# Events

Made from packages/contracts and every service's \`src/subscriptions.ts\` by \`node infra/check/generate.ts\`; \`npm run check\` fails where this page is not up to date.

Each event is a structured-mode CloudEvents 1.0 message on the topic exchange \`ksbb.events\`. Its routing key is its type without \`ksbb.\`; \`subject\` is the id of what it is about, \`sequence\` the version of that after the event, and \`id\` follows from both, so a repeat has the same id. Every message can come twice and late. Each reaction is safe against that in the way in brackets after it:

- **insert**: writes one document whose id follows from the event; a repeat finds it there
- **newest-wins**: the event carries its subject's full public state; an older version is ignored
- **transition**: a state machine takes the step once and has nothing to add to a repeat

What is *followed* keeps a view in the memory of every replica, which is read anew when the connection was lost.

The same, to be read by programs, is [asyncapi.json](asyncapi.json) (AsyncAPI 3).

## Changing an event

A consumer checks every event against its contract, and one that does not fit is a dead letter. While a change is rolled out, and whenever an old event comes late, old and new meet. So inside a major version a new consumer reads every event of the released contract, and an old consumer every event of the new one:

- A field may be added where it is optional, or has a default, for those who read it. Its producer may always send it. Consumers ignore fields that they do not know.
- The words about a field may change.
- All else breaks one side or the other: a field removed, or added as required, or made required or optional; another type; a value added to an enum or taken from it; a variant added or removed; a limit, a format or a pattern changed. Such a change is a new major (\`.v2\`), published beside the old one until no queue is bound to that.

\`node infra/check/contracts.ts\`, a part of \`npm run check\`, compares the contracts with the released ones in \`packages/contracts/released\` and reports each break with its JSON pointer. With each release \`node infra/check/contracts.ts --release\` makes the contracts of the tree the released ones.`;

/** The page docs/events.md: by producer every event, who takes it, its fields and an example. */
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
