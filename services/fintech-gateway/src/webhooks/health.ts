/** How an endpoint has answered lately: failures since its last success, and the time of the first of them. */
export type Health = { failures: number; failingSince: string | null };

export const wellHealth: Health = { failures: 0, failingSince: null };

const DAYS_5_MS = 5 * 86_400_000;
const FAILURES = 20;

export function afterFailure(health: Health, now: Date): Health {
  return { failures: health.failures + 1, failingSince: health.failingSince ?? now.toISOString() };
}

/** Whether an endpoint has failed for so long that it is sent nothing more: five days and twenty failures without a success. */
export function isGivenUp({ failures, failingSince }: Health, now: Date): boolean {
  return failures >= FAILURES && failingSince !== null && now.getTime() - Date.parse(failingSince) >= DAYS_5_MS;
}
