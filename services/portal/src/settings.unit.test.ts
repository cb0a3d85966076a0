import { parseSettings } from '@ksbb/service-kit';
import { serviceAddresses, settingsSchema } from './settings.ts';

const good = {
  PORT: '8080',
  HEALTH_PORT: '9090',
  PUBLIC_URL: 'https://ksbb.example/',
  MSME_REGISTRY_URL: 'http://msme-registry:8080',
  COMMITMENT_URL: 'http://commitment:8080/',
  FINTECH_GATEWAY_URL: 'http://fintech-gateway:8080',
  TRAINING_URL: 'http://training:8080',
  REPORTING_URL: 'http://reporting:8080',
};

test('addresses lose the slash at their end', () => {
  const settings = parseSettings(settingsSchema, good);
  expect(settings.PUBLIC_URL).toBe('https://ksbb.example');
  expect(serviceAddresses(settings).commitment).toBe('http://commitment:8080');
});

test('every fault is named at once', () => {
  const bad = { ...good, PORT: undefined, COMMITMENT_URL: 'commitment', TILE_URL: 'https://tiles.example/{z}/{x}' };
  expect(() => parseSettings(settingsSchema, bad)).toThrow(
    /PORT is missing[\s\S]*COMMITMENT_URL: an http[\s\S]*TILE_URL: an address with/,
  );
});

test.each(['https://tiles.example/{z}/{x}/{y}.png', 'https://{s}.tiles.example/{z}/{x}/{y}.png'])(
  '%s is a tile address',
  (TILE_URL) => {
    expect(parseSettings(settingsSchema, { ...good, TILE_URL }).TILE_URL).toBe(TILE_URL);
  },
);
