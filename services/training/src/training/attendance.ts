import type { Participant } from './training.ts';

/**
 * Spreads what one MSME says of its people over the lines that gave it seats, filling each line before the next. As a rule
 * there is one line.
 * @param lines the MSME's lines, with at least `attended` seats together
 */
export function spreadOverLines(
  attended: number,
  lines: Participant[],
): { participant: Participant; attended: number }[] {
  let left = attended;
  return lines.map((participant) => {
    const here = Math.min(left, participant.seats);
    left -= here;
    return { participant, attended: here };
  });
}

export function seatsOf(lines: Participant[]): number {
  return lines.reduce((seats, line) => seats + line.seats, 0);
}
