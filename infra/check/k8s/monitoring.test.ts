import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../../local/run-directory.ts';

type Rule = { alert: string; expr: string; annotations: { summary: string; runbook: string } };
type Rules = { groups: { rules: Rule[] }[] };
type Dashboard = { panels: { title: string; targets: { expr: string }[] }[] };

const MONITORING = 'k8s/components/monitoring';
/** Metrics that a library or the broker makes. */
const OF_OTHERS = [
  'rabbitmq_detailed_queue_messages_ready',
  'process_resident_memory_bytes',
  'nodejs_eventloop_lag_p99_seconds',
];

const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const { spec } = parse(text(`${MONITORING}/prometheus-rule.yaml`)) as { spec: Rules };
const rules = spec.groups.flatMap((group) => group.rules);
const dashboards = globSync(`${MONITORING}/dashboards/*.json`, { cwd: ROOT }).map(
  (path) => JSON.parse(text(path)) as Dashboard,
);

/** What the services measure, by the names that stand in their code. */
function measured(): Set<string> {
  const files = globSync('{packages,services}/*/src/**/*.ts', { cwd: ROOT }).filter(
    (path) => !path.endsWith('.test.ts'),
  );
  const names = files.flatMap((path) =>
    [...text(path).matchAll(/name: '((?:ksbb|http)_[a-z_]+)'/g)].map(([, name]) => name ?? ''),
  );
  return new Set([...names, ...OF_OTHERS]);
}

const metricsOf = (expression: string) =>
  [...expression.matchAll(/\b(?:ksbb|http|rabbitmq|process|nodejs)_[a-z0-9_]+/g)].map(([name]) =>
    name.replace(/_(bucket|count|sum)$/, ''),
  );

test('alerts and panels look at metrics that there are', () => {
  const looked = [
    ...rules.map(({ expr }) => expr),
    ...dashboards.flatMap(({ panels }) => panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))),
  ].flatMap(metricsOf);
  const known = measured();
  expect(looked.length).toBeGreaterThan(20);
  expect(looked.filter((name) => !known.has(name))).toEqual([]);
});

test.each(rules)('$alert has a page that says what to do', ({ annotations: { runbook } }) => {
  expect(existsSync(join(ROOT, runbook))).toBe(true);
  expect(text(runbook)).toMatch(/^\*\*Look at\*\*\n\n- [^]*^\*\*Do\*\*\n\n- /m);
});

test('every page belongs to an alert', () => {
  expect(globSync('docs/runbooks/*.md', { cwd: ROOT }).toSorted()).toEqual(
    rules.map(({ annotations }) => annotations.runbook).toSorted(),
  );
});

test('docker compose has the same alerts as Kubernetes', () => {
  expect(parse(text('infra/observability/rules.yml'))).toEqual(spec);
});
