import { runScript } from './run-script.ts';

test('the demo walks one donation end to end and every check holds', async () => {
  const { code, result } = await runScript('tests/scenario/demo.ts');
  expect(result.checks.filter((check: { ok: boolean }) => !check.ok)).toEqual([]);
  expect(result).toMatchObject({
    ok: true,
    collaborationId: expect.stringMatching(/^KSBB-/),
    durationSeconds: expect.any(Number),
  });
  expect(result.checks.length).toBeGreaterThan(30);
  expect(code).toBe(0);
}, 300_000);
