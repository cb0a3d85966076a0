import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Express } from 'express';
import type { Log } from './log.ts';

/** How often idle connections are closed while a server closes. */
const IDLE_LOOK_MS = 50;

/**
 * How long clients are asked to keep an idle connection. Clients that comply close it first. So a process that goes on
 * serving for longer than that never closes a connection at the moment when a client sends a request on it.
 */
const KEPT_SECONDS = 5;

/** More are closed at once: each costs memory, and a client that is turned away can come back. */
const MOST_CONNECTIONS = 2_000;

/** Browsers and HTTP clients wait for an answer before they send the next request on a connection. */
const MOST_UNANSWERED = 100;

/**
 * Closes a connection on which too many requests wait for an answer. Node reads all of them, so one client could fill
 * the memory.
 */
export function limitPipelining(listener: RequestListener): RequestListener {
  const unanswered = new WeakMap<Socket, number>();
  const count = (socket: Socket, change: number) => {
    const now = (unanswered.get(socket) ?? 0) + change;
    unanswered.set(socket, now);
    return now;
  };
  return (request, response) => {
    const { socket } = request;
    response.once('close', () => count(socket, -1));
    if (count(socket, 1) > MOST_UNANSWERED) socket.destroy();
    else listener(request, response);
  };
}

type Listening = { app: Express; port: number; host: string; log: Log; isStopping?: () => boolean };

/** While the process is stopping, answers ask for connections to be closed, so that none is cut. */
export function listen({ app, port, host, log, isStopping = () => false }: Listening): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(
      limitPipelining((request, response) => {
        if (isStopping()) response.setHeader('Connection', 'close');
        else response.setHeader('Keep-Alive', `timeout=${KEPT_SECONDS}`);
        app(request, response);
      }),
    );
    server.maxConnections = MOST_CONNECTIONS;
    // Longer than the idle time of common load balancers, so that they close first and never meet a closed socket.
    server.keepAliveTimeout = 65_000;
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      // For example too many open files. Without a listener the event would end the process.
      server.on('error', (error) => log.error({ err: error }, 'the server could not take a connection'));
      resolve(server);
    });
  });
}

/**
 * Closes the server once all requests are answered. A process that waited for the processor may have requests on its
 * sockets that it has not read yet. One turn of the event loop reads them, so that their connections do not look idle.
 */
export async function closed(server: Server): Promise<void> {
  await nextTurn();
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection whose request was in progress when the server closed would stay open after its answer.
  const idle = setInterval(() => void nextTurn().then(() => server.closeIdleConnections()), IDLE_LOOK_MS);
  await ended;
  clearInterval(idle);
}
