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
    table(['event', 'type', 'subject', 'meaning', 'consumers'], rows),
    ...events.map(eventSection),
  ].join('\n\n');
}

const introduction = `# Events

\`node infra/check/generate.ts\` makes this page from packages/contracts and every service's \`src/subscriptions.ts\`. \`npm run check\` fails if it is out of date.

Each event is a structured-mode CloudEvents 1.0 message on the topic exchange \`ksbb.events\`. Its routing key is its type without \`ksbb.\`. \`subject\` is the id of the aggregate that the event is about, and \`sequence\` is the aggregate's version after the event. \`id\` is derived from both, so a repeat has the same id. Every message can arrive twice and late. The word in brackets after each reaction says why a repeat is harmless:

- **insert**: the reaction writes one document whose id is derived from the event; a repeat finds the document
- **newest-wins**: the event has the full public state of its subject; an older version is ignored
- **transition**: a state machine takes the step once and adds nothing for a repeat

A *broadcast* reaction updates a view in the memory of every replica. The replica reads the view again after a lost connection.

[asyncapi.json](asyncapi.json) (AsyncAPI 3) has the same for programs.

## Changing an event

A consumer checks every event against its contract. An event that does not fit becomes a dead letter. During a rollout, and whenever an old event arrives late, old and new versions meet. So inside a major version, a new consumer must read every event of the released contract, and an old consumer must read every event of the new contract:

- A new field must be optional or have a default for consumers. Its producer may always send it. Consumers ignore unknown fields.
- The description of a field may change.
- Every other change breaks one side: a removed field, a new required field, a field that becomes required or optional, another type, an added or removed value of an enum, an added or removed variant, a changed limit, format or pattern. Such a change is a new major (\`.v2\`), published beside the old one until no queue is bound to the old one.

\`node infra/check/contracts.ts\`, a part of \`npm run check\`, compares the contracts with the released ones in \`packages/contracts/released\` and reports each break with its JSON pointer. With each release, \`node infra/check/contracts.ts --release\` makes the present contracts the released ones.`;

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
