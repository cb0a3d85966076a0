import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, freePorts } from '@ksbb/testkit';

/** A service that answers `/slow` only after `/go` was asked for. */
const SERVICE = `
import express from 'express';
import { httpSettings, startService } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)};
const waiting = [];
const app = express();
app.get('/slow', (_request, response) => void waiting.push(response));
app.get('/go', (_request, response) => {
  response.end('gone');
  setTimeout(() => waiting.forEach((one) => one.end('done')), 600);
});
const build = async () => ({ app, ready: {}, close: async () => {} });
await startService({ service: 'test', settings: httpSettings, build });
`;

const start = (environment: Record<string, string>) =>
  spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', SERVICE], {
    cwd: new URL('..', import.meta.url),
    env: { PATH: process.env.PATH, LOG_LEVEL: 'silent', ...environment },
    stdio: ['ignore', 'inherit', 'pipe'],
  });

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

test('at SIGTERM the process answers requests in progress, asks to close connections, and exits 0', async () => {
  const [port = 0, healthPort = 0] = await freePorts(2);
  const child = start({ HOST: '127.0.0.1', PORT: `${port}`, HEALTH_PORT: `${healthPort}`, DRAIN_DELAY_MS: '2000' });
  const ended = once(child, 'exit');
  // Connections are kept alive, as a load balancer keeps them.
  const agent = new Agent({ keepAlive: true });
  const readiness = async () =>
    (await get(agent, `http://127.0.0.1:${healthPort}/healthz/ready`).catch(() => undefined))?.status;
  try {
    await eventually('the service is ready', async () => child.exitCode !== null || (await readiness()) === 200);
    // Clients close idle connections first.
    expect((await get(agent, `http://127.0.0.1:${healthPort}/healthz/live`)).kept).toBe('timeout=5');
    const inProgress = get(agent, `http://127.0.0.1:${port}/slow`);
    await sleep(100);
    child.kill('SIGTERM');
    await eventually('the service is not ready', async () => (await readiness()) !== 200);
    // The service still answers clients that have not noticed yet.
    expect(await get(agent, `http://127.0.0.1:${port}/go`)).toEqual({ status: 200, connection: 'close', body: 'gone' });
    expect(await inProgress).toMatchObject({ status: 200, body: 'done' });
    expect((await ended)[0]).toBe(0);
  } finally {
    child.kill('SIGKILL');
    agent.destroy();
  }
});

test('without its settings a service names what is missing and exits 78', async () => {
  const child = start({});
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  expect((await once(child, 'close'))[0]).toBe(78);
  expect(said).toContain('HEALTH_PORT is missing');
});
