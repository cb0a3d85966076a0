import { type Inspector, startTcpProxy, type TcpProxy } from '@ksbb/testkit';
import { createFrameReader, type Frame } from './amqp-frames.ts';

/** The moments between two steps of a service in which it must be able to die. */
export const WINDOWS = [
  'publish before confirm',
  'confirm before removal',
  'delivery before effect',
  'effect before ack',
  'tier publish before ack',
] as const;
export type Window = (typeof WINDOWS)[number];

/** A frame, with what was published last on each channel of its connection. */
type Seen = {
  from: 'client' | 'server';
  frame: Frame;
  published: Map<number, { exchange: string; routingKey: string }>;
};

type Opening = {
  /** Whether this frame opens the window. */
  opens: (seen: Seen) => boolean;
  /** Whether the frame itself goes through. */
  passes: boolean;
  /** Which of the two gets nothing more from the service from then on. */
  mutes: 'broker' | 'database';
  /** How long the service then goes on, so that it can do what it would do too early. */
  livesMs: number;
};

const EXCHANGE = 'ksbb.events';
const isConfirm = ({ from, frame }: Seen) => from === 'server' && frame.method?.is === 'ack';
const lastPublished = ({ frame, published }: Seen) => published.get(frame.channel);

const OPENINGS: Record<Window, Opening> = {
  'publish before confirm': {
    opens: ({ from, frame }) =>
      from === 'client' && frame.method?.is === 'publish' && frame.method.exchange === EXCHANGE,
    passes: false,
    mutes: 'broker',
    livesMs: 80,
  },
  'confirm before removal': {
    opens: (seen) => isConfirm(seen) && lastPublished(seen)?.exchange === EXCHANGE,
    passes: true,
    mutes: 'database',
    livesMs: 15,
  },
  'delivery before effect': {
    opens: ({ from, frame }) => from === 'server' && frame.method?.is === 'deliver',
    passes: true,
    mutes: 'database',
    livesMs: 80,
  },
  'effect before ack': {
    opens: ({ from, frame }) => from === 'client' && frame.method?.is === 'ack',
    passes: false,
    mutes: 'broker',
    livesMs: 0,
  },
  'tier publish before ack': {
    opens: (seen) => isConfirm(seen) && lastPublished(seen)?.routingKey.includes('.retry.') === true,
    passes: true,
    mutes: 'broker',
    livesMs: 15,
  },
};

type Armed = { opening: Opening; entered: () => void };

/** The connections of one service to its broker and its database. */
export type Link = {
  broker: TcpProxy;
  database: TcpProxy;
  /**
   * Resolves true once the service is in that window and `livesMs` have passed; false when that does not happen in
   * `waitMs`.
   */
  untilIn: (window: Window, waitMs: number) => Promise<boolean>;
  /**
   * Calls `seen` for each piece that the service sends to its database and that contains `marker`; the piece is
   * dropped.
   */
  watchDatabase: (marker: string | undefined, seen: () => void) => void;
  /** Lets everything through again. */
  release: () => void;
  close: () => void;
};

/** Proxies between one service and its broker and database. They read what passes. */
export async function startLink(
  broker: { host: string; port: number },
  database: { host: string; port: number },
): Promise<Link> {
  let armed: Armed | undefined;
  let watched: { marker: string; seen: () => void } | undefined;
  const toDatabase = await startTcpProxy(database, () => ({
    fromClient: (chunk) => {
      if (watched === undefined || !chunk.includes(watched.marker)) return chunk;
      watched.seen();
      return null;
    },
    fromServer: (chunk) => chunk,
  }));

  function inspect(): Inspector {
    const published: Seen['published'] = new Map();
    /** What comes in the same piece after the frame that opened the window is dropped too. */
    let silent = false;

    function passes(from: Seen['from'], frame: Frame): boolean {
      if (silent && from === 'client') return false;
      if (frame.method?.is === 'publish') published.set(frame.channel, frame.method);
      if (armed === undefined || !armed.opening.opens({ from, frame, published })) return true;
      const { opening, entered } = armed;
      armed = undefined;
      if (opening.mutes === 'database') toDatabase.mute(true);
      else silent = true;
      if (opening.mutes === 'broker') toBroker.mute(true);
      setTimeout(entered, opening.livesMs);
      return opening.passes;
    }

    const reader = (from: Seen['from']) => {
      const read = createFrameReader();
      return (chunk: Buffer) =>
        Buffer.concat(
          read(chunk)
            .filter((frame) => passes(from, frame))
            .map(({ bytes }) => bytes),
        );
    };
    return { fromClient: reader('client'), fromServer: reader('server') };
  }

  const toBroker = await startTcpProxy(broker, inspect);
  return {
    broker: toBroker,
    database: toDatabase,
    untilIn: (window, waitMs) =>
      new Promise((resolve) => {
        const late = setTimeout(() => {
          armed = undefined;
          resolve(false);
        }, waitMs);
        const entered = () => {
          clearTimeout(late);
          resolve(true);
        };
        armed = { opening: OPENINGS[window], entered };
      }),
    watchDatabase: (marker, seen) => {
      watched = marker === undefined ? undefined : { marker, seen };
    },
    release: () => {
      toBroker.mute(false);
      toDatabase.mute(false);
    },
    close: () => {
      toBroker.close();
      toDatabase.close();
    },
  };
}
