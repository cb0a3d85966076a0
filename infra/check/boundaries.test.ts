import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { boundaryRules } from './boundary-rules.ts';
import { boundaryViolations, impureCoreLines } from './boundaries.ts';

/** A small tree of the shape of this repository, in which everything is allowed. */
const allowed = {
  'packages/contracts/src/index.ts': "import { z } from 'zod';\nexport const id = z;\nexport const kind = 1;",
  'packages/service-kit/src/index.ts': "import { id } from 'node:fs';\nexport const kit = id;",
  'packages/messaging/src/index.ts':
    "import { connect } from 'amqplib';\nimport { id } from '@ksbb/contracts';\nexport const bus = [connect, id];",
  'packages/document-store/src/index.ts':
    "import mongoose from 'mongoose';\nimport type { id } from '@ksbb/contracts';\n" +
    'export const store = mongoose as typeof id;',
  'services/one/src/app.ts':
    "import { bus } from '@ksbb/messaging';\nimport { decide } from './thing/decide.ts';\n" +
    'export const app = [bus, decide];',
  'services/one/src/app.component.test.ts':
    "import { fresh } from '@ksbb/testkit';\nimport { app } from './app.ts';\nimport 'mongoose';\nfresh(app);",
  'services/one/src/testing/given.ts': "export { fresh } from '@ksbb/testkit';",
  'services/one/src/stores/things.ts': "import mongoose from 'mongoose';\nexport const things = mongoose;",
  'services/one/src/thing/thing.ts':
    "import type { id } from '@ksbb/contracts';\nimport type { z } from 'zod';\n" +
    'export type Thing = z.infer<typeof id>;',
  'services/one/src/thing/decide.ts':
    "import type { Thing } from './thing.ts';\nimport { more } from '../other/decide.ts';\n" +
    'export const decide = (thing: Thing) => more(thing);',
  'services/one/src/shop/open-shop.ts': "export { counter } from './counter.ts';",
  'services/one/src/shop/counter.ts': "import { pure } from '../kernel/pure.ts';\nexport const counter = pure;",
  'services/one/src/kernel/pure.ts': "import { kind } from '@ksbb/contracts';\nexport const pure = kind;",
  'services/one/src/use-shop.ts': "import { counter } from './shop/open-shop.ts';\nexport const use = counter;",
  'services/one/src/other/decide.ts': 'export const more = (thing: unknown) => thing;',
  'services/two/src/app.ts': "import { store } from '@ksbb/document-store';\nexport const app = store;",
  'packages/testkit/src/index.ts': 'export const fresh = (value: unknown) => value;',
  'services/one/src/subscriptions.ts': 'export const subscriptions = [];',
  'infra/check/subscribers.ts': "export { subscriptions } from '../../services/one/src/subscriptions.ts';",
  'infra/local/ports.ts': 'export const port = 1;',
  'tests/scenario/steps.ts': "import { port } from '../../infra/local/ports.ts';\nexport const steps = port;",
  'tests/e2e/demo.ts': "import { kind } from '@ksbb/contracts';\nexport const demo = kind;",
};

/** For each rule files that break it, and what has to be reported of them. */
const forbidden: { rule: string; files: Record<string, string>; from: string; to: string }[] = [
  {
    rule: 'no-cycles',
    files: {
      'services/one/src/left.ts': "import { right } from './right.ts';\nexport const left = () => right;",
      'services/one/src/right.ts':
        "import type { left } from './left.ts';\nexport const right = (it: typeof left) => it;",
    },
    from: 'services/one/src/left.ts',
    to: 'services/one/src/right.ts',
  },
  {
    rule: 'no-cycles',
    files: {
      'tests/scenario/left.ts': "import { right } from './right.ts';\nexport const left = () => right;",
      'tests/scenario/right.ts':
        "import type { left } from './left.ts';\nexport const right = (it: typeof left) => it;",
    },
    from: 'tests/scenario/left.ts',
    to: 'tests/scenario/right.ts',
  },
  {
    rule: 'imports-resolve',
    files: { 'tests/e2e/lost.ts': "import './nowhere.ts';" },
    from: 'tests/e2e/lost.ts',
    to: './nowhere.ts',
  },
  {
    rule: 'services-import-only-packages',
    files: { 'services/one/src/peek.ts': "import { app } from '../../two/src/app.ts';\nexport const peek = app;" },
    from: 'services/one/src/peek.ts',
    to: 'services/two/src/app.ts',
  },
  {
    rule: 'services-import-only-packages',
    files: {
      'services/one/src/peek.component.test.ts':
        "import type { app } from '@ksbb/two/app.ts';\nexport type Peek = typeof app;",
    },
    from: 'services/one/src/peek.component.test.ts',
    to: 'services/two/src/app.ts',
  },
  {
    rule: 'services-import-only-packages',
    files: { 'services/one/src/port.component.test.ts': "export { port } from '../../../infra/local/ports.ts';" },
    from: 'services/one/src/port.component.test.ts',
    to: 'infra/local/ports.ts',
  },
  {
    rule: 'packages-import-only-packages',
    files: {
      'packages/messaging/src/peek.ts': "export const peek = () => import('../../../services/two/src/app.ts');",
    },
    from: 'packages/messaging/src/peek.ts',
    to: 'services/two/src/app.ts',
  },
  {
    rule: 'packages-import-only-packages',
    files: { 'packages/messaging/src/port.component.test.ts': "export { port } from '../../../infra/local/ports.ts';" },
    from: 'packages/messaging/src/port.component.test.ts',
    to: 'infra/local/ports.ts',
  },
  {
    rule: 'infra-imports-no-service-and-no-test',
    files: { 'infra/check/peek.ts': "export { app } from '../../services/one/src/app.ts';" },
    from: 'infra/check/peek.ts',
    to: 'services/one/src/app.ts',
  },
  {
    rule: 'infra-imports-no-service-and-no-test',
    files: { 'infra/local/demo.ts': "export type { demo } from '../../tests/e2e/demo.ts';" },
    from: 'infra/local/demo.ts',
    to: 'tests/e2e/demo.ts',
  },
  {
    rule: 'only-the-check-reads-services',
    files: { 'infra/local/queues.ts': "export { subscriptions } from '../../services/one/src/subscriptions.ts';" },
    from: 'infra/local/queues.ts',
    to: 'services/one/src/subscriptions.ts',
  },
  {
    rule: 'only-tests-import-the-testkit',
    files: { 'services/two/src/wait.ts': "export { fresh } from '@ksbb/testkit';" },
    from: 'services/two/src/wait.ts',
    to: 'packages/testkit/src/index.ts',
  },
  {
    rule: 'contracts-import-only-zod',
    files: { 'packages/contracts/src/hash.ts': "export { createHash } from 'node:crypto';" },
    from: 'packages/contracts/src/hash.ts',
    to: 'crypto',
  },
  {
    rule: 'service-kit-imports-no-package',
    files: { 'packages/service-kit/src/word.ts': "export type { id } from '@ksbb/contracts';" },
    from: 'packages/service-kit/src/word.ts',
    to: 'packages/contracts/src/index.ts',
  },
  {
    rule: 'messaging-and-document-store-are-apart',
    files: { 'packages/messaging/src/outbox.ts': "export { store } from '@ksbb/document-store';" },
    from: 'packages/messaging/src/outbox.ts',
    to: 'packages/document-store/src/index.ts',
  },
  {
    rule: 'messaging-and-document-store-are-apart',
    files: { 'packages/document-store/src/relay.ts': "export { bus } from '@ksbb/messaging';" },
    from: 'packages/document-store/src/relay.ts',
    to: 'packages/messaging/src/index.ts',
  },
  {
    rule: 'only-stores-know-mongodb',
    files: { 'services/one/src/route.ts': "export { Schema } from 'mongoose';" },
    from: 'services/one/src/route.ts',
    to: 'node_modules/mongoose/index.js',
  },
  {
    rule: 'only-messaging-knows-rabbitmq',
    files: { 'services/two/src/route.ts': "export { connect } from 'amqplib';" },
    from: 'services/two/src/route.ts',
    to: 'node_modules/amqplib/index.js',
  },
  {
    rule: 'no-code-imports-a-test',
    files: {
      'services/two/src/borrow.ts': "export { given } from './app.unit.test.ts';",
      'services/two/src/app.unit.test.ts': 'export const given = 1;',
    },
    from: 'services/two/src/borrow.ts',
    to: 'services/two/src/app.unit.test.ts',
  },
  {
    rule: 'no-code-imports-a-test',
    files: { 'services/one/src/borrow.ts': "export { fresh } from './testing/given.ts';" },
    from: 'services/one/src/borrow.ts',
    to: 'services/one/src/testing/given.ts',
  },
  {
    rule: 'journeys-use-the-front-door',
    files: { 'tests/e2e/peek.ts': "export type { app } from '@ksbb/one/app.ts';" },
    from: 'tests/e2e/peek.ts',
    to: 'services/one/src/app.ts',
  },
  {
    rule: 'journeys-use-the-front-door',
    files: { 'tests/scenario/look.ts': "export { connection } from 'mongoose';" },
    from: 'tests/scenario/look.ts',
    to: 'node_modules/mongoose/index.js',
  },
  {
    rule: 'modules-open-by-one-file',
    files: {
      'services/one/src/peek.ts':
        "import type { counter } from './shop/counter.ts';\nexport type Peek = typeof counter;",
    },
    from: 'services/one/src/peek.ts',
    to: 'services/one/src/shop/counter.ts',
  },
  {
    rule: 'core-imports-no-io',
    files: { 'services/one/src/kernel/read.ts': "export { readFileSync } from 'node:fs';" },
    from: 'services/one/src/kernel/read.ts',
    to: 'fs',
  },
  {
    rule: 'core-imports-no-io',
    files: {
      'services/one/src/thing/price.ts': "import { readFileSync } from 'node:fs';\nexport const price = readFileSync;",
    },
    from: 'services/one/src/thing/price.ts',
    to: 'fs',
  },
  {
    rule: 'core-imports-no-io',
    files: {
      'services/one/src/thing/save.ts':
        "import type { things } from '../stores/things.ts';\nexport type Save = typeof things;",
    },
    from: 'services/one/src/thing/save.ts',
    to: 'services/one/src/stores/things.ts',
  },
  {
    rule: 'core-imports-no-io',
    files: { 'services/one/src/thing/reported.ts': "export type { bus } from '@ksbb/messaging';" },
    from: 'services/one/src/thing/reported.ts',
    to: 'packages/messaging/src/index.ts',
  },
];

function write(root: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** A tree on disk with its own node_modules, so that packages are found by name as in a checkout. */
function tree(files: Record<string, string>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'boundaries-')));
  write(root, files);
  for (const name of ['zod', 'mongoose', 'amqplib']) {
    write(root, {
      [`node_modules/${name}/package.json`]: `{"name":"${name}","main":"index.js"}`,
      [`node_modules/${name}/index.js`]: '',
    });
  }
  mkdirSync(join(root, 'node_modules/@ksbb'));
  for (const name of ['contracts', 'service-kit', 'messaging', 'document-store', 'testkit']) {
    write(root, {
      [`packages/${name}/package.json`]: `{"name":"@ksbb/${name}","type":"module","exports":{".":"./src/index.ts"}}`,
    });
    symlinkSync(join(root, 'packages', name), join(root, 'node_modules/@ksbb', name));
  }
  for (const name of ['one', 'two']) {
    write(root, {
      [`services/${name}/package.json`]: `{"name":"@ksbb/${name}","type":"module","exports":{"./*":"./src/*"}}`,
    });
    symlinkSync(join(root, 'services', name), join(root, 'node_modules/@ksbb', name));
  }
  return root;
}

describe('the boundaries between modules', () => {
  const roots: string[] = [];
  const violationsOf = (files: Record<string, string>) => {
    const root = tree(files);
    roots.push(root);
    return boundaryViolations(root);
  };
  afterAll(() => {
    for (const root of roots) rmSync(root, { recursive: true, force: true });
  });

  test('nothing is reported where every import is allowed', async () => {
    expect(await violationsOf(allowed)).toEqual([]);
  });

  test.each(forbidden)('$rule: $from may not import $to', async ({ rule, files, from, to }) => {
    expect(await violationsOf({ ...allowed, ...files })).toEqual([{ rule, from, to }]);
  });

  test.each([
    'Date.now()',
    'new Date()',
    'Math.random()',
    "fetch('http://x')",
    'setTimeout(next)',
    'process.env',
    'console.log(1)',
    'crypto.randomUUID()',
    'performance.now()',
    'globalThis.fetch',
  ])('a core that uses %s without an import is reported', (use) => {
    const text = `export const a = 1;\nexport const b = () => ${use};\n`;
    const root = tree({ ...allowed, 'services/one/src/thing/price.ts': text, 'services/one/src/kernel/day.ts': text });
    roots.push(root);
    const reported = impureCoreLines(root).map((line) => line.split(' ')[0]);
    expect(reported.toSorted()).toEqual(['services/one/src/kernel/day.ts:2:', 'services/one/src/thing/price.ts:2:']);
  });

  test('a core may reckon with a time that it is given, and its tests and other files may use the clock', () => {
    const root = tree({
      ...allowed,
      'services/one/src/thing/price.ts': 'export const day = (now: Date) => new Date(now.getTime() + 1);',
      'services/one/src/thing/price.unit.test.ts': 'Date.now();',
      'services/one/src/clock.ts': 'export const now = Date.now;',
    });
    roots.push(root);
    expect(impureCoreLines(root)).toEqual([]);
  });

  test('every rule is seen failing', () => {
    const root = tree(allowed);
    roots.push(root);
    const rules = new Set(boundaryRules(root).map((rule) => rule.name));
    expect(new Set(forbidden.map(({ rule }) => rule))).toEqual(rules);
  });
});
