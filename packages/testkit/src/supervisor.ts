import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildCommand, describeEnding, isStoppingAll, startChild } from './child-process.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** A process that ran this long has recovered: after its next death the pauses start from the shortest again. */
const RECOVERED_AFTER_MS = 10_000;
/** EX_CONFIG of sysexits.h: the settings are wrong, so that another start cannot help. */
const BAD_SETTINGS = 78;

export type SupervisedCommand = ChildCommand & {
  /** Gets what happens to the process, for people. */
  log: (text: string) => void;
  /** The longest pause before a restart; 5 s unless given. */
  longestPauseMs?: number | undefined;
};

export type Supervised = {
  /** Undefined while no process runs. */
  readonly pid: number | undefined;
  /** How often it died and was started again. */
  readonly restarts: number;
  /** Why it is not started again; undefined while it is. */
  readonly givenUp: string | undefined;
  /** The last lines that it wrote, to explain a failure. */
  lastLines(): string;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL after `graceMs`; it is not started again. */
  stop(graceMs: number): Promise<void>;
};

/** The pause before the start that follows `deaths` deaths in a row. */
export function pauseBeforeRestart(deaths: number, longestMs = LONGEST_PAUSE_MS): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.max(deaths - 1, 0), longestMs);
}

/** Starts a command, and starts it again after a growing pause whenever it ends, until `stop`. */
export function supervise(command: SupervisedCommand): Supervised {
  const { name, log, longestPauseMs } = command;
  const stopping = new AbortController();
  let child = startChild(command);
  let restarts = 0;
  let givenUp: string | undefined;

  async function keepRunning(): Promise<void> {
    let deathsInARow = 0;
    for (;;) {
      const startedAt = performance.now();
      const ending = await child.ended;
      if (stopping.signal.aborted || isStoppingAll()) return;
      if (ending.code === BAD_SETTINGS) {
        givenUp = `${name} refuses its settings:\n${child.lastLines()}`;
        return;
      }
      deathsInARow = performance.now() - startedAt > RECOVERED_AFTER_MS ? 1 : deathsInARow + 1;
      const pause = pauseBeforeRestart(deathsInARow, longestPauseMs);
      log(`${name} ended (${describeEnding(ending)}); it starts again in ${pause / 1000} s`);
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted || isStoppingAll()) return;
      restarts += 1;
      child = startChild(command);
    }
  }

  void keepRunning();
  return {
    get pid() {
      return child.hasEnded() ? undefined : child.pid;
    },
    get restarts() {
      return restarts;
    },
    get givenUp() {
      return givenUp;
    },
    lastLines: () => child.lastLines(),
    kill: (signal) => child.signal(signal),
    stop: async (graceMs) => {
      stopping.abort();
      await child.stop(graceMs);
    },
  };
}
