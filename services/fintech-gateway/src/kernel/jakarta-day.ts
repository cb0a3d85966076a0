export const DAY_MS = 86_400_000;
const JAKARTA_MS = 7 * 3_600_000;

/** The day in Jakarta (UTC+7 all year), `YYYY-MM-DD`. */
export function dayInJakarta(now: Date): string {
  return new Date(now.getTime() + JAKARTA_MS).toISOString().slice(0, 10);
}
