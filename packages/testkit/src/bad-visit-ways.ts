import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from './random.ts';

/** One visit: its connection, what it asks for, and its share of chance. */
export type Visitor = {
  socket: Socket;
  random: SeededRandom;
  read: string;
  write: string;
  /** Sends bytes; does nothing on a connection that is gone. */
  send: (bytes: string | Buffer) => void;
  /** Waits for a while between nothing and 150 ms. */
  linger: () => Promise<void>;
  /** Resolves with the first bytes of an answer, or when the connection ends. */
  answered: () => Promise<void>;
};

const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
const post = (path: string, length: number | string, headers = 'Content-Type: application/json\r\n') =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n${headers}\r\n`;
const CHUNKED = 'Transfer-Encoding: chunked\r\nContent-Type: application/json\r\nIdempotency-Key: key-00000001\r\n';
const upload = (path: string) => `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${CHUNKED}\r\n`;
const FORM = 'Content-Type: application/x-www-form-urlencoded\r\n';
const GZIP = 'Content-Type: application/json\r\nContent-Encoding: gzip\r\n';

export const oneOf = <T>(list: readonly T[], { below }: SeededRandom): T => list[below(list.length)] as T;
const garbage = (bytes: number, { below }: SeededRandom) =>
  Buffer.from(Array.from({ length: bytes }, () => below(256)));

const ODD_METHODS = [
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'PATCH',
  'DELETE',
  'PURGE',
  'CONNECT',
  'get',
  'FOO',
  'M-SEARCH',
];
const ODD_PATHS = [
  '/%E0%A4%A',
  '/%00',
  '//',
  '/../../etc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '*',
  'http://elsewhere.example/api/commitment/institutions',
  '/api/commitment/\x80\xff',
  '/api/%63ommitment/institutions',
  '/api/__proto__/x',
  '/api/commitment//elsewhere.example/x',
  '/?a[]=1&a[]=2&__proto__[x]=1&msme=%',
  '/collaborations/%ff',
  '/assets/../main.ts',
  `/${'a'.repeat(8_000)}`,
  'no-slash',
];
const ODD_LENGTHS = [
  '-1',
  'abc',
  '1e3',
  '99999999999999999999',
  '5\r\nContent-Length: 6',
  '5\r\nTransfer-Encoding: chunked',
];
const ODD_HEADERS = [
  `X-Large: ${'x'.repeat(20_000)}\r\n`,
  Array.from({ length: 2_500 }, (_, at) => `X-${at}: 1\r\n`).join(''),
  `Cookie: ${'ksbb_access=%E0%A4%A; '.repeat(200)}\r\n`,
  'Cookie: ksbb_receipt=AAAA; __proto__=1\r\n',
  'X-Bad Name: 1\r\n',
  'X-Latin: \xe9\xff\r\n',
  'Authorization: Bearer \xff\r\nIf-None-Match: "\r\nRange: bytes=9-1,-,x\r\n',
  'Accept-Encoding: gzip;q=x, *;q=9\r\nAccept-Language: \xff\r\n',
  'traceparent: 00-zz-zz-zz\r\nX-Forwarded-For: \xff, \xfe\r\nForwarded: "\r\n',
  'Connection: host, content-length, x\r\nTE: trailers\r\n',
];

async function drip({ socket, send }: Visitor, text: string, byteEveryMs: number): Promise<void> {
  for (const byte of text.slice(0, 60)) {
    if (socket.destroyed) return;
    send(byte);
    await sleep(byteEveryMs);
  }
}

/** Each way to end badly. All of them leave without a word at the end; half of them with a reset. */
export const WAYS = {
  'connects and leaves': () => {},
  'leaves before the answer': async ({ send, linger, read }) => {
    send(get(read));
    await linger();
  },
  'leaves before the answer to a write': async ({ send, linger, write, random }) => {
    const body = oneOf(['{}', '{"lines":[', '[]', '"x"', '['.repeat(5_000), '\xff\xfe', ''], random);
    send(post(write, Buffer.byteLength(body), `Content-Type: application/json\r\nIdempotency-Key: key-00000001\r\n`));
    send(body);
    await linger();
  },
  'leaves in the middle of the answer': async ({ send, answered, read }) => {
    send(get(read));
    await answered();
  },
  'leaves in the middle of a compressed answer': async ({ send, answered, read }) => {
    send(get(read, 'Accept-Encoding: gzip, br\r\n'));
    await answered();
  },
  'says nothing more and still reads': async ({ socket, send, answered, read }) => {
    send(get(read));
    socket.end();
    await answered();
  },
  'stops in the request line': async ({ send, linger, read, random }) => {
    send(get(read).slice(0, 1 + random.below(12)));
    await linger();
  },
  'stops in the headers': async ({ send, linger, read, random }) => {
    const head = get(read, 'Accept: text/html\r\nCookie: a=b\r\n');
    send(head.slice(0, 20 + random.below(head.length - 20)));
    await linger();
  },
  'stops in the body': async ({ send, linger, write, random }) => {
    send(post(write, 5_000, oneOf([FORM, GZIP, 'Content-Type: application/json\r\n'], random)));
    send(garbage(random.below(4_000), random));
    await linger();
  },
  'drips the headers': (visitor) => drip(visitor, get(visitor.read), 5),
  'drips the body': async (visitor) => {
    visitor.send(post(visitor.write, 200));
    await drip(visitor, '{"lines":[{"needId":"x"'.padEnd(60), 8);
  },
  'reads slowly': async ({ socket, send, answered, read }) => {
    send(get(read).repeat(3));
    await answered();
    socket.pause();
    for (let looks = 0; looks < 5 && !socket.destroyed; looks += 1) {
      await sleep(40);
      socket.read(64);
    }
  },
  'sends garbage': async ({ send, answered, random }) => {
    const tls = Buffer.from('16030100c8010000c40303', 'hex');
    const http2 = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    send(oneOf([garbage(1 + random.below(3_000), random), tls, http2, Buffer.alloc(2_000)], random));
    await answered();
  },
  'says a wrong length': async ({ send, answered, write, random }) => {
    send(post(write, oneOf(ODD_LENGTHS, random)));
    send('{"a":1}{"b":2}');
    await answered();
  },
  'says less than it sends': async ({ send, answered, write, random }) => {
    send(post(write, 3));
    send(Buffer.concat([Buffer.from('{}x'), garbage(500, random)]));
    await answered();
  },
  'sends odd headers': async ({ send, answered, read, random }) => {
    send(Buffer.from(get(read, oneOf(ODD_HEADERS, random)), 'latin1'));
    await answered();
  },
  'asks for an odd path': async ({ send, answered, random }) => {
    send(Buffer.from(get(oneOf(ODD_PATHS, random)), 'latin1'));
    await answered();
  },
  'uses an odd method': async ({ send, answered, linger, read, random }) => {
    send(get(read).replace('GET', oneOf(ODD_METHODS, random)));
    await (random.below(2) === 0 ? answered() : linger());
  },
  'pipelines and leaves': async ({ send, answered, linger, read, write, random }) => {
    send(get(read).repeat(1 + random.below(10)) + post(write, 2) + '{}' + get(read));
    await (random.below(2) === 0 ? answered() : linger());
  },
  'pipelines without end': async ({ send, linger, read }) => {
    send(get(read).repeat(2_000));
    await linger();
  },
  'breaks an upload off': async ({ send, linger, write, random }) => {
    send(upload(write));
    for (let sent = random.below(30); sent > 0; sent -= 1) send(`2000\r\n${'x'.repeat(0x2000)}\r\n`);
    await linger();
    send(oneOf(['zz\r\n', '5\r\nab', '0\r\nX-Trailer: 1', ''], random));
  },
  'sends too much': async ({ send, answered, write, random }) => {
    const bytes = 300 * 1024;
    send(random.below(2) === 0 ? post(write, bytes) : upload(write) + `${bytes.toString(16)}\r\n`);
    send('x'.repeat(bytes));
    await answered();
  },
  'sends what does not inflate': async ({ send, answered, linger, write, random }) => {
    const body = Buffer.concat([Buffer.from('1f8b08000000000000ff', 'hex'), garbage(300, random)]);
    send(post(write, body.length, GZIP));
    send(body);
    await (random.below(2) === 0 ? answered() : linger());
  },
  'waits to be told to go on': async ({ send, answered, linger, write, random }) => {
    send(post(write, 10, oneOf(['Expect: 100-continue\r\n', 'Expect: more\r\n'], random)));
    await answered();
    await linger();
  },
  'asks for an upgrade': async ({ send, answered, read, random }) => {
    send(get(read, 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'));
    send(garbage(100, random));
    await answered();
  },
  'posts an odd form': async ({ send, answered, linger, write, random }) => {
    const type = oneOf(
      [FORM, 'Content-Type: multipart/form-data\r\n', 'Content-Type: text/x; charset=utf-99\r\n'],
      random,
    );
    const body = oneOf(['%E0%A4%A=%', '&&&=&=', 'pin=1&pin=2&__proto__=x', '--x\r\n\r\n'], random);
    send(post(write, body.length, `${type}Origin: null\r\n`));
    send(body);
    await (random.below(2) === 0 ? answered() : linger());
  },
  'leaves a connection that is kept': async ({ send, answered, linger, read }) => {
    send(get(read, 'Connection: keep-alive\r\n'));
    await answered();
    await linger();
    send('GET ');
  },
} satisfies Record<string, (visitor: Visitor) => Promise<void> | void>;
