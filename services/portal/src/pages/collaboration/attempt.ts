/** A form of this page that was sent and not taken: which one, what was typed, and what is wrong with it, in words. */
export type Attempt = {
  /** `deliver`, `open`, or the topic of a training. */
  form: string;
  draft: URLSearchParams;
  /** By name of the field. */
  errors: ReadonlyMap<string, string>;
  /** Something that no field is to blame for. */
  problem?: string;
};

/** The value and the error of a field of one form, given the last attempt at any form of the page. */
export function fieldsOf(attempt: Attempt | null, form: string) {
  const mine = attempt?.form === form ? attempt : null;
  return {
    problem: mine?.problem,
    errors: mine?.errors ?? new Map<string, string>(),
    of: (name: string, fallback = '') => ({
      name,
      scope: form,
      value: mine?.draft.get(name) ?? fallback,
      error: mine?.errors.get(name),
    }),
  };
}
