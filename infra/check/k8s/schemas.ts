import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parseAllDocuments, stringify } from 'yaml';
import { run } from '../../local/programs.ts';
import type { Log } from '../../local/progress.ts';
import { goModule } from '../tools.ts';
import { type Manifest, nameOf } from './objects.ts';

/** The version that the cluster of the tests has. */
const KUBERNETES = '1.34';

const GATEWAY_API = 'gateway.networking.k8s.io';

/** By group of custom resources: the Go module that holds their definitions, and the files in it. */
const DEFINITIONS: Record<string, { module: string; files: string }> = {
  'keda.sh': { module: 'github.com/kedacore/keda/v2@v2.18.1', files: 'config/crd/bases/keda.sh_*.yaml' },
  [GATEWAY_API]: {
    module: 'sigs.k8s.io/gateway-api@v1.4.0',
    files: 'config/crd/standard/*_{gateways,httproutes}.yaml',
  },
  'rabbitmq.com': { module: 'github.com/rabbitmq/cluster-operator/v2@v2.16.0', files: 'config/crd/bases/*.yaml' },
  'mongodbcommunity.mongodb.com': {
    module: 'github.com/mongodb/mongodb-kubernetes-operator@v0.13.0',
    files: 'config/crd/bases/*.yaml',
  },
  'external-secrets.io': {
    module: 'github.com/external-secrets/external-secrets@v0.20.4',
    files: 'config/crds/bases/external-secrets.io_externalsecrets.yaml',
  },
  'monitoring.coreos.com': {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    files: 'example/prometheus-operator-crd/*_{podmonitors,prometheusrules}.yaml',
  },
};

type Schema = {
  [keyword: string]: unknown;
  pattern?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
};
type Definition = {
  kind: string;
  spec: { group: string; names: { kind: string }; versions: { name: string; schema: { openAPIV3Schema: Schema } }[] };
};

const groupOf = ({ apiVersion }: Manifest) => /^(.*)\//.exec(apiVersion)?.[1] ?? '';
/** Kubernetes' own groups are `apps`, `batch` and such, or end in `.k8s.io`. */
const isCustom = (one: Manifest) =>
  groupOf(one) === GATEWAY_API || (groupOf(one).includes('.') && !groupOf(one).endsWith('.k8s.io'));

/** Go's regular expressions know flags inside the pattern, which JavaScript's do not. */
function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').source !== '';
  } catch {
    return false;
  }
}

/** Changes a schema so that a field which it does not know is a fault. */
function close(schema: Schema): void {
  const { properties = {}, items, additionalProperties: further } = schema;
  if (schema.pattern !== undefined && !isPattern(schema.pattern)) delete schema.pattern;
  for (const one of [...Object.values(properties), items, further]) if (typeof one === 'object') close(one);
  if (schema.properties !== undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true)
    schema.additionalProperties ??= false;
}

/** By `apiVersion/kind` the strict schema of every custom resource that these YAML documents define. */
export function strictSchemas(yaml: string): Map<string, Schema> {
  const definitions = (parseAllDocuments(yaml).map((document) => document.toJS() ?? {}) as Definition[]).filter(
    ({ kind }) => kind === 'CustomResourceDefinition',
  );
  return new Map(
    definitions.flatMap(({ spec }) =>
      spec.versions.map(({ name, schema: { openAPIV3Schema: schema } }) => {
        close(schema);
        // The API server fills in the metadata, which the definitions leave open.
        const properties = { ...schema.properties, metadata: { type: 'object' } };
        return [`${spec.group}/${name}/${spec.names.kind}`, { ...schema, properties }] as const;
      }),
    ),
  );
}

/** What strict schemas say of custom resources; one without a schema is a fault too. */
export function customFaults(all: readonly Manifest[], schemas: ReadonlyMap<string, Schema>): string[] {
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

/** The schemas of these groups of custom resources, from Go's module cache. @throws ToolMissing */
async function customSchemas(groups: ReadonlySet<string>, log: Log): Promise<Map<string, Schema>> {
  const schemas = new Map<string, Schema>();
  for (const group of groups) {
    const source = DEFINITIONS[group];
    if (source === undefined) continue;
    const folder = await goModule(source.module, log);
    for (const file of globSync(source.files, { cwd: folder }))
      for (const [key, schema] of strictSchemas(readFileSync(join(folder, file), 'utf8'))) schemas.set(key, schema);
  }
  return schemas;
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
  const custom = all.filter(isCustom);
  const schemas = await customSchemas(new Set(custom.map(groupOf)), log);
  const builtIn = all.filter((one) => !isCustom(one));
  return [...customFaults(custom, schemas), ...(await builtInFaults(builtIn, python))];
}
