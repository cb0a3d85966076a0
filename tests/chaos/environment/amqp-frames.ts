/** What `amqp-link.ts` looks for in a frame (AMQP 0-9-1, sections 2.3.5 and 1.8). */
export type Method = { is: 'publish'; exchange: string; routingKey: string } | { is: 'deliver' | 'ack' | 'other' };

/** One frame as it was sent. `method` is null in frames that carry none: headers, bodies, heartbeats. */
export type Frame = { bytes: Buffer; channel: number; method: Method | null };

const PROTOCOL_HEADER_LENGTH = 8;
const FRAME_OVERHEAD = 8;
const METHOD_FRAME = 1;
const BASIC = 60;
const PUBLISH = 40;
const DELIVER = 60;
const ACK = 80;

function shortString(payload: Buffer, at: number): string {
  const length = payload.readUInt8(at);
  return payload.toString('utf8', at + 1, at + 1 + length);
}

function methodOf(payload: Buffer): Method {
  if (payload.readUInt16BE(0) !== BASIC) return { is: 'other' };
  switch (payload.readUInt16BE(2)) {
    case PUBLISH: {
      const exchange = shortString(payload, 6);
      return { is: 'publish', exchange, routingKey: shortString(payload, 7 + Buffer.byteLength(exchange)) };
    }
    case DELIVER:
      return { is: 'deliver' };
    case ACK:
      return { is: 'ack' };
    default:
      return { is: 'other' };
  }
}

/** Reads one direction of one connection: takes bytes as they come, and answers the frames that are complete. */
export function createFrameReader(): (chunk: Buffer) => Frame[] {
  let rest: Buffer = Buffer.alloc(0);

  function next(): Frame | undefined {
    if (rest.length < PROTOCOL_HEADER_LENGTH) return undefined;
    const isProtocolHeader = rest.toString('latin1', 0, 4) === 'AMQP';
    const length = isProtocolHeader ? PROTOCOL_HEADER_LENGTH : rest.readUInt32BE(3) + FRAME_OVERHEAD;
    if (rest.length < length) return undefined;
    const bytes = rest.subarray(0, length);
    rest = rest.subarray(length);
    if (isProtocolHeader) return { bytes, channel: 0, method: null };
    const method = bytes.readUInt8(0) === METHOD_FRAME ? methodOf(bytes.subarray(7, length - 1)) : null;
    return { bytes, channel: bytes.readUInt16BE(1), method };
  }

  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: Frame[] = [];
    for (let frame = next(); frame !== undefined; frame = next()) frames.push(frame);
    return frames;
  };
}

/** Reads one direction of one connection: the function answers the frames of its bytes that may pass. */
export function createFrameFilter(mayPass: (frame: Frame) => boolean): (chunk: Buffer) => Buffer {
  const read = createFrameReader();
  return (chunk) => Buffer.concat(read(chunk).flatMap((frame) => (mayPass(frame) ? [frame.bytes] : [])));
}
