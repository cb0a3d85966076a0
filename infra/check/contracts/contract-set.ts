import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { catalogue, type Envelope, envelope, envelopeSchema, type EventDefinition } from '@ksbb/contracts';
import { z } from 'zod';
import { breaksBetween, type Schema } from './breaks.ts';

/** One contract as it lies in `packages/contracts/released/<name>.json`. The name of an event's is its routing key. */
export type Contract = { name: string; schema: Schema; example: unknown };

/** A contract of this tree, which can also read. */
export type CurrentContract = Contract & { reads: z.ZodType };

/**
 * JSON Schema of draft 7, as AsyncAPI 3 takes it, of what a consumer reads: it does not forbid fields that it does not
 * know.
 */
export function schemaOf(type: z.ZodType): Schema {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { target: 'draft-7', io: 'input' }) as Schema;
  return schema;
}

/** What the event's example is about: the field that `subject` names, or that `without its number`. */
function exampleSubject({ subject, example }: EventDefinition): string {
  const [field = '', ...words] = subject.split(' ');
  const value = String(example[field]);
  return words.length === 0 ? value : value.replace(/\.\d+$/, '');
}

/** The example of an event as it is published. */
export function exampleEnvelope(event: EventDefinition): Envelope {
  return envelope(event, exampleSubject(event), 1, event.example, new Date('2026-11-24T03:00:00Z'));
}

const contract = (name: string, reads: z.ZodType, example: unknown): CurrentContract => ({
  name,
  schema: schemaOf(reads),
  example,
  reads,
});

/** The contract of every event, and of the envelope that all of them have. */
export function contractsOf(events: readonly EventDefinition[]): CurrentContract[] {
  const [first] = events;
  const wrapping = first === undefined ? [] : [contract('envelope.v1', envelopeSchema, exampleEnvelope(first))];
  return [...wrapping, ...events.map(({ routingKey, data, example }) => contract(routingKey, data, example))];
}

export const currentContracts = (): CurrentContract[] => contractsOf(catalogue);

/**
 * Whether what was published under the released contract is read; finds what a schema cannot say, such as a check
 * character.
 */
function exampleFaults({ name, example }: Contract, { reads }: CurrentContract): string[] {
  const read = reads.safeParse(example);
  if (read.success) return [];
  return read.error.issues.map(
    ({ path, message }) =>
      `${name}#/${['example', ...path].join('/')}: consumers reject the released example: ${message}`,
  );
}

/** Every way in which the contracts of this tree break the released ones, a line each (see contracts/breaks.ts). */
export function contractFaults(released: readonly Contract[], current: readonly CurrentContract[]): string[] {
  return released.flatMap((before) => {
    const after = current.find(({ name }) => name === before.name);
    const advice = 'keep it beside its successor, and remove its released file when no queue is bound to it any more';
    if (after === undefined) return [`${before.name}#: the contract is gone; ${advice}`];
    const breaks = breaksBetween(before.schema, after.schema);
    return [...breaks.map(({ pointer, why }) => `${before.name}#${pointer}: ${why}`), ...exampleFaults(before, after)];
  });
}

/** The contracts in a directory, in the order of their names. */
export function readReleased(directory: string): Contract[] {
  return globSync('*.json', { cwd: directory })
    .toSorted()
    .map((file) => ({
      name: basename(file, '.json'),
      ...(JSON.parse(readFileSync(join(directory, file), 'utf8')) as Omit<Contract, 'name'>),
    }));
}

/** Writes each contract to its file. Answers the names of those that are new or changed. */
export function writeReleased(directory: string, contracts: readonly Contract[]): string[] {
  mkdirSync(directory, { recursive: true });
  const changed = contracts.filter(({ name, schema, example }) => {
    const file = join(directory, `${name}.json`);
    const text = `${JSON.stringify({ schema, example }, null, 2)}\n`;
    if (existsSync(file) && readFileSync(file, 'utf8') === text) return false;
    writeFileSync(file, text);
    return true;
  });
  return changed.map(({ name }) => name);
}
