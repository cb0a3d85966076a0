import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '@ksbb/service-kit';
import type { Request } from 'express';
import type { Fault } from '../stores/faults.ts';
import { PartnerRefusal } from './refusal.ts';

/** Longer than callers wait, shorter than the grace period of a shutdown. */
const HANG_MS = 12_000;
const SLOW_RESPONSE_MS = 12_000;
const SLOW_RESPONSE_PARTS = 20;

/** Not sent: the socket is destroyed, or the response is sent already. */
const NO_RESPONSE: Answer = { status: 500 };

/** Sends the response in small parts, so that it is complete only after `milliseconds`. */
async function sendSlowly(answer: Answer, request: Request, milliseconds: number): Promise<Answer> {
  const { res: response } = request;
  if (response === undefined) return answer;
  const body = Buffer.from(JSON.stringify(answer.body));
  response.writeHead(answer.status, {
    ...answer.headers,
    'Content-Type': 'application/json',
    'Content-Length': String(body.length),
  });
  const step = Math.ceil(body.length / SLOW_RESPONSE_PARTS);
  for (let at = 0; at < body.length && !response.destroyed; at += step) {
    await sleep(milliseconds / SLOW_RESPONSE_PARTS, undefined, { ref: false });
    response.write(body.subarray(at, at + step));
  }
  return NO_RESPONSE;
}

/**
 * Handles a call with `fault`. `act` does the work of the call and first waits for the milliseconds that it is given: 0
 * unless the fault is latency.
 */
export async function withFault(
  fault: Fault | null,
  request: Request,
  act: (delayMs: number) => Promise<Answer>,
): Promise<Answer> {
  if (fault === null) return act(0);
  switch (fault.kind) {
    case 'latency':
      return act(fault.milliseconds ?? 0);
    case 'status':
      throw new PartnerRefusal('fault', 'A fault on demand of the sandbox.', {
        status: fault.status ?? 500,
        retryAfterSeconds: fault.retryAfterSeconds,
      });
    case 'reset':
      request.socket.resetAndDestroy();
      return NO_RESPONSE;
    case 'hang':
      await sleep(fault.milliseconds ?? HANG_MS, undefined, { ref: false });
      request.socket.destroy();
      return NO_RESPONSE;
    case 'slow-response':
    case 'drip':
      return sendSlowly(await act(0), request, fault.milliseconds ?? SLOW_RESPONSE_MS);
    case 'lost-answer':
      try {
        await act(0);
      } finally {
        request.socket.destroy();
      }
      return NO_RESPONSE;
    default:
      return fault.kind satisfies never;
  }
}
