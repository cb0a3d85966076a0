/** Everybody who has the link can sign the contract. */
const NEVER_SHOWN: Record<string, readonly string[]> = { 'contract-forwarded': ['signUrl'] };

/** Names, and texts that people wrote and that may name a person. */
const NOT_OPEN_DATA: Record<string, readonly string[]> = {
  'msme-delisted': ['reason'],
  'commitment-confirmed': ['donorName'],
  'contract-forwarded': ['partnerContractId'],
  'contract-declined': ['reason'],
  'training-scheduled': ['place'],
  'training-reported': ['summary'],
  'training-cancelled': ['reason'],
};

function without(data: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([field]) => !fields.includes(field)));
}

/**
 * The data of an event for those who have the collaboration ID. It has the donor's name where the donor made it public.
 * @param event its name, such as `line-delivered`
 */
export function forTimeline(event: string, data: Record<string, unknown>): Record<string, unknown> {
  return without(data, NEVER_SHOWN[event] ?? []);
}

/** The data of an event as open data, for everybody. */
export function forOpenData(event: string, data: Record<string, unknown>): Record<string, unknown> {
  return without(data, [...(NEVER_SHOWN[event] ?? []), ...(NOT_OPEN_DATA[event] ?? [])]);
}
