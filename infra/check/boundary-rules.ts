import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import type { IForbiddenRuleType, IRegularForbiddenRuleType } from 'dependency-cruiser';

/** Test files, and what they share in a folder `testing`, may use the real broker and database by themselves. */
export const TESTS = '([.]test[.]ts$|/src/testing/)';
/** Names under which @types/… has types and nothing else: only the compiler finds them. */
const TYPES_ALONE = '^(geojson|topojson-specification)$';
const PACKAGE_OF = '(^|/)node_modules/';

type Rule = IRegularForbiddenRuleType;

function forbid(name: string, comment: string, from: Rule['from'], to: Rule['to']): IForbiddenRuleType {
  return { name, comment, severity: 'error', from, to };
}

const foldersOf = (pattern: string, root: string) => [
  ...new Set(globSync(pattern, { cwd: root }).map((file) => dirname(file).replaceAll('\\', '/'))),
];

/**
 * A core is a folder with a decide.ts, or `kernel`, which the modules of a service share. Relative to the root, with
 * slashes.
 */
export function coreFolders(root: string): string[] {
  return [...foldersOf('services/*/src/**/decide.ts', root), ...foldersOf('services/*/src/kernel/*.ts', root)];
}

function coreRules(root: string): IForbiddenRuleType[] {
  const cores = coreFolders(root);
  return cores.map((core) => {
    const service = core.split('/').slice(0, 2).join('/');
    const siblings = cores.filter((other) => other.startsWith(`${service}/`)).map((folder) => `^${folder}/`);
    return forbid(
      'core-imports-no-io',
      'What decides is pure: a core imports itself, other cores of its service, the contracts and zod. ' +
        'Time, ids and chance arrive as data.',
      { path: `^${core}/`, pathNot: TESTS },
      { pathNot: [...siblings, '^packages/contracts/', `${PACKAGE_OF}zod/`] },
    );
  });
}

/** In a service with a kernel, a module is a folder with a file `open-<folder>.ts`, the only one that others import. */
function moduleRules(root: string): IForbiddenRuleType[] {
  const kernels = foldersOf('services/*/src/kernel/*.ts', root).map(dirname);
  return globSync(
    kernels.map((src) => `${src}/*/open-*.ts`),
    { cwd: root },
  ).flatMap((file) => {
    const path = file.replaceAll('\\', '/');
    const [, service, , folder] = path.split('/');
    if (!path.endsWith(`/${folder}/open-${folder}.ts`)) return [];
    const inside = `^services/${service}/src/${folder}/`;
    return [
      forbid(
        'modules-open-by-one-file',
        'Only the file that opens a module is public. Everything else in it may change without its neighbours.',
        { path: `^services/${service}/`, pathNot: [TESTS, inside] },
        { path: inside, pathNot: `${inside}open-${folder}[.]ts$` },
      ),
    ];
  });
}

/** Who may import whom. The rules about cores depend on which folders of `root` hold a decide.ts. */
export function boundaryRules(root: string): IForbiddenRuleType[] {
  return [
    forbid(
      'no-cycles',
      'Files that import each other in a circle cannot be read or changed one at a time.',
      {},
      { circular: true },
    ),
    forbid(
      'imports-resolve',
      'The imported file or package is not there.',
      {},
      { couldNotResolve: true, pathNot: TYPES_ALONE },
    ),
    forbid(
      'services-import-only-packages',
      'Services meet only in packages/contracts, over RabbitMQ and over HTTP, and run without what surrounds them.',
      { path: '^services/([^/]+)/' },
      { path: '^(services|infra|tests)/', pathNot: '^services/$1/' },
    ),
    forbid(
      'packages-import-only-packages',
      'A package serves every service, knows none, and runs without what surrounds it.',
      { path: '^packages/' },
      { path: '^(services|infra|tests)/' },
    ),
    forbid(
      'infra-imports-no-service-and-no-test',
      'What runs and builds the platform starts services as processes. ' +
        'Only the check reads their subscriptions and settings.',
      { path: '^infra/' },
      { path: ['^services/', '^tests/'], pathNot: '^services/[^/]+/src/(subscriptions|settings)[.]ts$' },
    ),
    forbid(
      'only-the-check-reads-services',
      'The topology job reads the generated bindings, so that its image holds no service.',
      { path: '^infra/', pathNot: '^infra/check/' },
      { path: '^services/' },
    ),
    forbid(
      'only-tests-import-the-testkit',
      'The product runs without what its tests need.',
      { path: '^(services|packages)/', pathNot: [TESTS, '^packages/testkit/'] },
      { path: '^packages/testkit/' },
    ),
    forbid(
      'contracts-import-only-zod',
      'Contracts are shapes and nothing else.',
      { path: '^packages/contracts/', pathNot: TESTS },
      { pathNot: ['^packages/contracts/', `${PACKAGE_OF}zod/`] },
    ),
    forbid(
      'service-kit-imports-no-package',
      'The service kit knows no business word and no other package.',
      { path: '^packages/service-kit/', pathNot: TESTS },
      { path: '^packages/', pathNot: '^packages/service-kit/' },
    ),
    forbid(
      'messaging-and-document-store-are-apart',
      'Messages and documents meet only where a service wires them.',
      { path: '^packages/(messaging|document-store)/', pathNot: TESTS },
      { path: '^packages/(messaging|document-store)/', pathNot: '^packages/$1/' },
    ),
    forbid(
      'only-stores-know-mongodb',
      'Only stores.ts, or a folder stores, knows what lies in the database and how.',
      {
        path: '^(services|packages)/',
        pathNot: [TESTS, '^services/.+/stores/', '/stores[.]ts$', '^packages/(document-store|testkit)/'],
      },
      { path: `${PACKAGE_OF}(mongoose|mongodb|bson)/` },
    ),
    forbid(
      'only-messaging-knows-rabbitmq',
      'Channels, confirms and acknowledgements are handled in one place.',
      { path: '^(services|packages)/', pathNot: [TESTS, '^packages/messaging/'] },
      { path: `${PACKAGE_OF}amqplib/` },
    ),
    forbid(
      'no-code-imports-a-test',
      'Tests stand beside the code and are not part of it.',
      { path: '^(services|packages)/', pathNot: TESTS },
      { path: TESTS },
    ),
    forbid(
      'journeys-use-the-front-door',
      'The demo and the journeys use HTTP and events, as people and partners do. They read no service and no database.',
      { path: '^(tests/scenario|tests/e2e|packages/testkit/src/donation)/' },
      { path: ['^services/', '^packages/document-store/', `${PACKAGE_OF}(mongoose|mongodb|bson)/`] },
    ),
    ...coreRules(root),
    ...moduleRules(root),
  ];
}
