import { z } from 'zod';

/**
 * What a producer promises about one event. `type` is the CloudEvents type `ksbb.<service>.<event>.v<major>`. The
 * routing key is the type without `ksbb.`. Inside a major version only additive changes are made: consumers ignore
 * fields that they do not know.
 */
export type EventDefinition<Name extends string = string, Data extends z.ZodObject = z.ZodObject> = {
  service: string;
  name: Name;
  major: number;
  type: string;
  routingKey: string;
  /** The field of the data that is the subject, or how the subject follows from a field. */
  subject: string;
  summary: string;
  data: Data;
  example: z.input<Data>;
};

/** Defines an event. Its type and its routing key follow from service, name and major. */
export function defineEvent<Name extends string, Data extends z.ZodObject>(definition: {
  service: string;
  name: Name;
  major: number;
  subject: string;
  summary: string;
  data: Data;
  example: z.input<Data>;
}): EventDefinition<Name, Data> {
  const routingKey = `${definition.service}.${definition.name}.v${definition.major}`;
  return { ...definition, routingKey, type: `ksbb.${routingKey}` };
}

/**
 * A structured-mode CloudEvents 1.0 message. `subject` is the aggregate id and `sequence` its version after this event,
 * zero-padded so that it orders as text (CloudEvents sequence extension). `id` is `<service>:<subject>@<version>`.
 */
export const envelopeSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(256),
  source: z.string().min(1).max(256),
  type: z.string().min(1).max(128),
  subject: z.string().min(1).max(200),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  sequence: z.string().regex(/^\d{10}$/),
  data: z.record(z.string(), z.unknown()),
});

export type Envelope = z.output<typeof envelopeSchema>;

/** A received event whose data has been checked against its contract. `version` is its sequence as a number. */
export type ReceivedEvent<Data = Record<string, unknown>> = Omit<Envelope, 'data'> & { version: number; data: Data };

export type EventOf<D extends EventDefinition> = ReceivedEvent<z.output<D['data']>>;

/** A new event as a core decides it: its name and its data. The document store adds the envelope. */
export type NewEvent<D extends EventDefinition = EventDefinition> = D extends EventDefinition
  ? { type: D['name']; data: z.output<D['data']> }
  : never;

/** An event must have fewer bytes than this. Larger content belongs in a store, with a reference in the event. */
export const EVENT_BYTES_LIMIT = 1024 * 1024;

/** Wraps the event that brought an aggregate to `version`. The id follows from both, so a repeat has the same id. */
export function envelope(
  definition: EventDefinition,
  subject: string,
  version: number,
  data: Record<string, unknown>,
  now: Date,
): Envelope {
  return {
    specversion: '1.0',
    id: `${definition.service}:${subject}@${version}`,
    source: `/ksbb/${definition.service}`,
    type: definition.type,
    subject,
    time: now.toISOString(),
    datacontenttype: 'application/json',
    sequence: String(version).padStart(10, '0'),
    data,
  };
}
