import { createMetrics, parseSettings } from '@ksbb/service-kit';
import { z } from 'zod';
import { openPartners, PARTNERS, settingsOf } from '../../partners/open-partners.ts';
import { settingsSchema } from '../../settings.ts';
import { environmentOf } from '../gateway.ts';
import { partnerConformance } from '../partner-conformance.ts';
import { kencana, kencanaSignature } from './kencana.ts';
import { KENCANA, startKencana } from './kencana-side.ts';

const unknown = 'a-secret-that-nobody-knows';
const secrets = { agreed: KENCANA.secret, impostor: unknown, rotated: `${unknown},${KENCANA.secret}` };

partnerConformance({
  name: 'kencana',
  kind: kencana,
  environment: (url, credentials) => ({
    KENCANA_URL: url,
    KENCANA_PASSWORD: credentials === 'impostor' ? unknown : KENCANA.password,
    KENCANA_CALLBACK_SECRET: secrets[credentials],
  }),
  start: startKencana,
  sign: (rawBody, _path, now) => {
    const waktu = String(now.getTime());
    return { 'x-kencana-waktu': waktu, 'x-kencana-tanda': kencanaSignature(KENCANA.secret, waktu, rawBody) };
  },
  idleHeaders: [],
  eventField: 'kejadian',
  amount: { at: ['sen'], right: 100, wrong: [0, -100, 150, 100.5, 2 ** 53, '100', null] },
  signsPath: false,
  hasFeed: false,
});

test('its folder opens it beside the others, with settings, bulkhead and breakers of its own', () => {
  const kinds = { ...PARTNERS, kencana };
  const places = {
    amqpUrl: 'amqp://localhost',
    databaseUri: 'mongodb://localhost/gateway',
    partnersUrl: 'http://localhost:1',
    port: 8080,
  };
  const environment = {
    ...environmentOf(places),
    KENCANA_URL: 'https://kencana.example/',
    KENCANA_PASSWORD: KENCANA.password,
    KENCANA_CALLBACK_SECRET: secrets.rotated,
  };
  const settings = {
    ...parseSettings(settingsSchema, environment),
    ...parseSettings(z.object(settingsOf(kinds)), environment),
  };
  const opened = openPartners({ kinds, settings, metrics: createMetrics('test'), clock: () => new Date() });
  expect(opened.all.map(({ name }) => name)).toEqual(['amanah', 'lumbung', 'kencana']);
  const third = opened.all.find(({ name }) => name === 'kencana');
  expect(third?.caller.state()).toMatchObject({
    breakers: [{ operation: 'akad', state: 'closed' }, {}, {}, {}],
    inFlight: 0,
    waiting: 0,
  });
  expect(() => parseSettings(z.object(settingsOf(kinds)), environmentOf(places))).toThrow(
    /KENCANA_URL is missing[^]*KENCANA_PASSWORD is missing[^]*KENCANA_CALLBACK_SECRET is missing/,
  );
  opened.close();
});
