import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';
import type { z } from 'zod';
import { ROOT } from '../local/run-directory.ts';
import { SERVICE_NAMES, type ServiceName } from '../local/services.ts';

type Environment = Record<string, string | null>;

const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Read by the image of the broker itself; services have it inside AMQP_URL. */
const OF_THE_BROKER = ['RABBITMQ_DEFAULT_PASS'];

const example = text('.env.example');
const set = parseEnv(example);
/** Lines such as `#LOG_LEVEL=info`. */
const defaults = parseEnv([...example.matchAll(/^#([A-Z_]+=.*)$/gm)].map(([, line]) => line).join('\n'));

const { services } = parse(text('docker-compose.yml'), { merge: true }) as {
  services: Record<string, { environment?: Environment }>;
};

async function shapeOf(service: ServiceName): Promise<Record<string, z.ZodType>> {
  const { settingsSchema } = (await import(`../../services/${service}/src/settings.ts`)) as {
    settingsSchema: z.ZodObject;
  };
  return settingsSchema.shape;
}

test('every variable of .env.example is one that a service parses, and the other way round', async () => {
  const parsed = new Set((await Promise.all(SERVICE_NAMES.map(shapeOf))).flatMap((shape) => Object.keys(shape)));
  const listed = [...Object.keys(set), ...Object.keys(defaults)];
  expect(listed.filter((name, at) => listed.indexOf(name) !== at)).toEqual([]);
  expect(listed.toSorted()).toEqual([...parsed, ...OF_THE_BROKER].toSorted());
});

test('what compose asks for is set in it, and what is set is asked for', () => {
  const asked = [
    ...text('docker-compose.yml')
      .replaceAll(/^\s*#.*$/gm, '')
      .matchAll(/\$\{(\w+)/g),
  ].map(([, name]) => name);
  expect(Object.keys(set).toSorted()).toEqual([...new Set(asked)].toSorted());
});

describe.each(SERVICE_NAMES)('%s', (service) => {
  test('has the defaults that are shown', async () => {
    for (const [name, setting] of Object.entries(await shapeOf(service))) {
      const [without, shown] = [setting.safeParse(undefined), defaults[name]];
      if (shown === undefined || shown === '' || !without.success) continue;
      expect([name, setting.parse(shown)]).toEqual([name, without.data]);
    }
  });

  test('is given by compose every setting that it parses', async () => {
    const given = Object.keys(services[service]?.environment ?? {});
    const listenAddress = ['HOST'];
    expect([...given, ...listenAddress].toSorted()).toEqual(Object.keys(await shapeOf(service)).toSorted());
  });
});
