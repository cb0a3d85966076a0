import {
  context,
  isSpanContextValid,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Request, RequestHandler, Response } from 'express';

/*
 * Spans by OpenTelemetry's semantic conventions for HTTP servers. Without an SDK in the process they do nothing. A span
 * names the route by its pattern and has no address, query or body, because these may identify a person.
 */

const tracer = trace.getTracer('@ksbb/service-kit');

/** Headers that carry the present trace to the service that is called. Empty where nothing is traced. */
export function traceHeaders(): Record<string, string> {
  const headers = {};
  propagation.inject(context.active(), headers);
  return headers;
}

/** The ids of the present trace, for each line of the log. */
export function traceIds(): { trace_id?: string; span_id?: string } {
  const present = trace.getActiveSpan()?.spanContext();
  return present === undefined || !isSpanContextValid(present)
    ? {}
    : { trace_id: present.traceId, span_id: present.spanId };
}

function end(span: Span, request: Request, response: Response): void {
  const route = String(response.locals.route ?? 'unmatched');
  span.updateName(`${request.method} ${route}`);
  span.setAttributes({ 'http.route': route, 'http.response.status_code': response.statusCode });
  if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** Handles each request in a span below the span of the caller. */
export const traceRequests: RequestHandler = (request, response, next) => {
  const parent = propagation.extract(context.active(), request.headers);
  const span = tracer.startSpan(
    request.method,
    { kind: SpanKind.SERVER, attributes: { 'http.request.method': request.method } },
    parent,
  );
  response.once('close', () => end(span, request, response));
  context.with(trace.setSpan(parent, span), next);
};
