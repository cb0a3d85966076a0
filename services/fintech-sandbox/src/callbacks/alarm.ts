/** Lets a loop sleep until the next time somebody asked for, or until its own poll is due. */
export type Alarm = {
  /** Asks to be awake at a time, ms of the epoch. Past a thousand times the poll has to do. */
  setFor: (at: number) => void;
  /** Sleeps until the next time asked for, `pollMs` at most; then forgets the times that have passed. */
  sleep: (pollMs: number) => Promise<void>;
};

const MAX_TIMES = 1_000;

export function createAlarm(clock: () => Date): Alarm {
  let times: number[] = [];
  let reschedule: () => void = () => undefined;
  return {
    setFor: (at) => {
      if (times.length < MAX_TIMES) times.push(at);
      reschedule();
    },
    sleep: (pollMs) =>
      new Promise((resolve) => {
        const pollAt = clock().getTime() + pollMs;
        let timer: NodeJS.Timeout;
        const wake = () => {
          const now = clock().getTime();
          times = times.filter((at) => at > now);
          reschedule = () => undefined;
          resolve();
        };
        reschedule = () => {
          clearTimeout(timer);
          timer = setTimeout(wake, Math.max(0, Math.min(pollAt, ...times) - clock().getTime()));
        };
        reschedule();
      }),
  };
}
