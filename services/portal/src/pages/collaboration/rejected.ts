/** A form of this page that was sent and not accepted: which one, what was typed, and what is wrong with it, in words. */
export type RejectedForm = {
  /** `deliver`, `open`, or the topic of a training. */
  form: string;
  draft: URLSearchParams;
  /** By name of the field. */
  errors: ReadonlyMap<string, string>;
  /** Something that no field is to blame for. */
  problem?: string | undefined;
};

/** The value and the error of a field of one form, given the form of the page that was rejected last. */
export function fieldsOf(rejected: RejectedForm | null, form: string) {
  const mine = rejected?.form === form ? rejected : null;
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
