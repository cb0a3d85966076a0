import { allHeld, codeAfterInterruption } from './demo-result.ts';

const [held, failed] = [{ ok: true }, { ok: false }];

describe('a demo that is ended by Ctrl-C', () => {
  test('has succeeded where it was over and every check held', () => {
    const progress = { finished: true, checks: [held, held] };
    expect([allHeld(progress), codeAfterInterruption(progress)]).toEqual([true, 0]);
  });

  test('has failed where it was over and a check did not hold', () => {
    const progress = { finished: true, checks: [held, failed] };
    expect([allHeld(progress), codeAfterInterruption(progress)]).toEqual([false, 1]);
  });

  test('has the code of the signal where it was not over, although every check so far held', () => {
    const progress = { finished: false, checks: [held] };
    expect([allHeld(progress), codeAfterInterruption(progress)]).toEqual([false, undefined]);
  });
});
