import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTally } from './test-tally.ts';

describe('the closing line of npm test', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ksbb-tally-'));
  const file = join(dir, 'jest.json');
  const write = (passed: number, failed: number, brokenSuites: number) =>
    writeFileSync(
      file,
      JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numRuntimeErrorTestSuites: brokenSuites }),
    );
  afterAll(() => rmSync(dir, { recursive: true }));

  test('counts passed and failed tests', () => {
    write(7, 2, 0);
    expect(readTally(file, 1)).toEqual({ passed: 7, failed: 2 });
  });

  test('counts a suite that could not run', () => {
    write(7, 0, 1);
    expect(readTally(file, 1)).toEqual({ passed: 7, failed: 1 });
  });

  test('has a failure when jest ends badly after passing all', () => {
    write(7, 0, 0);
    expect(readTally(file, 1)).toEqual({ passed: 7, failed: 1 });
    expect(readTally(file, 0)).toEqual({ passed: 7, failed: 0 });
  });

  test('has a failure when jest crashed before it wrote anything', () => {
    expect(readTally(join(dir, 'missing.json'), 134)).toEqual({ passed: 0, failed: 1 });
  });
});
