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
};
