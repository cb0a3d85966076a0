import type { Envelope } from '@ksbb/contracts';
import type { Subscription } from '@ksbb/messaging';
import { received, type Running, type Script, withService } from './deliveries.ts';
import { canonical, differences, leavesOf, type Snapshot } from './snapshot.ts';

const NEWER = 9_000_000;

type Row<Deps> = Subscription<Deps>;

const nameOf = <Deps>({ event, reaction, effect }: Row<Deps>) => `${event.name}: ${reaction} (${effect})`;
const at = (event: Envelope, version: number): Envelope => ({
  ...event,
  id: `${event.id}-as-${version}`,
  sequence: String(version).padStart(10, '0'),
});

/** An insert leaves what was there as it was. */
function overwritten(before: Snapshot, after: Snapshot): string[] {
  const now = leavesOf(after);
  return [...leavesOf(before)]
    .filter(([path, value]) => canonical(now.get(path)) !== canonical(value))
    .map(([path]) => path);
}

/**
 * Goes through the script in order and gives each event to each of its reactions twice. Answers what is not as the
 * effect that the table names, a line each, and every reaction that never did anything, since nothing is shown of that:
 *
 * - of any effect: a repeat changes nothing
 * - insert: what was there stays as it is
 * - newest-wins: the same event as an older version, after all others, changes nothing; as a newer version it does
 */
export function effectFaults<Deps>(script: Script<Deps>): Promise<string[]> {
  return withService(script, async ({ deps, rowsOf, snapshot, takePublished }: Running<Deps>) => {
    const faults: string[] = [];
    const idle = new Set(script.subscriptions);
    const state = async () => {
      await takePublished();
      return snapshot();
    };
    const handle = async (row: Row<Deps>, event: Envelope) => {
      await row.handle(received(row.event, event), deps);
      return state();
    };

    for (const event of script.events) {
      for (const row of rowsOf(event)) {
        const before = await state();
        const after = await handle(row, event);
        if (differences(before, after).length > 0) idle.delete(row);
        const repeated = await handle(row, event);
        for (const difference of differences(after, repeated))
          faults.push(`${nameOf(row)}: a repeat changed ${difference}`);
        if (row.effect === 'insert')
          for (const path of overwritten(before, after)) faults.push(`${nameOf(row)}: overwrote ${path}`);
      }
    }
    for (const row of idle) faults.push(`${nameOf(row)}: did nothing with any event of the script`);

    const newest = script.events.flatMap((event) =>
      rowsOf(event)
        .filter(({ effect }) => effect === 'newest-wins')
        .map((row) => ({ row, event })),
    );
    for (const [nth, { row, event }] of newest.entries()) {
      const before = await state();
      for (const difference of differences(before, await handle(row, at(event, 0))))
        faults.push(`${nameOf(row)}: an older version changed ${difference}`);
      const after = await handle(row, at(event, NEWER + nth));
      if (differences(before, after).length === 0) faults.push(`${nameOf(row)}: a newer version changed nothing`);
    }
    return faults;
  });
}
