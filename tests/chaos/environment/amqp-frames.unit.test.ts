import { createFrameReader } from './amqp-frames.ts';

function frame(type: number, channel: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt8(type, 0);
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.from([0xce])]);
}

const basic = (method: number, rest: Buffer) => Buffer.concat([Buffer.from([0, 60, 0, method]), rest]);
const short = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);

const sent = [
  Buffer.from('AMQP\0\0\x09\x01', 'latin1'),
  frame(
    1,
    3,
    basic(
      40,
      Buffer.concat([Buffer.from([0, 0]), short('ksbb.events'), short('training.training-held.v1'), Buffer.from([0])]),
    ),
  ),
  frame(2, 3, Buffer.alloc(20)),
  frame(3, 3, Buffer.from('{"AMQP": "in a body"}')),
  frame(8, 0, Buffer.alloc(0)),
  frame(1, 1, basic(60, Buffer.alloc(30))),
  frame(1, 1, basic(80, Buffer.alloc(9))),
  frame(1, 1, Buffer.from([0, 20, 0, 10, 0])),
];
const methods = [
  null,
  { is: 'publish', exchange: 'ksbb.events', routingKey: 'training.training-held.v1' },
  null,
  null,
  null,
  { is: 'deliver' },
  { is: 'ack' },
  { is: 'other' },
];

test('frames are separated, and their methods are read', () => {
  const frames = createFrameReader()(Buffer.concat(sent));
  expect(frames.map(({ method }) => method)).toEqual(methods);
  expect(frames.map(({ bytes }) => bytes)).toEqual(sent);
  expect(frames.map(({ channel }) => channel)).toEqual([0, 3, 3, 3, 0, 1, 1, 1]);
});

test('frames that come byte by byte are read the same', () => {
  const read = createFrameReader();
  const frames = Array.from(Buffer.concat(sent)).flatMap((byte) => read(Buffer.from([byte])));
  expect(frames.map(({ method }) => method)).toEqual(methods);
});
