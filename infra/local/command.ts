import { stopAllChildren } from '@ksbb/testkit';
import type { Log } from './progress.ts';

export type Command = {
  /** Undone in reverse order when the command ends, whatever ends it. */
  defer(undo: () => Promise<void> | void): void;
  /** Never rejects; resolves when Ctrl-C or SIGTERM asks to stop. */
  interrupted: Promise<void>;
};

export type CommandOptions = {
  log: Log;
  /** Exit code after Ctrl-C or SIGTERM; the usual 128 + signal where it is not given or undefined. */
  codeWhenInterrupted?: () => number | undefined;
  /** Last words, after everything was undone. */
  onExit?: (code: number) => void;
};

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Runs the body of a command line tool and exits with the code it gives, 1 when it throws. When a signal comes first
 * the body is abandoned. In every case what it deferred is undone and what it started is stopped before the exit; a
 * second signal exits at once, and then the children end by themselves.
 */
export function runCommand(body: (command: Command) => Promise<number>, options: CommandOptions): void {
  const undos: (() => Promise<void> | void)[] = [];
  const interruption = Promise.withResolvers<number>();
  listen(interruption.resolve, options);
  const command = {
    defer: (undo: () => Promise<void> | void) => void undos.push(undo),
    interrupted: interruption.promise.then(() => undefined),
  };
  const outcome = body(command).catch((error: unknown) => {
    options.log(error instanceof Error ? error.message : String(error));
    return 1;
  });
  void Promise.race([outcome, interruption.promise]).then(async (code) => {
    await undoAll(undos, options.log);
    options.onExit?.(code);
    process.exit(code);
  });
}

function listen(interrupt: (code: number) => void, options: CommandOptions): void {
  let interrupted = false;
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (interrupted) process.exit(code);
      interrupted = true;
      options.log(`${signal}: stopping (once more to stop at once)`);
      interrupt(options.codeWhenInterrupted?.() ?? code);
    });
  }
}

async function undoAll(undos: (() => Promise<void> | void)[], log: Log): Promise<void> {
  for (const undo of undos.reverse()) {
    try {
      await undo();
    } catch (error) {
      log(`while cleaning up: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  await stopAllChildren();
}
