import { readFileSync } from 'node:fs';
import { type Institution, institutionList } from '@ksbb/contracts';
import { fieldErrors } from '@ksbb/service-kit';

export type ReadInstitutions = { institutions: Institution[] } | { faults: string[] };

function duplicates(institutions: Institution[]): string[] {
  const count = Map.groupBy(institutions, ({ institutionId }) => institutionId);
  return [...count]
    .filter(([, same]) => same.length > 1)
    .map(([id, same]) => `/items: institutionId ${id} is there ${same.length} times`);
}

/** Reads the verified institutions from a JSON file in the shape of `GET /institutions`. Every fault is named, not just the first. */
export function readInstitutions(path: string): ReadInstitutions {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return {
      faults: [
        error instanceof SyntaxError ? `not JSON: ${error.message}` : `cannot be read: ${(error as Error).message}`,
      ],
    };
  }
  const parsed = institutionList.safeParse(content);
  if (!parsed.success)
    return { faults: fieldErrors(parsed.error).map(({ pointer, detail }) => `${pointer}: ${detail}`) };
  const faults = duplicates(parsed.data.items);
  return faults.length > 0 ? { faults } : { institutions: parsed.data.items };
}
