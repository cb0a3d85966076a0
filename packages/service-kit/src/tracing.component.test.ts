import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import request from 'supertest';
import { createHttpApp } from './http.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { defineRoute } from './route.ts';
import { startTracing } from './start-tracing.ts';
import { traceHeaders, traceIds } from './tracing.ts';

type Attribute = { key: string; value: { stringValue?: string; intValue?: number } };
type ExportedSpan = { traceId: string; parentSpanId?: string; name: string; kind: number; attributes: Attribute[] };
type Exported = { resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: ExportedSpan[] }[] }[] };

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';
const seen: { headers: Record<string, string>; ids: ReturnType<typeof traceIds> }[] = [];
const routes = [
  defineRoute({
    auth: 'public',
    method: 'post',
    path: '/shelves/:shelfId',
    operationId: 'fillShelf',
    summary: 'Fills a shelf.',
    answers: {},
    handle: async () => {
      await new Promise(setImmediate);
      seen.push({ headers: traceHeaders(), ids: traceIds() });
      return { status: 204 };
    },
  }),
];
const app = createHttpApp({
  service: 'test',
  routes,
  log: createLog('test', 'silent'),
  metrics: createMetrics('test'),
});
const received: { path: string; body: Exported }[] = [];
let collector: Server;

beforeAll(async () => {
  const receiver = express();
  receiver.use(express.json(), ({ path, body }, response) => {
    received.push({ path, body });
    response.json({});
  });
  collector = createServer(receiver);
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
});

afterAll(() => new Promise((resolve) => collector.close(resolve)));

test('without a collector nothing is traced', async () => {
  await request(app).post('/shelves/a').send({});
  expect(seen.pop()).toEqual({ headers: {}, ids: {} });
});

test('a request is handled below the trace of its caller, across turns, and told to the collector', async () => {
  const stop = startTracing('shelves', `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`, 1);
  await request(app).post('/shelves/secret-a?name=Tini').set('traceparent', `00-${TRACE_ID}-${PARENT_ID}-01`).send({});
  await stop();
  expect(seen[0]?.ids.trace_id).toBe(TRACE_ID);
  expect(seen[0]?.headers.traceparent).toBe(`00-${TRACE_ID}-${seen[0]?.ids.span_id}-01`);
  expect(received.map(({ path }) => path)).toEqual(['/v1/traces']);
  const [exported] = received[0]?.body.resourceSpans ?? [];
  expect(exported?.resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'shelves' } });
  const [span] = exported?.scopeSpans[0]?.spans ?? [];
  expect(span).toMatchObject({ traceId: TRACE_ID, parentSpanId: PARENT_ID, name: 'POST /shelves/:shelfId', kind: 2 });
  expect(span?.attributes).toContainEqual({ key: 'http.response.status_code', value: { intValue: 204 } });
  expect(JSON.stringify(received)).not.toMatch(/secret-a|Tini/);
});
