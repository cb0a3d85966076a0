import { z } from 'zod';
import { parseSettings, platformSettings, SettingsError, secret } from './settings.ts';

const good = { PORT: '8080', HEALTH_PORT: '9090', AMQP_URL: 'amqp://localhost', MONGODB_URI: 'mongodb://localhost/x' };

test('good settings are read with their defaults', () => {
  expect(parseSettings(platformSettings, good)).toEqual({
    HOST: '0.0.0.0',
    PORT: 8080,
    HEALTH_PORT: 9090,
    LOG_LEVEL: 'info',
    DRAIN_DELAY_MS: 0,
    SHUTDOWN_GRACE_MS: 15_000,
    AMQP_URL: 'amqp://localhost',
    MONGODB_URI: 'mongodb://localhost/x',
    OTEL_TRACES_SAMPLER_ARG: 1,
  });
});

test('every fault is named in one error, and no value is repeated', () => {
  const schema = platformSettings.extend({ PIN_SECRET: secret });
  let message = '';
  try {
    parseSettings(schema, {
      ...good,
      PORT: '',
      HEALTH_PORT: '99999',
      AMQP_URL: 'http://broker',
      PIN_SECRET: 'hunter2',
    });
  } catch (error) {
    if (error instanceof SettingsError) message = error.message;
  }
  expect(message).toContain('PORT is missing');
  expect(message).toMatch(/HEALTH_PORT: .*65535/);
  expect(message).toContain('AMQP_URL: an amqp:// or amqps:// address');
  expect(message).toContain('PIN_SECRET: a secret of at least 16 characters');
  expect(message).not.toContain('hunter2');
});

test('a rule over several settings is named too', () => {
  const schema = z
    .object({ A: z.coerce.number(), B: z.coerce.number() })
    .refine(({ A, B }) => A < B, { path: ['A'], error: 'less than B' });
  expect(() => parseSettings(schema, { A: '2', B: '1' })).toThrow('A: less than B');
});
