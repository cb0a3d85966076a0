import { ROOT } from '../local/run-directory.ts';
import { deadLinks, hygieneFaults } from './hygiene.ts';

const path = (...parts: string[]) => `/${parts.join('/')}`;

describe('the hygiene of a file', () => {
  test.each([
    ['a path of one machine', `const at = '${path('home', 'ani', 'ksbb')}';`],
    ['a path of one machine', `cd ${path('root', 'ksbb')}`],
    ['a path outside the repository', `see ${['..', 'shared', 'design'].join('/')}`],
    ['the host of a registry', `"${'resolved'}": "https://example.org/x.tgz"`],
    ['a merge that was not finished', `${'<'.repeat(7)} HEAD`],
  ])('%s is reported with its line', (why, line) => {
    expect(hygieneFaults('a/file.ts', `first\n${line}\n`)).toEqual([
      expect.stringMatching(new RegExp(`^a/file.ts:2: .* is ${why}`)),
    ]);
  });

  test.each([
    'https://example.org/home/page',
    '/app/services/x',
    '/tmp',
    '/api/work',
    "'../share'",
    '"resolved": "packages/contracts"',
  ])('%s is fine', (line) => {
    expect(hygieneFaults('a/file.ts', line)).toEqual([]);
  });
});

test('a link to a file that is not there is reported, others are not', () => {
  const text = '[a](../README.md#try-it) [b](https://example.org/x) [c](#here) [d](../nowhere.md) ![e](adr)';
  expect(deadLinks(ROOT, 'docs/page.md', text)).toEqual(['docs/page.md: links to ../nowhere.md, which is not there']);
});
