/**
 * One bad field: where it is (an RFC 6901 pointer into the body, or `header X`, `query x`, `path x`), and which value
 * would be right.
 */
export type FieldError = { pointer: string; detail: string };

type ProblemOptions = {
  errors?: FieldError[];
  retryAfterSeconds?: number;
  /** Extension members of RFC 9457, shown beside the standard ones. */
  extensions?: Record<string, unknown>;
};

/**
 * A refusal that the HTTP shell answers as RFC 9457 `application/problem+json`.
 * `slug` is stable and names the kind of problem. `detail` is for a person.
 */
export class Problem extends Error {
  readonly status: number;
  readonly slug: string;
  readonly detail: string;
  readonly options: ProblemOptions;

  constructor(status: number, slug: string, detail: string, options: ProblemOptions = {}) {
    super(`${status} ${slug}: ${detail}`);
    this.name = 'Problem';
    this.status = status;
    this.slug = slug;
    this.detail = detail;
    this.options = options;
  }
}

/** The body of a problem. `type` is a URN, because there is no page about it. */
export function problemBody(problem: Problem, instance?: string): Record<string, unknown> {
  return {
    type: `urn:ksbb-umkm:problem:${problem.slug}`,
    title: problem.slug.replaceAll('-', ' '),
    status: problem.status,
    detail: problem.detail,
    ...(instance === undefined ? {} : { instance }),
    ...(problem.options.errors === undefined ? {} : { errors: problem.options.errors }),
    ...problem.options.extensions,
  };
}

export function badRequest(detail: string, errors: FieldError[] = []): Problem {
  return new Problem(400, 'invalid-request', detail, { errors });
}

export function unauthorized(detail: string): Problem {
  return new Problem(401, 'unauthorized', detail);
}

export function notFound(slug: string, detail: string): Problem {
  return new Problem(404, slug, detail);
}

export function conflict(slug: string, detail: string, extensions: Record<string, unknown> = {}): Problem {
  return new Problem(409, slug, detail, { extensions });
}

export function unprocessable(slug: string, detail: string, errors: FieldError[] = []): Problem {
  return new Problem(422, slug, detail, { errors });
}

export function unavailable(detail: string, retryAfterSeconds: number): Problem {
  return new Problem(503, 'unavailable', detail, { retryAfterSeconds });
}

type Refusal = { refused: string };

type Said<R, T> = T | ((refusal: R) => T);

/** How one refusal is answered. The slug is the word of the refusal where none is given. */
type RefusalAnswer<R> = {
  status: number;
  slug?: string;
  detail: Said<R, string>;
  errors?: Said<R, FieldError[]>;
  extensions?: Said<R, Record<string, unknown>>;
};

/** One entry for each word that a core refuses with. */
export type RefusalTable<R extends Refusal> = {
  [Word in R['refused']]: RefusalAnswer<Extract<R, { refused: Word }>>;
};

/** Gives the function that makes the problem of a refusal, from a table with an entry for each word. */
export function problemsOf<R extends Refusal>(table: RefusalTable<R>): (refusal: R) => Problem {
  // The entry of a word takes refusals of that word, which TypeScript cannot follow through a table.
  const answers = table as unknown as Record<string, RefusalAnswer<R>>;
  return (refusal) => {
    const answer = answers[refusal.refused];
    if (answer === undefined) throw new Error(`no answer to the refusal ${refusal.refused}`);
    const said = <T extends string | FieldError[] | Record<string, unknown>>(part: Said<R, T>): T =>
      typeof part === 'function' ? part(refusal) : part;
    const { status, slug = refusal.refused, detail, errors, extensions } = answer;
    return new Problem(status, slug, said(detail), {
      ...(errors === undefined ? {} : { errors: said(errors) }),
      ...(extensions === undefined ? {} : { extensions: said(extensions) }),
    });
  };
}
