import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { parseSettings } from '@ksbb/service-kit';
import { parse, parseAllDocuments } from 'yaml';
import type { z } from 'zod';
import { ROOT } from '../../local/run-directory.ts';
import { SERVICE_NAMES } from '../../local/services.ts';
import { BACKING_IMAGES, baseImage, IMAGES } from '../../images/images.ts';

type Env = Record<string, string>;
type Container = { name: string; image: string; command?: string[]; env?: EnvVariable[] };
type EnvVariable = { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } };
type PodSpec = { containers: Container[]; initContainers?: Container[] };
type Manifest = { kind: string; metadata: { name: string }; spec?: { template?: { spec: PodSpec } } };
type Kustomization = { secretGenerator: { name: string; literals?: string[] }[] };
type ComposeService = {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  build?: { dockerfile: string };
  profiles?: string[];
};

const OVERLAY = 'k8s/overlays/local/kustomization.yaml';
/** Read by the topology job itself. */
const TOPOLOGY_SETTINGS = ['AMQP_URL'];
const FROM_OTHERS = [
  'rabbitmq',
  'mongo',
  'prom/prometheus',
  'grafana/grafana',
  'otel/opentelemetry-collector',
  'jaegertracing/jaeger',
];

const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Fills in `${NAME:?}` and `${NAME:-default}` as docker compose does. */
function interpolate(value: string, env: NodeJS.Dict<string>): string {
  return value.replaceAll(/\$\{(\w+)(?::\?|:-([^}]*))?\}/g, (whole, name: string, otherwise?: string) => {
    const given = env[name] ?? otherwise;
    if (given === undefined) throw new Error(`${whole} is not in .env.example`);
    return given;
  });
}

function composeServices(): Record<string, ComposeService> {
  const env = parseEnv(text('.env.example'));
  const { services } = parse(text('docker-compose.yml'), { merge: true }) as {
    services: Record<string, Omit<ComposeService, 'environment'> & { environment?: Record<string, string | null> }>;
  };
  const resolved = (environment: Record<string, string | null>): Env => {
    // Without a value it is taken from .env, and left out where that has none.
    const entries = Object.entries(environment).flatMap(([name, value]) =>
      value === null ? (env[name] === undefined ? [] : [[name, env[name]]]) : [[name, interpolate(value, env)]],
    );
    return Object.fromEntries(entries) as Env;
  };
  return Object.fromEntries(
    Object.entries(services).map(([name, { environment, ...service }]) => [
      name,
      { ...service, ...(environment === undefined ? {} : { environment: resolved(environment) }) },
    ]),
  );
}

function secrets(): Record<string, Env> {
  const { secretGenerator } = parse(text(OVERLAY)) as Kustomization;
  const pairs = (literals: string[] = []) =>
    literals.map((literal) => [literal.slice(0, literal.indexOf('=')), literal.slice(literal.indexOf('=') + 1)]);
  return Object.fromEntries(
    secretGenerator.map(({ name, literals }) => [name, Object.fromEntries(pairs(literals)) as Env]),
  );
}

function containers(): (Container & { workload: string })[] {
  const files = globSync(['k8s/base/**/*.yaml', 'k8s/overlays/local/*.yaml'], { cwd: ROOT }).filter(
    (file) => !/(addresses|quick-gateway|small-machine)\.yaml$/.test(file),
  );
  const manifests = files.flatMap((file) =>
    parseAllDocuments(text(file)).map((document) => document.toJS() as Manifest),
  );
  return manifests.flatMap(({ metadata, spec }) => {
    const pod = spec?.template?.spec;
    return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].map((container) => ({
      ...container,
      workload: metadata.name,
    }));
  });
}

function envOf({ env = [] }: Container, known: Record<string, Env>): Env {
  const valueOf = ({ name, value, valueFrom }: EnvVariable) => {
    const found = value ?? known[valueFrom?.secretKeyRef.name ?? '']?.[valueFrom?.secretKeyRef.key ?? ''];
    if (found === undefined) throw new Error(`${name} has no value, and ${OVERLAY} makes no such secret`);
    return found;
  };
  return Object.fromEntries(env.map((variable) => [variable.name, valueOf(variable)]));
}

async function settingsOf(service: string): Promise<z.ZodObject> {
  const { settingsSchema } = (await import(`../../../services/${service}/src/settings.ts`)) as {
    settingsSchema: z.ZodObject;
  };
  return settingsSchema;
}

/** Fails with every fault of the environment, such as a missing setting or one that nothing reads. */
function expectToBeSettings(env: Env, schema: z.ZodObject): void {
  expect(Object.keys(env).filter((name) => !(name in schema.shape))).toEqual([]);
  expect(() => parseSettings(schema, env)).not.toThrow();
}

describe.each(SERVICE_NAMES)('%s is started with its settings, all of them and no others', (service) => {
  test('by docker compose', async () => {
    expectToBeSettings(composeServices()[service]?.environment ?? {}, await settingsOf(service));
  });

  test('by Kubernetes', async () => {
    const own = containers().filter(({ name, workload }) => name === service && workload === service);
    expect(own).toHaveLength(1);
    expectToBeSettings(envOf(own[0]!, secrets()), await settingsOf(service));
  });
});

describe('the jobs', () => {
  test('that load the map have its settings and name its program', async () => {
    const { loadSettingsSchema } = await import('../../../services/msme-registry/src/settings.ts');
    const compose = composeServices()['load-data'];
    const kubernetes = containers().find(({ name }) => name === 'load-data');
    expectToBeSettings(compose?.environment ?? {}, loadSettingsSchema);
    expectToBeSettings(envOf(kubernetes!, secrets()), loadSettingsSchema);
    for (const command of [compose?.command, kubernetes?.command])
      expect(existsSync(join(ROOT, command?.[2] ?? 'no program'))).toBe(true);
  });

  test('that declare the topology have the address of the broker', () => {
    expect(Object.keys(composeServices()['topology']?.environment ?? {})).toEqual(TOPOLOGY_SETTINGS);
    const jobs = containers().filter(({ name }) => name === 'topology');
    expect(jobs.length).toBeGreaterThan(0);
    for (const job of jobs) expect(Object.keys(envOf(job, secrets()))).toEqual(TOPOLOGY_SETTINGS);
  });
});

describe('the images', () => {
  const ours = new Map(IMAGES.map(({ name, dockerfile }) => [`ksbb/${name}:dev`, dockerfile]));

  test('that compose names are those there are, and a release of each of others', () => {
    const named = [...new Set(Object.values(composeServices()).map(({ image }) => image))];
    const others = named.filter((image) => !ours.has(image));
    expect(named.filter((image) => ours.has(image)).toSorted()).toEqual([...ours.keys()].toSorted());
    expect(others.map((image) => image.split(':')[0]).toSorted()).toEqual(FROM_OTHERS.toSorted());
    expect(others.filter((image) => !/:v?\d/.test(image))).toEqual([]);
  });

  test('that the local overlay names are those there are', () => {
    const named = containers().map(({ image }) => image);
    expect([...new Set(named)].toSorted()).toEqual(
      [...ours.keys(), ...BACKING_IMAGES.map(({ name }) => `ksbb/${name}:dev`)].toSorted(),
    );
  });

  test.each([...IMAGES, ...BACKING_IMAGES])(
    '$name is built on the base that base.json names, unless told otherwise',
    ({ dockerfile }) => {
      const [image] = baseImage({}).image.split('@');
      expect(text(dockerfile)).toContain(`ARG NODE_IMAGE=${image}\n`);
      expect(text(dockerfile)).toContain('STOPSIGNAL SIGTERM\n');
      expect(text(dockerfile)).toMatch(/LABEL org\.opencontainers\.image\.title=/);
    },
  );

  test('that compose builds are built by their Dockerfile', () => {
    const built = Object.values(composeServices()).filter(({ build }) => build !== undefined);
    expect(built.map(({ image, build }) => [image, build?.dockerfile]).toSorted()).toEqual([...ours].toSorted());
  });

  test.each(IMAGES)('$name starts a program that is there, as a user without rights', ({ dockerfile }) => {
    const lines = text(dockerfile).split('\n');
    const command = JSON.parse(lines.findLast((line) => line.startsWith('CMD '))?.slice(4) ?? '[]') as string[];
    expect(lines).toContain('USER 10001:10001');
    expect(existsSync(join(ROOT, command.at(-1) ?? 'no program'))).toBe(true);
  });
});

describe('at the broker of the local overlay', () => {
  type Permission = { user: string; configure: string; write: string; read: string };
  const { permissions } = JSON.parse(text('k8s/overlays/local/definitions.json')) as { permissions: Permission[] };
  const subscribers = permissions.filter(({ user }) => user !== 'topology');

  test.each(subscribers)(
    '$user has the rights that it needs, and none on the queues of others',
    ({ user, configure, read, write }) => {
      const may = (pattern: string, names: string[]) => names.filter((name) => new RegExp(pattern).test(name));
      const own = [`${user}.in`, `${user}.alone`, `${user}.dead`, `${user}.dead.sorting`, `${user}.retry.5s`];
      expect(may(configure, [...own, 'ksbb.events', 'ksbb.unrouted', 'ksbb.unrouted.sorting'])).toHaveLength(
        own.length + 3,
      );
      expect(may(read, [...own, 'ksbb.unrouted'])).toHaveLength(own.length + 1);
      expect(may(write, [...own, 'ksbb.events'])).toHaveLength(own.length + 1);
      const others = subscribers.flatMap((one) => (one.user === user ? [] : [`${one.user}.in`, `${one.user}.dead`]));
      expect([configure, read, write].flatMap((pattern) => may(pattern, others))).toEqual([]);
    },
  );
});
