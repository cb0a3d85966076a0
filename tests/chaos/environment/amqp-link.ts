import { type Inspector, startTcpProxy } from '@ksbb/testkit';
import { createFrameFilter, type Frame } from './amqp-frames.ts';

/** The moments between two steps of a service in which it must be able to die. */
export type Window = keyof typeof WINDOWS;
type Side = 'client' | 'server';
/** What was published last on each channel of a connection. */
type Published = Map<number, { exchange: string; routingKey: string }>;

const EXCHANGE = 'ksbb.events';
/**
 * What happens in a window: whether the frame that opens it passes, which of the two gets nothing more from the service
 * from then on, and how long the service then goes on, so that it can do what it would do too early.
 */
const WINDOWS = {
  'publish before confirm': { passes: false, mutes: 'broker', livesMs: 80 },
  'confirm before removal': { passes: true, mutes: 'database', livesMs: 15 },
  'delivery before effect': { passes: true, mutes: 'database', livesMs: 80 },
  'effect before ack': { passes: false, mutes: 'broker', livesMs: 0 },
  'tier publish before ack': { passes: true, mutes: 'broker', livesMs: 15 },
} as const;
export const WINDOW_NAMES = Object.keys(WINDOWS) as Window[];

/** The window that a frame opens. */
function windowOf(from: Side, { method, channel }: Frame, published: Published): Window | undefined {
  if (from === 'client') {
    if (method?.is === 'ack') return 'effect before ack';
    return method?.is === 'publish' && method.exchange === EXCHANGE ? 'publish before confirm' : undefined;
  }
  if (method?.is === 'deliver') return 'delivery before effect';
  const confirmed = method?.is === 'ack' ? published.get(channel) : undefined;
  if (confirmed?.exchange === EXCHANGE) return 'confirm before removal';
  return confirmed?.routingKey.includes('.retry.') ? 'tier publish before ack' : undefined;
}

/** The connections of one service to its broker and its database. */
export type Link = Awaited<ReturnType<typeof startLink>>;

const addressOf = (url: string) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) });

/** Proxies between one service and its broker and database. They read what passes. */
export async function startLink(brokerUrl: string, databaseUrl: string) {
  let armed: { window: Window; entered: () => void } | undefined;
  let watched: { marker: string; seen: () => void } | undefined;
  const database = await startTcpProxy(addressOf(databaseUrl), () => ({
    fromClient: (chunk) => {
      if (watched === undefined || !chunk.includes(watched.marker)) return chunk;
      watched.seen();
      return null;
    },
    fromServer: (chunk) => chunk,
  }));

  function inspect(): Inspector {
    const published: Published = new Map();
    /** What comes in the same piece after the frame that opened the window is dropped too. */
    let silent = false;

    const filter = (from: Side) =>
      createFrameFilter((frame) => {
        if (silent && from === 'client') return false;
        if (frame.method?.is === 'publish') published.set(frame.channel, frame.method);
        if (armed === undefined || armed.window !== windowOf(from, frame, published)) return true;
        const { passes, mutes, livesMs } = WINDOWS[armed.window];
        setTimeout(armed.entered, livesMs);
        armed = undefined;
        silent = mutes === 'broker';
        (mutes === 'broker' ? broker : database).mute(true);
        return passes;
      });
    return { fromClient: filter('client'), fromServer: filter('server') };
  }

  const broker = await startTcpProxy(addressOf(brokerUrl), inspect);
  return {
    broker,
    database,
    /** Resolves true once the service is in that window and has gone on for its time; false when it is not in `waitMs`. */
    untilIn: (window: Window, waitMs: number) =>
      new Promise<boolean>((resolve) => {
        const late = setTimeout(() => {
          armed = undefined;
          resolve(false);
        }, waitMs);
        const entered = () => {
          clearTimeout(late);
          resolve(true);
        };
        armed = { window, entered };
      }),
    /**
     * Calls `seen` for each piece that the service sends to its database and that contains `marker`; the piece is
     * dropped. It does so until the function that it answers is called.
     */
    watchDatabase: (marker: string, seen: () => void) => {
      watched = { marker, seen };
      return () => {
        watched = undefined;
      };
    },
    /** Lets everything through again. */
    release: () => {
      broker.mute(false);
      database.mute(false);
    },
    close: () => {
      broker.close();
      database.close();
    },
  };
}
