/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/{packages,services,infra,tests}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/.run/'],
  modulePathIgnorePatterns: ['<rootDir>/.run/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '@swc/jest' },
  testEnvironment: 'node',
  testTimeout: 30_000,
  maxWorkers: 2,
  // On a loaded machine an idle worker takes longer than the usual 0.5 s to end. One that leaks never ends.
  workerGracefulExitTimeout: 10_000,
};
