import type { Database } from '@ksbb/document-store';

type Connection = Database['connection'];

/** What is in a database: by collection and id, each document as canonical text. */
export type Snapshot = Record<string, Record<string, unknown>>;

/** JSON with the members of every object in the order of their names, so that equal values are equal text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)));
  });
}

/**
 * Without what tells how often and in which order an aggregate was written: its version, its unsent events, and the
 * version in the ids of events. Lists named in `sets` are of facts in the order in which they came, and are sorted.
 */
function normalised(value: unknown, sets: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return value.replaceAll(/^([a-z-]+:.+)@\d+$/g, '$1@n');
  if (Array.isArray(value)) return value.map((item) => normalised(item, sets));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      const result = normalised(part, sets);
      return [
        name,
        sets.has(name) && Array.isArray(result)
          ? result.toSorted((one, other) => (canonical(one) < canonical(other) ? -1 : 1))
          : result,
      ];
    }),
  );
}

/** A document of the document store is an aggregate; any other is a fact or a copy, whose version is its content. */
function contentOf(document: Record<string, unknown>, sets: ReadonlySet<string>): unknown {
  if (!('outbox' in document)) return document;
  const { version: _version, outbox: _outbox, ...content } = document;
  return normalised(content, sets);
}

/** Everything in the database of a connection. */
export async function snapshotOf(connection: Connection, sets: readonly string[] = []): Promise<Snapshot> {
  const collections = (await connection.db?.listCollections().toArray()) ?? [];
  const names = collections
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('system.'))
    .toSorted();
  const entries = await Promise.all(
    names.map(async (name) => {
      const documents = await connection.collection(name).find().toArray();
      const byId = documents.map((document) => [String(document['_id']), contentOf(document, new Set(sets))] as const);
      return [name, Object.fromEntries(byId)] as const;
    }),
  );
  return Object.fromEntries(entries.filter(([, documents]) => Object.keys(documents).length > 0));
}

/** Where two snapshots differ, a line for each document. */
export function differences(expected: Snapshot, actual: Snapshot): string[] {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])].toSorted();
  return names.flatMap((name) => {
    const [before = {}, after = {}] = [expected[name], actual[name]];
    const ids = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    const different = ids.filter((id) => canonical(before[id]) !== canonical(after[id]));
    return different.map((id) => `${name}/${id}: ${canonical(after[id])} instead of ${canonical(before[id])}`);
  });
}

/** Every value of a snapshot by its path. */
export function leavesOf(value: unknown, path = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || value instanceof Date) return new Map([[path, value]]);
  return new Map(Object.entries(value).flatMap(([name, part]) => [...leavesOf(part, `${path}/${name}`)]));
}
