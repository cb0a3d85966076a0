import { pino, type Logger } from 'pino';
import { traceIds } from './tracing.ts';

export type Log = Logger;

/** A JSON logger that names its service and the present trace. It replaces credentials in what it is given. */
export function createLog(service: string, level: string): Log {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: traceIds,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: ['pin', '*.pin', 'token', '*.token', 'authorization', '*.authorization', 'secret', '*.secret'],
      censor: '[redacted]',
    },
  });
}
