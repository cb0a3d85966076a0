import type { Envelope, ReceivedEvent } from '@ksbb/contracts';
import {
  type Attributes,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { EXCHANGE } from './topology.ts';

/*
 * Spans by OpenTelemetry's semantic conventions for messaging. Without an SDK in the process none of it does anything.
 * Spans name events by type and id, and hold nothing of their data.
 */

/** An event with the W3C trace context of its commit, as members of the CloudEvents distributed tracing extension. */
export type TracedEnvelope = Envelope & { traceparent?: string; tracestate?: string };

const tracer = trace.getTracer('@ksbb/messaging');
/** Without a propagator there is no SDK, and nobody would read the spans. */
const isTraced = () => propagation.fields().length > 0;

const attributes = (operation: string, type: string, destination: string, id: string): Attributes => ({
  'messaging.system': 'rabbitmq',
  'messaging.operation.name': operation,
  'messaging.operation.type': operation,
  'messaging.destination.name': destination,
  'messaging.rabbitmq.destination.routing_key': type,
  'messaging.message.id': id,
});

export function endSpan(span: Span | undefined, error?: Error): void {
  if (span === undefined) return;
  if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error.name });
  span.end();
}

/**
 * Begins the span of sending an event, below the one in which it was committed, and gives the headers that carry it on.
 */
export function startSend(
  event: TracedEnvelope,
  routingKey: string,
): { span?: Span; headers?: Record<string, string> } {
  if (!isTraced()) return {};
  const parent = propagation.extract(ROOT_CONTEXT, event);
  const span = tracer.startSpan(
    `send ${routingKey}`,
    { kind: SpanKind.PRODUCER, attributes: attributes('send', routingKey, EXCHANGE, event.id) },
    parent,
  );
  const headers = {};
  propagation.inject(trace.setSpan(parent, span), headers);
  return { span, headers };
}

/**
 * Runs the handling of a delivery in a span below, and linked to, that of its sending. `handle` answers what failed.
 */
export async function inProcessSpan<T extends { error?: Error }>(
  headers: object,
  queue: string,
  event: ReceivedEvent,
  handle: () => Promise<T>,
): Promise<T> {
  if (!isTraced()) return handle();
  const parent = propagation.extract(ROOT_CONTEXT, headers);
  const sent = trace.getSpanContext(parent);
  const span = tracer.startSpan(
    `process ${queue}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: attributes('process', event.type.replace(/^ksbb\./, ''), queue, event.id),
      ...(sent === undefined ? {} : { links: [{ context: sent }] }),
    },
    parent,
  );
  const outcome = await context.with(trace.setSpan(parent, span), handle);
  endSpan(span, outcome.error);
  return outcome;
}
