import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parseAllDocuments, stringify } from 'yaml';
import { run } from '../../local/programs.ts';
import type { Log } from '../../local/progress.ts';
import { goModule } from '../tools.ts';
import { type Manifest, nameOf } from './objects.ts';
import { isRabbitmq, rabbitmqFaults, rabbitmqStatefulSets } from './rabbitmq.ts';

/** The version that the cluster of the tests has. */
const KUBERNETES = '1.34';

type Schema = Record<string, unknown> & {
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
};
type Definition = {
  kind: string;
  spec: { group: string; names: { kind: string }; versions: { name: string; schema: { openAPIV3Schema: Schema } }[] };
};

/** Where the definitions of custom resources come from: a Go module, and where in it they lie. */
const MODULES = [
  {
    groups: ['keda.sh'],
    path: 'github.com/kedacore/keda/v2',
    version: 'v2.18.1',
    files: 'config/crd/bases/keda.sh_*.yaml',
  },
  {
    groups: ['gateway.networking.k8s.io'],
    path: 'sigs.k8s.io/gateway-api',
    version: 'v1.4.0',
    files: 'config/crd/standard/*_{gateways,httproutes}.yaml',
  },
  {
    groups: ['mongodbcommunity.mongodb.com'],
    path: 'github.com/mongodb/mongodb-kubernetes-operator',
    version: 'v0.13.0',
    files: 'config/crd/bases/*.yaml',
  },
  {
    groups: ['external-secrets.io'],
    path: 'github.com/external-secrets/external-secrets',
    version: 'v0.20.4',
    files: 'config/crds/bases/external-secrets.io_externalsecrets.yaml',
  },
  {
    groups: ['monitoring.coreos.com'],
    path: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.85.0',
    files: 'example/prometheus-operator-crd/*_{podmonitors,prometheusrules}.yaml',
  },
] as const;

const groupOf = ({ apiVersion }: Manifest) =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
const isCustom = (one: Manifest) =>
  (groupOf(one).includes('.') && !groupOf(one).endsWith('.k8s.io')) || groupOf(one) === 'gateway.networking.k8s.io';

/** Go's regular expressions know flags inside the pattern, which these do not. */
function isPattern(pattern: unknown): boolean {
  try {
    return typeof pattern === 'string' && new RegExp(pattern, 'u').test('') !== undefined;
  } catch {
    return false;
  }
}

/** The same schema, in which a field that it does not know is a fault. */
function strict(schema: Schema): Schema {
  const closed =
    schema.properties !== undefined &&
    schema.additionalProperties === undefined &&
    schema['x-kubernetes-preserve-unknown-fields'] !== true;
  const { pattern, ...rest } = schema;
  return {
    ...rest,
    ...(isPattern(pattern) ? { pattern } : {}),
    ...(schema.properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, strict(one)])),
        }),
    ...(schema.items === undefined ? {} : { items: strict(schema.items) }),
    ...(typeof schema.additionalProperties === 'object'
      ? { additionalProperties: strict(schema.additionalProperties) }
      : {}),
    ...(closed ? { additionalProperties: false } : {}),
  };
}

/** By `apiVersion/kind` the strict schema of every custom resource of these groups. */
async function customSchemas(groups: ReadonlySet<string>, log: Log): Promise<Map<string, Schema>> {
  const schemas = new Map<string, Schema>();
  for (const { groups: its, path, version, files } of MODULES) {
    if (!its.some((group) => groups.has(group))) continue;
    const folder = await goModule(path, version, log);
    for (const file of globSync(files, { cwd: folder })) {
      for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
        const { kind, spec } = (document.toJS() ?? {}) as Definition;
        if (kind !== 'CustomResourceDefinition') continue;
        for (const one of spec.versions)
          schemas.set(`${spec.group}/${one.name}/${spec.names.kind}`, rootOf(one.schema.openAPIV3Schema));
      }
    }
  }
  return schemas;
}

/** The API server fills in the metadata, which the definitions leave open. */
function rootOf(schema: Schema): Schema {
  const closed = strict(schema);
  return { ...closed, properties: { ...closed.properties, metadata: { type: 'object' } } };
}

function customFaults(all: readonly Manifest[], schemas: ReadonlyMap<string, Schema>): string[] {
  // A CRD's formats (int32, date-time) and extensions say more than the structure that is checked here.
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  return all.flatMap((one) => {
    const schema = schemas.get(`${one.apiVersion}/${one.kind}`);
    if (schema === undefined) return [`${nameOf(one)}: there is no ${one.kind} of ${one.apiVersion}`];
    const validate = ajv.compile(schema);
    validate(one);
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${nameOf(one)}${instancePath}: ${message} ${JSON.stringify(params)}`,
    );
  });
}

/** Runs `work` with a YAML file of this content, which is removed afterwards. */
export async function withFile<T>(content: string, work: (path: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'ksbb-k8s-'));
  try {
    const file = join(dir, 'manifests.yaml');
    writeFileSync(file, content);
    return await work(file);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function builtInFaults(all: readonly Manifest[], python: string): Promise<string[]> {
  const flags = ['-m', 'kubernetes_validate', '--kubernetes-version', KUBERNETES, '--strict', '--quiet'];
  const { code, stdout, stderr } = await withFile(all.map((one) => stringify(one)).join('---\n'), (file) =>
    run(python, [...flags, file]),
  );
  // Its exit code is 0 also after some faults.
  const said = `${stdout}${stderr}`.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('INFO'));
  return code !== 0 && said.length === 0 ? [`kubernetes-validate ended with exit code ${code}`] : said;
}

/** The documents of a stream of YAML. */
export const readManifests = (yaml: string): Manifest[] =>
  parseAllDocuments(yaml).map((document) => document.toJS() as Manifest);

/** What the strict schemas of Kubernetes and of every custom resource say. @throws ToolMissing */
export async function schemaFaults(all: readonly Manifest[], python: string, log: Log): Promise<string[]> {
  const custom = all.filter((one) => isCustom(one) && !isRabbitmq(one));
  const builtIn = [...all.filter((one) => !isCustom(one)), ...rabbitmqStatefulSets(all)];
  const schemas = await customSchemas(new Set(custom.map(groupOf)), log);
  return [...customFaults(custom, schemas), ...rabbitmqFaults(all), ...(await builtInFaults(builtIn, python))];
}
