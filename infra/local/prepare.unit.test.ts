import { hashOf, reasonToInstall } from './prepare.mjs';

const entry = { version: '1.2.3', integrity: 'sha512-abc' };
const text = (packages: object) => JSON.stringify({ packages });
const lockfile = text({ '': {}, 'services/a': {}, 'node_modules/a': entry });
const installed = text({ 'node_modules/a': entry });
const state = { lockfile, installed, stamp: undefined, nodeBinary: true };

describe('whether dependencies must be installed', () => {
  test('not when what is installed is what the lockfile says', () => {
    expect(reasonToInstall(state)).toBeUndefined();
  });

  test('not when the last install was of this very lockfile', () => {
    expect(reasonToInstall({ ...state, installed: text({}), stamp: hashOf(lockfile) })).toBeUndefined();
  });

  test('when there is no node_modules', () => {
    expect(reasonToInstall({ ...state, installed: undefined, stamp: hashOf(lockfile) })).toMatch(/missing/);
  });

  test('when the Node binary did not arrive', () => {
    expect(reasonToInstall({ ...state, nodeBinary: false })).toMatch(/Node 24/);
  });

  test('when the lockfile has changed since the last install', () => {
    const newer = text({ 'node_modules/a': { ...entry, version: '1.2.4' } });
    expect(reasonToInstall({ ...state, lockfile: newer, stamp: hashOf(lockfile) })).toBe(
      'node_modules/a is 1.2.3, package-lock.json wants 1.2.4',
    );
  });

  test('when the same version has other content', () => {
    expect(
      reasonToInstall({ ...state, lockfile: text({ 'node_modules/a': { ...entry, integrity: 'sha512-xyz' } }) }),
    ).toMatch(/a is/);
  });

  test('when a package is missing, unless it is for another platform', () => {
    const more = (extra: object) => text({ 'node_modules/a': entry, 'node_modules/b': { ...entry, ...extra } });
    expect(reasonToInstall({ ...state, lockfile: more({}) })).toMatch(/b is missing/);
    expect(reasonToInstall({ ...state, lockfile: more({ optional: true }) })).toBeUndefined();
  });
});
