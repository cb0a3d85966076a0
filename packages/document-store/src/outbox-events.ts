import { EVENT_BYTES_LIMIT, type Envelope, envelope, type EventDefinition } from '@ksbb/contracts';
import { context, propagation } from '@opentelemetry/api';
import { EventTooLargeError } from './errors.ts';

type TraceContext = { traceparent?: string; tracestate?: string };

/** An event in an outbox, with the W3C trace context in which it was decided. */
export type OutboxEvent = Envelope & TraceContext;

/** Empty without a tracing SDK, or outside of any span. Baggage is left out: it may hold anything. */
function currentTrace(): TraceContext {
  const carrier: TraceContext = {};
  propagation.inject(context.active(), carrier);
  const { traceparent, tracestate } = carrier;
  return { ...(traceparent === undefined ? {} : { traceparent }), ...(tracestate === undefined ? {} : { tracestate }) };
}

/**
 * Wraps the decided events that leave the service. Each has the version to which it brought its aggregate.
 * @throws ZodError where data does not fit its contract, EventTooLargeError at 1 MiB
 */
export function toOutboxEvents(
  published: Map<string, EventDefinition>,
  { id, version, now }: { id: string; version: number; now: Date },
  events: readonly { type: string; data: object }[],
): OutboxEvent[] {
  const trace = currentTrace();
  return events.flatMap(({ type, data }, at) => {
    const contract = published.get(type);
    if (contract === undefined) return [];
    const event = { ...envelope(contract, id, version + at + 1, contract.data.parse(data), now), ...trace };
    const bytes = Buffer.byteLength(JSON.stringify(event));
    if (bytes >= EVENT_BYTES_LIMIT) throw new EventTooLargeError(event.id, bytes);
    return [event];
  });
}
