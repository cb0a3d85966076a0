import { readFileSync } from 'node:fs';

export type Tally = { passed: number; failed: number };

const NO_RESULT = { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 1 };

/**
 * Counts from jest's result file and exit code. A suite that could not run counts as one failure, and so does a jest
 * that ended badly without saying what failed.
 */
export function readTally(resultFile: string, exitCode: number): Tally {
  const result = readResult(resultFile);
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  return { passed: result.numPassedTests, failed: exitCode === 0 ? failed : Math.max(failed, 1) };
}

function readResult(path: string): typeof NO_RESULT {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as typeof NO_RESULT;
  } catch {
    return NO_RESULT;
  }
}
