import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { boundaryRules, coreFolders, TESTS } from './boundary-rules.ts';

export type BoundaryViolation = { rule: string; from: string; to: string };

/**
 * Reads every import of the workspaces under `root`, type imports included, and answers those that a rule forbids.
 * swc reads the files: version 7 of the TypeScript compiler has no JavaScript interface to read them with.
 */
export async function boundaryViolations(root: string): Promise<BoundaryViolation[]> {
  const { output } = await cruise(['packages', 'services', 'infra', 'tests'], {
    baseDir: root,
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: '(^|/)node_modules/' },
    validate: true,
    ruleSet: { forbidden: boundaryRules(root) },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  });
  return (output as ICruiseResult).summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
}

/** The clock, chance and I/O that every file has without an import. */
const IMPURE =
  /\b(?:Date\.now|new Date\(\)|Math\.random|fetch\(|set(?:Timeout|Interval|Immediate)\(|(?:process|console|crypto|performance|globalThis)\.)/;

/** The lines of cores that use what no import shows. Comments count too. */
export function impureCoreLines(root: string): string[] {
  const files = coreFolders(root).flatMap((core) => globSync(`${core}/**/*.ts`, { cwd: root }));
  return files
    .filter((file) => !new RegExp(TESTS).test(file))
    .flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .flatMap((line, at) => {
          const used = IMPURE.exec(line)?.[0];
          return used === undefined ? [] : [`${file}:${at + 1}: a core is pure, so "${used}" is an argument of it`];
        }),
    );
}

/** The violations as a person reads them, with the reason for the rule. */
export async function boundaryFaults(root: string): Promise<string[]> {
  const reasons = new Map(boundaryRules(root).map(({ name, comment }) => [name, comment]));
  const violations = await boundaryViolations(root);
  const imports = violations.map(
    ({ rule, from, to }) => `${from} may not import ${to} (${rule})\n    ${reasons.get(rule) ?? ''}`,
  );
  return [...imports, ...impureCoreLines(root)];
}
