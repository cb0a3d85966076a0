import { createLineRenderer } from './log-lines.ts';

const render = createLineRenderer(['portal', 'commitment'], false);
const line = (fields: object) => JSON.stringify({ time: '2026-01-02T03:04:05.678Z', service: 'portal', ...fields });
const afterTime = (rendered: string) => rendered.slice(13);

describe('a rendered log line', () => {
  test('has time, padded service, level, message and the other fields', () => {
    const rendered = render(
      'portal',
      line({ level: 'info', msg: 'listening', port: 8080, path: '/a b', deep: { x: 1 } }),
    );
    expect(rendered).toMatch(/^\d\d:\d\d:05\.678 /);
    expect(afterTime(rendered)).toBe('portal     info  listening port=8080 path="/a b" deep={"x":1}');
  });

  test('names the level when pino wrote its number', () => {
    expect(afterTime(render('commitment', line({ level: 50, msg: 'no' })))).toBe('commitment error no');
  });

  test('shows the message of an error without its stack', () => {
    const rendered = render('portal', line({ level: 'error', msg: 'no', err: { message: 'too big', stack: 'at x' } }));
    expect(afterTime(rendered)).toBe('portal     error no err="too big"');
  });

  test('is what the service wrote when that is not JSON', () => {
    expect(afterTime(render('portal', '    at main.ts:3'))).toBe('portal         at main.ts:3');
    expect(afterTime(render('portal', '{ not json'))).toBe('portal     { not json');
  });

  test('has the service in colour when asked', () => {
    const coloured = createLineRenderer(['portal', 'commitment'], true);
    expect(coloured('portal', 'x')).toContain('\x1b[36mportal');
    expect(coloured('commitment', 'x')).toContain('\x1b[32mcommitment');
  });
});
