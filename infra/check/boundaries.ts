import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { boundaryRules } from './boundary-rules.ts';

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

/** The violations as a person reads them, with the reason for the rule. */
export async function boundaryFaults(root: string): Promise<string[]> {
  const reasons = new Map(boundaryRules(root).map(({ name, comment }) => [name, comment]));
  const violations = await boundaryViolations(root);
  return violations.map(
    ({ rule, from, to }) => `${from} may not import ${to} (${rule})\n    ${reasons.get(rule) ?? ''}`,
  );
}
