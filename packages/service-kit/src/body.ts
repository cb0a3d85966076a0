import express, { type Request, type Response } from 'express';
import { badRequest, Problem } from './problem.ts';

const BODY_BYTES_LIMIT = 256 * 1024;
const readRaw = express.raw({ limit: BODY_BYTES_LIMIT, type: 'application/json' });

/**
 * Reads a JSON body without parsing it. Empty where there is no body, or one of another type, which is left to the
 * handler. @throws an error of body-parser, `entity.too.large` above 256 KiB
 */
export async function readBody(request: Request, response: Response): Promise<Buffer> {
  await new Promise<void>((resolve, reject) => {
    readRaw(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

const notJson = () =>
  badRequest('The body is not JSON.', [{ pointer: '', detail: 'Send one JSON object, encoded in UTF-8.' }]);

/**
 * The value of a JSON body. Undefined where the request has no JSON body, `{}` where it is empty.
 * @throws Problem 400, 415
 */
export function parseBody(request: Request, rawBody: Buffer): unknown {
  if (!Buffer.isBuffer(request.body)) return undefined;
  if (rawBody.length === 0) return {};
  const charset = /;\s*charset="?([^\s";]+)/i.exec(request.get('content-type') ?? '')?.[1] ?? 'utf-8';
  if (charset.toLowerCase() !== 'utf-8')
    throw new Problem(415, 'invalid-request', 'The request could not be read: send JSON in UTF-8.');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(rawBody));
  } catch {
    throw notJson();
  }
  if (typeof value !== 'object' || value === null) throw notJson();
  return value;
}
