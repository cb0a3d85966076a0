import { isDeepStrictEqual } from 'node:util';
import { eventually } from '../eventually.ts';
import type { PlatformAddress, PlatformClient } from '../platform-client.ts';

/** A running platform as the scenario needs it: processes on this machine, or pods on a cluster. */
export type Environment = PlatformAddress & {
  /** The sandbox as the gateway reaches it. */
  sandboxUrlOfGateway: string;
  /** Loads the real places and `msmes` generated MSMEs by the registry's own job. */
  loadMsmes: (msmes: number) => Promise<void>;
  /** Kills a service with SIGKILL now; resolves when its successor is ready. */
  killAndAwaitReturn: (service: 'commitment' | 'fintech-gateway') => Promise<void>;
  /** How often a service died and was started again. */
  restarts: (service: 'commitment' | 'fintech-gateway') => number;
  /** How many messages lie in dead-letter queues, or went to no queue. */
  countDeadLetters: () => Promise<number>;
};

export type Check = { name: string; ok: boolean; expected: unknown; actual: unknown };
export type Checks = ReturnType<typeof createChecks>;

/** Where the scenario says what happens and what it found. */
export type Reporter = { say: (text: string) => void; step: (title: string) => void; checks: Checks };

/** Collects what was expected and what was found. A check that fails does not stop the scenario. */
export function createChecks() {
  const all: Check[] = [];
  const equal = (name: string, expected: unknown, actual: unknown): void => {
    all.push({ name, ok: isDeepStrictEqual(expected, actual), expected, actual });
  };
  return {
    all,
    equal,
    /** Waits until `read` gives what is expected, and checks what it gives in the end. */
    async reaches(name: string, expected: unknown, read: () => Promise<unknown>): Promise<void> {
      await eventually(name, async () => isDeepStrictEqual(await read(), expected)).catch(() => undefined);
      equal(name, expected, await read());
    },
  };
}

const SHOWN_LENGTH = 90;

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH - 1)}…`;
}

/** The checks as a table, with what was expected where a check failed. Long values are cut; the JSON has them whole. */
export function checksTable(checks: readonly Check[]): string {
  const width = Math.max(...checks.map((check) => check.name.length));
  return checks
    .map(({ name, ok, expected, actual }) => {
      const line = `${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(width)}  ${shown(actual)}`;
      return ok ? line : `${line}  (expected ${JSON.stringify(expected)}, not ${JSON.stringify(actual)})`;
    })
    .join('\n');
}

/** What each part of the scenario works with. */
export type Part = Reporter & { environment: Environment; client: PlatformClient };
