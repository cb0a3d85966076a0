/** What the demo knows of itself when it ends. */
type Progress = { finished: boolean; checks: readonly { ok: boolean }[] };

/** True only where the scenario ran to its end and every check of it held. */
export const allHeld = ({ finished, checks }: Progress): boolean => finished && checks.every(({ ok }) => ok);

/**
 * The exit code after Ctrl-C. With `--keep` Ctrl-C ends a demo that is over: then its checks decide. A demo
 * that is interrupted before its end has the usual code of the signal, which undefined stands for.
 */
export function codeAfterInterruption(progress: Progress): number | undefined {
  if (!progress.finished) return undefined;
  return allHeld(progress) ? 0 : 1;
}
