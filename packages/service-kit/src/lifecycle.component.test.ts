import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A service that answers `/slow` only when `/go` is asked for. */
const SERVICE = `
import express from 'express';
import { createLog, createMetrics, runService } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)};
const settings = { HOST: '127.0.0.1', PORT: Number(process.env.PORT), HEALTH_PORT: Number(process.env.HEALTH_PORT), LOG_LEVEL: 'silent', DRAIN_DELAY_MS: 300, SHUTDOWN_GRACE_MS: 5000 };
const waiting = [];
const app = express();
app.get('/slow', (_request, response) => void waiting.push(response));
app.get('/go', (_request, response) => {
  response.end('gone');
  setTimeout(() => waiting.forEach((one) => one.end('done')), 600);
});
await runService({ service: 'test', settings, log: createLog('test', 'silent'), metrics: createMetrics('test'), build: async () => ({ app, ready: {}, close: async () => {} }) });
`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

type Answer = { status: number | undefined; connection: string | undefined; kept?: unknown; body: string };

function get(agent: Agent, url: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { agent }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          connection: response.headers.connection,
          kept: response.headers['keep-alive'],
          body,
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}

test('what is in hand at SIGTERM is answered, connections are asked to close, and the process ends well', async () => {
  const [port, healthPort] = [await freePort(), await freePort()];
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', SERVICE],
    {
      cwd: new URL('..', import.meta.url),
      env: { ...process.env, NODE_OPTIONS: '', PORT: String(port), HEALTH_PORT: String(healthPort) },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const ended = once(child, 'exit');
  // Connections are kept alive, as a load balancer keeps them.
  const agent = new Agent({ keepAlive: true });
  const readiness = async () =>
    (await get(agent, `http://127.0.0.1:${healthPort}/healthz/ready`).catch(() => undefined))?.status;
  try {
    while ((await readiness()) !== 200 && child.exitCode === null) await sleep(50);
    // Idle ones are given up by clients before they could be cut.
    expect((await get(agent, `http://127.0.0.1:${healthPort}/healthz/live`)).kept).toBe('timeout=5');
    const inHand = get(agent, `http://127.0.0.1:${port}/slow`);
    await sleep(100);
    child.kill('SIGTERM');
    while ((await readiness()) === 200) await sleep(10);
    // Not ready any more, and serving on for those that have not noticed yet.
    expect(await get(agent, `http://127.0.0.1:${port}/go`)).toEqual({ status: 200, connection: 'close', body: 'gone' });
    expect(await inHand).toMatchObject({ status: 200, body: 'done' });
    expect((await ended)[0]).toBe(0);
  } finally {
    child.kill('SIGKILL');
    agent.destroy();
  }
});
