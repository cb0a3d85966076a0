import { isFreePort, stopAllChildren } from '@ksbb/testkit';
import type { Log } from './progress.ts';

export type Command = {
  /** Undone in reverse order when the command ends, whatever ends it. */
  defer(undo: () => unknown): void;
  /** Never rejects; resolves when Ctrl-C or SIGTERM asks to stop. */
  interrupted: Promise<unknown>;
};

export type CommandOptions = {
  log: Log;
  /** Exit code after Ctrl-C or SIGTERM; the usual 128 + signal where it is not given or undefined. */
  codeWhenInterrupted?: () => number | undefined;
  /** Last words, after everything was undone. */
  onExit?: (code: number) => void;
};

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
/** One Ctrl-C arrives twice under npm: from the terminal, and once more from npm, which passes the signal on. */
const SAME_SIGNAL_MS = 500;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/**
 * Runs the body of a command line tool and exits with the code it gives, 1 when it throws. When a signal comes first
 * the body is abandoned. In every case what it deferred is undone and what it started is stopped before the exit; a
 * second signal exits at once, and then the children end by themselves.
 */
export function runCommand(body: (command: Command) => Promise<number>, options: CommandOptions): void {
  const { log, codeWhenInterrupted, onExit } = options;
  const undos: (() => unknown)[] = [stopAllChildren];
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<number>();
  let interruptedAt = Infinity;
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (performance.now() > interruptedAt + SAME_SIGNAL_MS) process.exit(code);
      if (interruptedAt < Infinity) return;
      interruptedAt = performance.now();
      log(`${signal}: stopping (once more to stop at once)`);
      interrupt(codeWhenInterrupted?.() ?? code);
    });
  }
  const outcome = body({ defer: (undo) => void undos.push(undo), interrupted }).catch((error: unknown) => {
    log(messageOf(error));
    return 1;
  });
  void Promise.race([outcome, interrupted]).then(async (code) => {
    for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) {
      try {
        await undo();
      } catch (error) {
        log(`while cleaning up: ${messageOf(error)}`);
      }
    }
    onExit?.(code);
    process.exit(code);
  });
}

/** The number in the value of an option. @throws where it is not a whole number from 1 to `most` */
export function wholeNumber(option: string, value: string, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new Error(`${option} must be a whole number from 1 to ${most}, not "${value}"`);
}

/** The port in the value of `--port`. @throws where it is no port or something listens there */
export async function freePortOption(value: string, otherPort: string): Promise<number> {
  const port = wholeNumber('--port', value, 65_535);
  if (await isFreePort(port)) return port;
  throw new Error(`port ${port} is taken; stop what listens there, or choose another: ${otherPort}`);
}
