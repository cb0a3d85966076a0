import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { limitPipelining } from './server.ts';

let server: Server;
let handled = 0;

beforeAll(async () => {
  server = createServer(
    limitPipelining((request, response) => {
      handled += 1;
      if (request.url === '/now') response.end('now');
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
beforeEach(() => {
  handled = 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const open = () => connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

test('a connection with more than 100 unanswered requests is closed, and the rest is not looked at', async () => {
  const socket = open();
  socket.write(get('/later').repeat(5_000));
  // by a reset, since there are bytes that nobody read
  await new Promise((resolve) => void socket.once('close', resolve));
  expect(handled).toBe(100);
});

test('requests that are answered are not counted, however many come on one connection', async () => {
  const socket = open();
  let answers = 0;
  socket.on('data', (chunk: Buffer) => (answers += chunk.toString().split('HTTP/1.1 200').length - 1));
  for (let sent = 0; sent < 150; sent += 1) {
    socket.write(get('/now'));
    await once(socket, 'data');
  }
  expect(answers).toBe(150);
  socket.destroy();
});
