import { parseSettings } from '@ksbb/service-kit';
import { environmentOf } from './testing/gateway.ts';
import { settingsSchema } from './settings.ts';

const places = {
  amqpUrl: 'amqp://localhost',
  databaseUri: 'mongodb://localhost/gateway',
  partnersUrl: 'http://localhost:1',
  port: 8080,
};
const environment = environmentOf(places);

/** The settings with these in the environment; those of partners are known to the partners alone. */
const settingsWith = (more: Record<string, string>): Record<string, unknown> =>
  parseSettings(settingsSchema, { ...environment, ...more });

test('a slash at the end of an address is left out', () => {
  const settings = settingsWith({
    AMANAH_URL: 'https://amanah.example/api/',
    LUMBUNG_URL: 'https://lumbung.example//',
  });
  expect([settings.AMANAH_URL, settings.LUMBUNG_URL]).toEqual([
    'https://amanah.example/api',
    'https://lumbung.example',
  ]);
});

test('every fault is named at once', () => {
  const { OPERATOR_TOKEN: _, ...missing } = environment;
  expect(() =>
    parseSettings(settingsSchema, { ...missing, AMANAH_URL: 'amanah', LUMBUNG_TOKEN: 'short', BREAKER_VOLUME: '0' }),
  ).toThrow(
    /OPERATOR_TOKEN is missing[^]*AMANAH_URL: an http:\/\/ or https:\/\/ address[^]*LUMBUNG_TOKEN: a secret of at least 16 characters[^]*BREAKER_VOLUME: /,
  );
});

test('the window of a breaker is at least three time limits', () => {
  const limits = (window: string) => ({ ...environment, PARTNER_TIMEOUT_MS: '1000', BREAKER_WINDOW_MS: window });
  expect(() => parseSettings(settingsSchema, limits('2999'))).toThrow(
    /BREAKER_WINDOW_MS: at least three times PARTNER_TIMEOUT_MS/,
  );
  expect(parseSettings(settingsSchema, limits('3000')).BREAKER_WINDOW_MS).toBe(3_000);
});

test('a secret may be one, or several of which the first is the newest', () => {
  const [one, other] = ['a-secret-of-enough-characters', 'another-secret-of-enough'];
  const secretsOf = (text: string) => settingsWith({ AMANAH_CLIENT_SECRET: text }).AMANAH_CLIENT_SECRET;
  expect(secretsOf(one)).toEqual([one]);
  expect(secretsOf(`${one}, ${other}`)).toEqual([one, other]);
  for (const text of ['short', `${one},short`, `${one},`, Array.from({ length: 6 }, () => one).join()]) {
    expect(() => secretsOf(text)).toThrow(
      /AMANAH_CLIENT_SECRET: one to five secrets of at least 16 characters, separated by commas/,
    );
  }
});
