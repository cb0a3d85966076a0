import { envelopeSchema, type EventDefinition } from '@ksbb/contracts';
import type { Subscriber } from './subscribers.ts';
import { exampleEnvelope, schemaOf } from '../contracts/contract-set.ts';

/** The AMQP binding of AsyncAPI, https://github.com/asyncapi/bindings/tree/master/amqp */
const bindingVersion = '0.3.0';

const refTo = (...path: string[]) => ({ $ref: `#/${path.join('/')}` });
const entries = <T, V>(all: readonly T[], entry: (one: T) => readonly [string, V]) =>
  Object.fromEntries(all.map(entry));

function channelOf({ name, routingKey, summary, subject }: EventDefinition) {
  return {
    address: routingKey,
    title: name,
    summary,
    description: `The subject is ${subject}.`,
    messages: { [name]: refTo('components', 'messages', routingKey) },
    bindings: {
      amqp: {
        is: 'routingKey',
        exchange: { name: 'ksbb.events', type: 'topic', durable: true, autoDelete: false },
        bindingVersion,
      },
    },
  };
}

function messageOf(event: EventDefinition) {
  const { type, name, routingKey, summary } = event;
  return {
    name: type,
    title: name,
    summary,
    contentType: 'application/cloudevents+json',
    headers: refTo('components', 'schemas', 'headers'),
    payload: {
      allOf: [
        refTo('components', 'schemas', 'envelope.v1'),
        { type: 'object', properties: { type: { const: type }, data: refTo('components', 'schemas', routingKey) } },
      ],
    },
    bindings: { amqp: { contentEncoding: 'utf-8', messageType: type, bindingVersion } },
    examples: [{ name, payload: exampleEnvelope(event) }],
  };
}

const operationOn = ({ name, routingKey }: EventDefinition, service: string) => ({
  channel: refTo('channels', routingKey),
  messages: [refTo('channels', routingKey, 'messages', name)],
  tags: [{ name: service }],
});

function sendOf(event: EventDefinition) {
  const { service, name } = event;
  const bindings = { amqp: { deliveryMode: 2, mandatory: true, bindingVersion } };
  return [
    `${service}.sends.${name}.v${event.major}`,
    { action: 'send', title: `${service} sends ${name}`, ...operationOn(event, service), bindings },
  ] as const;
}

/** One operation for each event that a service takes, with all that it does about it. */
function receivesOf({ service, subscriptions }: Subscriber) {
  return [...Map.groupBy(subscriptions, ({ event }) => event)].map(([event, rows]) => {
    const reactions = rows.map(({ reaction, effect }) => ({ reaction, effect }));
    const operation = {
      action: 'receive',
      title: `${service} takes ${event.name}`,
      ...operationOn(event, service),
      bindings: { amqp: { ack: true, bindingVersion } },
      'x-ksbb-queue': `${service}.in`,
      'x-ksbb-reactions': reactions,
    };
    return [`${service}.takes.${event.routingKey}`, operation] as const;
  });
}

const headers = {
  type: 'object',
  properties: {
    traceparent: { type: 'string', description: 'The trace that the event belongs to (W3C Trace Context).' },
    tracestate: { type: 'string' },
  },
};

/** The document docs/asyncapi.json: every event with its schema, who sends it and who takes it, as AsyncAPI 3.0. */
export function asyncApiDocument(catalogue: readonly EventDefinition[], subscribers: readonly Subscriber[]) {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'KSBB UMKM events',
      version: '1.0.0',
      description:
        'What the services tell each other: structured-mode CloudEvents 1.0 over RabbitMQ. ' +
        "Made from packages/contracts and the services' tables of subscriptions.",
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    servers: {
      broker: {
        host: '{host}',
        protocol: 'amqp',
        protocolVersion: '0-9-1',
        description: 'The RabbitMQ that AMQP_URL names.',
        variables: { host: { default: 'localhost:5672' } },
      },
    },
    channels: entries(catalogue, (event) => [event.routingKey, channelOf(event)]),
    operations: Object.fromEntries([...catalogue.map(sendOf), ...subscribers.flatMap(receivesOf)]),
    components: {
      messages: entries(catalogue, (event) => [event.routingKey, messageOf(event)]),
      schemas: {
        headers,
        'envelope.v1': schemaOf(envelopeSchema),
        ...entries(catalogue, ({ routingKey, data }) => [routingKey, schemaOf(data)]),
      },
    },
  };
}
