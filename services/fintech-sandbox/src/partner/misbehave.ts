import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '@ksbb/service-kit';
import type { Request } from 'express';
import type { Fault } from '../stores/faults.ts';
import { PartnerRefusal } from './refusal.ts';

/** Longer than the time limits of callers, shorter than the grace period of a shutdown. */
const HANG_MS = 12_000;

const DRIP_MS = 12_000;
const DRIPS = 20;

/** Goes nowhere: the socket is gone, or the answer is sent already. */
const NO_ANSWER: Answer = { status: 500 };

/** Sends the answer bit by bit, so that it is complete only after `milliseconds`. */
async function drip(answer: Answer, request: Request, milliseconds: number): Promise<Answer> {
  const { res: response } = request;
  if (response === undefined) return answer;
  const body = Buffer.from(JSON.stringify(answer.body));
  response.writeHead(answer.status, {
    ...answer.headers,
    'Content-Type': 'application/json',
    'Content-Length': String(body.length),
  });
  const step = Math.ceil(body.length / DRIPS);
  for (let at = 0; at < body.length && !request.socket.destroyed; at += step) {
    await sleep(milliseconds / DRIPS, undefined, { ref: false });
    response.write(body.subarray(at, at + step));
  }
  return NO_ANSWER;
}

/**
 * Answers a call as `fault` wants it. `act` does what was asked for and holds it up for the milliseconds it is given,
 * which are 0 unless the fault is latency.
 */
export async function misbehave(
  fault: Fault | null,
  request: Request,
  act: (holdMs: number) => Promise<Answer>,
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
      return NO_ANSWER;
    case 'hang':
      await sleep(fault.milliseconds ?? HANG_MS, undefined, { ref: false });
      request.socket.destroy();
      return NO_ANSWER;
    case 'drip':
      return drip(await act(0), request, fault.milliseconds ?? DRIP_MS);
    case 'lost-answer':
      try {
        await act(0);
      } finally {
        request.socket.destroy();
      }
      return NO_ANSWER;
    default:
      return fault.kind satisfies never;
  }
}
