import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSettings } from '@ksbb/service-kit';
import { exampleInstitutions } from './institutions.ts';
import { settingsSchema } from './settings.ts';

const environment = {
  PORT: '8081',
  HEALTH_PORT: '9081',
  AMQP_URL: 'amqp://broker/ksbb',
  MONGODB_URI: 'mongodb://database/commitment',
  PIN_SECRET: 'a-pin-secret-for-tests',
  CAPABILITY_SECRET: 'a-capability-secret-for-tests',
  OPERATOR_TOKEN: 'an-operator-token-for-tests',
  PARTNERS: 'amanah, lumbung',
};

const folder = mkdtempSync(join(tmpdir(), 'institutions-'));
afterAll(() => rmSync(folder, { recursive: true }));

function settingsWith(content: unknown) {
  const path = join(folder, 'institutions.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return () => parseSettings(settingsSchema, { ...environment, INSTITUTIONS_FILE: path });
}

const verified = { ...exampleInstitutions[0], example: false };

test('without a file the institutions are the examples', () => {
  expect(parseSettings(settingsSchema, environment).INSTITUTIONS_FILE).toEqual(exampleInstitutions);
});

test('a file replaces them', () => {
  expect(settingsWith({ items: [verified] })().INSTITUTIONS_FILE).toEqual([verified]);
});

test('every fault of a file is named', () => {
  const read = settingsWith({ items: [{ ...verified, accounts: [], name: 7 }] });
  expect(read).toThrow(/INSTITUTIONS_FILE: \/items\/0\/name: .*\n.*INSTITUTIONS_FILE: \/items\/0\/accounts: /);
});

test('the partners are names, separated by commas', () => {
  const partners = (PARTNERS: string) => parseSettings(settingsSchema, { ...environment, PARTNERS }).PARTNERS;
  expect(partners('amanah, lumbung')).toEqual(['amanah', 'lumbung']);
  for (const text of ['', 'amanah,', 'Amanah']) expect(() => partners(text)).toThrow(/PARTNERS/);
});

test('an institution may occur once', () => {
  expect(settingsWith({ items: [verified, verified] })).toThrow(
    'INSTITUTIONS_FILE: /items: institutionId baznas-bazis-dki is there 2 times',
  );
});

test('a file that is missing or is not JSON is reported', () => {
  expect(settingsWith('{')).toThrow('INSTITUTIONS_FILE: not JSON');
  expect(() =>
    parseSettings(settingsSchema, { ...environment, INSTITUTIONS_FILE: join(folder, 'missing.json') }),
  ).toThrow('INSTITUTIONS_FILE: cannot be read');
});

test('every missing secret is named, with every other fault', () => {
  const { PIN_SECRET: _, OPERATOR_TOKEN: __, ...rest } = environment;
  expect(() =>
    parseSettings(settingsSchema, {
      ...rest,
      CAPABILITY_SECRET: 'short',
      INSTITUTIONS_FILE: join(folder, 'missing.json'),
    }),
  ).toThrow(
    /PIN_SECRET is missing\n.*CAPABILITY_SECRET: a secret of at least 16 characters\n.*OPERATOR_TOKEN is missing\n.*INSTITUTIONS_FILE: cannot be read/,
  );
});
