import { type Envelope, envelope, lineDelivered } from '@ksbb/contracts';
import { createRelay, type Database, openDatabase, openStore } from '@ksbb/document-store';
import { createLog } from '@ksbb/service-kit';
import type { Options } from 'amqplib';
import { Registry } from 'prom-client';

const KILOBYTE = 1024;
const SUBJECTS = 500;
/** A sampled trace, as in the header of a message that a traced service sent. */
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

export const log = createLog('bench', 'silent');
export const clock = () => new Date();

/** A real event, filled up to 1 KB; consecutive ones are about different subjects. */
export function exampleEvent(at: number): Envelope {
  const data = { ...lineDelivered.example, note: '' };
  const subject = `${data.collaborationId}-${at % SUBJECTS}`;
  const bare = envelope(lineDelivered, subject, Math.floor(at / SUBJECTS) + 1, data, new Date());
  return { ...bare, data: { ...data, note: 'x'.repeat(Math.max(0, KILOBYTE - JSON.stringify(bare).length)) } };
}

/** An event as every side sends it: the same bytes with the same properties. */
export type Message = { content: Buffer; options: Options.Publish & { messageId: string } };

export function messageOf(event: Envelope, traced = false): Message {
  return {
    content: Buffer.from(JSON.stringify(event)),
    options: {
      persistent: true,
      mandatory: true,
      messageId: event.id,
      type: event.type,
      contentType: 'application/cloudevents+json',
      ...(traced ? { headers: { traceparent: TRACEPARENT } } : {}),
    },
  };
}

type Delivered = { type: 'line-delivered'; data: typeof lineDelivered.example };
type State = { delivered: number };

/** A database of the bench's own. */
export function openBenchDatabase(mongoUrl: string, name: string): Promise<Database> {
  const address = new URL(mongoUrl);
  address.pathname = `/${name}`;
  return openDatabase(address.href, log);
}

/** A store whose command adds one event of 1 KB to an aggregate, with the relay that sends it. */
export async function openDeliveries(
  { connection }: Database,
  publisher: Parameters<typeof createRelay>[0]['publisher'],
) {
  const relay = createRelay({ publisher, log, clock, registry: new Registry() });
  const definition = {
    collection: 'ours',
    initial: { delivered: 0 },
    evolve: (state: State, event: Delivered) => ({ delivered: state.delivered + event.data.quantity }),
    publishes: [lineDelivered],
  };
  const store = await openStore<State, Delivered>(definition, { connection, relay, clock });
  const data = exampleEvent(0).data as Delivered['data'];
  const deliver = (id: string) => store.decide<never>(id, () => [{ type: 'line-delivered', data }]);
  return { relay, deliver };
}
