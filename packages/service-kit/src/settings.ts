import { z } from 'zod';

/** A TCP port read from the environment. */
export const port = z.coerce.number().int().min(1).max(65535);

/** A secret read from the environment: long enough that it cannot be guessed. */
export const secret = z.string().min(16, 'a secret of at least 16 characters');

/** What every service needs. */
export const httpSettings = z.object({
  HOST: z.string().default('0.0.0.0'),
  PORT: port,
  HEALTH_PORT: port,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Base address of an OTLP collector. Without it nothing is traced. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: 'an http:// or https:// address' }).optional(),
  /** Share of the traces that begin here and are recorded. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  /** How long the service goes on serving after SIGTERM, until load balancers no longer send requests to it. */
  DRAIN_DELAY_MS: z.coerce.number().int().min(0).max(60_000).default(0),
  /** Longest time from SIGTERM to exit. */
  SHUTDOWN_GRACE_MS: z.coerce.number().int().min(1_000).max(120_000).default(15_000),
});

/** What a service with a database and messages needs. */
export const platformSettings = httpSettings.extend({
  AMQP_URL: z.url({ protocol: /^amqps?$/, error: 'an amqp:// or amqps:// address' }),
  MONGODB_URI: z.url({ protocol: /^mongodb(\+srv)?$/, error: 'a mongodb:// address with the database name' }),
});

export type HttpSettings = z.output<typeof httpSettings>;

/** Every fault of the settings at once, one a line. */
export class SettingsError extends Error {
  constructor(faults: string[]) {
    super(`settings are not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

/**
 * Reads settings from the environment once.
 * @throws SettingsError that names every missing or malformed variable, and no value, because some are secret
 */
export function parseSettings<T extends z.ZodType>(
  schema: T,
  environment: NodeJS.ProcessEnv = process.env,
): z.output<T> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new SettingsError(
    result.error.issues.map((issue) => {
      const name = issue.path.join('.');
      return given[name] === undefined && name !== '' ? `${name} is missing` : `${name}: ${issue.message}`;
    }),
  );
}

/** `parseSettings` for the start of a process: it prints the faults and exits 78 (EX_CONFIG of sysexits.h). */
export function settingsOrExit<T extends z.ZodType>(schema: T): z.output<T> {
  try {
    return parseSettings(schema);
  } catch (error) {
    process.stderr.write(`${error instanceof SettingsError ? error.message : String(error)}\n`);
    process.exit(78);
  }
}
