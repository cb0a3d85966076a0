import { defineEvent, envelope } from '@ksbb/contracts';
import { createLog } from '@ksbb/service-kit';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { freshVhost, removeVhost } from '../../testkit/src/servers.ts';
import { createBus } from './bus.ts';
import { on, RejectedEvent, type Subscription } from './subscription.ts';

const shelfFilled = defineEvent({
  service: 'shop',
  name: 'shelf-filled',
  major: 1,
  subject: 'the id of the shelf',
  summary: 'For this test.',
  data: z.object({}),
  example: {},
});
const COMMITTED = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const exporter = new InMemorySpanExporter();

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
});

test('sending is traced below the commit, handling below the sending and linked to it; a failure shows', async () => {
  const url = await freshVhost();
  const bus = createBus({ url, service: 'stock', log: createLog('test', 'silent'), registry: new Registry() });
  const inHandler: (string | undefined)[] = [];
  const finished = Promise.withResolvers<void>();
  const countShelf = async ({ subject }: { subject: string }) => {
    inHandler.push(trace.getActiveSpan()?.spanContext().traceId);
    if (subject === 'bad') {
      finished.resolve();
      throw new RejectedEvent('no');
    }
  };
  bus.subscribe([on(shelfFilled, 'insert', countShelf)] as readonly Subscription<null>[], null);
  await bus.started();
  for (const subject of ['good', 'bad'])
    await bus.publish({ ...envelope(shelfFilled, subject, 1, {}, new Date(0)), traceparent: COMMITTED });
  await finished.promise;
  await bus.close();
  await removeVhost(url);

  const traceId = COMMITTED.split('-')[1];
  expect(inHandler).toEqual([traceId, traceId]);
  const spans = exporter.getFinishedSpans();
  const sent = spans.filter(({ kind }) => kind === SpanKind.PRODUCER);
  const handled = spans.filter(({ kind }) => kind === SpanKind.CONSUMER);
  expect(sent.map(({ name, parentSpanContext }) => [name, parentSpanContext?.spanId])).toEqual(
    ['good', 'bad'].map(() => ['send shop.shelf-filled.v1', COMMITTED.split('-')[2]]),
  );
  const sentIds = sent.map((span) => span.spanContext().spanId);
  expect(handled.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(sentIds);
  expect(handled.map(({ links }) => links.map(({ context: linked }) => linked.spanId))).toEqual(
    sentIds.map((id) => [id]),
  );
  expect(handled.map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.ERROR]);
  expect(handled[0]?.attributes).toMatchObject({
    'messaging.system': 'rabbitmq',
    'messaging.destination.name': 'stock.in',
    'messaging.message.id': 'shop:good@1',
  });
});
