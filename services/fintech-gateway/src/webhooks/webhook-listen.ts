/**
 * `npm run webhook-listen -- --secret whsec_... [--port N]`, or `--gateway URL --token TOKEN [--event-types a,b]
 * [--port N]`: prints each webhook that comes to this machine and whether its signature holds. With a gateway it makes
 * an endpoint there for the time it runs, and removes it on Ctrl-C; the gateway has to run with
 * WEBHOOK_ALLOW_LOCAL=true for that.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Webhook } from 'standardwebhooks';

const LARGEST_BYTES = 256 * 1024;
const say = (line: string) => void process.stdout.write(`${line}\n`);

type Endpoint = { endpointId: string; secret: string };

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function whyNot(secret: string, payload: string, headers: IncomingMessage['headers']): string | null {
  try {
    new Webhook(secret).verify(payload, headers as Record<string, string>);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

async function ask(url: string, token: string, method: string, body?: object): Promise<unknown> {
  const headers = {
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
    'Idempotency-Key': randomUUID(),
  };
  const answer = await fetch(url, {
    method,
    headers,
    signal: AbortSignal.timeout(10_000),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url} was answered ${answer.status}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}

async function allEventTypes(gateway: string, token: string): Promise<string[]> {
  const { items } = (await ask(`${gateway}/partner/v1/event-types`, token, 'GET')) as {
    items: { eventType: string }[];
  };
  return items.map(({ eventType }) => eventType);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      secret: { type: 'string' },
      port: { type: 'string', default: '0' },
      gateway: { type: 'string' },
      token: { type: 'string' },
      'event-types': { type: 'string' },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port must be a whole number from 0 to 65535, not "${values.port}"`);
  const { secret, gateway, token } = values;
  if (secret === undefined && (gateway === undefined || token === undefined))
    throw new Error('give --secret, or --gateway and --token');
  return { secret, port, gateway: gateway?.replace(/\/+$/, ''), token, eventTypes: values['event-types']?.split(',') };
}

async function main(): Promise<void> {
  const { secret: given, port, gateway, token, eventTypes } = readOptions();
  let secret = given ?? '';
  let endpoint: Endpoint | undefined;
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const payload = await bodyOf(request);
    if (payload === null) {
      response.writeHead(413).end();
      return;
    }
    const why = whyNot(secret, payload, request.headers);
    say(
      `${new Date().toISOString()} ${request.headers['webhook-id'] ?? 'no webhook-id'} ${why === null ? 'genuine' : `NOT GENUINE: ${why}`}`,
    );
    say(payload);
    response.writeHead(why === null ? 204 : 401).end();
  }
  const server = createServer((request, response) => {
    // a sender that leaves in the middle of its body
    receive(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  if (given === undefined && gateway !== undefined && token !== undefined) {
    const wanted = eventTypes ?? (await allEventTypes(gateway, token));
    endpoint = (await ask(`${gateway}/partner/v1/endpoints`, token, 'POST', {
      url,
      eventTypes: wanted,
      description: 'webhook-listen',
    })) as Endpoint;
    ({ secret } = endpoint);
    say(`made the endpoint ${endpoint.endpointId}; it is removed on Ctrl-C`);
  }
  say(`listening on ${url}`);

  async function end(): Promise<void> {
    server.close();
    server.closeAllConnections();
    if (endpoint !== undefined)
      await ask(`${gateway}/partner/v1/endpoints/${endpoint.endpointId}`, token ?? '', 'DELETE');
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end());
}

await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
