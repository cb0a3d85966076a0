import { createHash } from 'node:crypto';
import {
  msme,
  msmeDelisted,
  msmeDetail,
  msmeId,
  msmeNeeds,
  msmeRegistration,
  type MsmeRegistration,
} from '@ksbb/contracts';
import type { Decided, Stored } from '@ksbb/document-store';
import {
  type Answer,
  badRequest,
  changedMeanwhile,
  defineRoute,
  etagOf,
  problemsOf,
  type Route,
  versionOfIfMatch,
} from '@ksbb/service-kit';
import { z } from 'zod';
import type { Gazetteer } from './gazetteer.ts';
import type { MapIndex } from './map-index/map-index.ts';
import { decide, type MsmeCommand, type MsmeFacts, type MsmeRefusal } from './msme/decide.ts';
import { initialState, type MsmeEvent, type MsmeState } from './msme/msme.ts';
import type { CoverageStore, MsmeStores } from './stores.ts';

type Parts = {
  msmes: MsmeStores;
  coverage: CoverageStore;
  index: MapIndex;
  gazetteer: Gazetteer;
  clock: () => Date;
};

const params = z.object({ msmeId });

const problemOf = problemsOf<MsmeRefusal & { msmeId: string }>({
  'no-such-msme': { status: 404, detail: ({ msmeId: id }) => `There is no MSME ${id}.` },
  'delisted-msme': { status: 410, detail: ({ msmeId: id, reason }) => `${id} is no longer on the map: ${reason}` },
  'listed-from-elsewhere': {
    status: 422,
    slug: 'idempotency-key-reused',
    detail: 'This Idempotency-Key came with another body before. Send a fresh key with a new request.',
    errors: [{ pointer: 'header Idempotency-Key', detail: 'A key stands for one request and its repeats.' }],
  },
});

/**
 * Decides, writes, and updates the map index of this replica at once. The other replicas follow by the event.
 * @param onlyVersion the version that may be changed. A repeat of a change that was made already is accepted
 * @throws Problem that says why the command was refused
 */
async function apply(
  { msmes, index, clock }: Parts,
  id: string,
  command: MsmeCommand,
  onlyVersion?: number,
): Promise<Decided<MsmeState, MsmeEvent>> {
  const result = await msmes.of(id).decide(id, (state, version) => {
    const decided = decide(state, command, clock());
    if ('refused' in decided || decided.length === 0 || onlyVersion === undefined || onlyVersion === version)
      return decided;
    return { refused: 'another-version' as const, version };
  });
  if ('refused' in result)
    throw result.refused === 'another-version'
      ? changedMeanwhile(id, result.version)
      : problemOf({ ...result, msmeId: id });
  index.put(result.id, result.version, result.state.status === 'listed' ? result.state.msme : null);
  return result;
}

/** An MSME with its ETag. Coverage changes without the ETag. @throws Problem where the MSME is not on the map */
function answer(status: 200 | 201, { id, version, state }: Stored<MsmeState>, more: object = {}): Answer {
  if (state.status === 'absent') throw problemOf({ refused: 'no-such-msme', msmeId: id });
  if (state.status === 'delisted') throw problemOf({ refused: 'delisted-msme', reason: state.reason, msmeId: id });
  const location = status === 201 ? { Location: `/msmes/${id}` } : {};
  return { status, headers: { ETag: etagOf(version), ...location }, body: { ...state.msme, ...more } };
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 24);

function toFacts({ kodeKelurahan, ...body }: MsmeRegistration, gazetteer: Gazetteer): MsmeFacts {
  const area = gazetteer.kelurahan(kodeKelurahan);
  if (area === undefined) {
    throw badRequest('There is no such kelurahan.', [
      { pointer: '/kodeKelurahan', detail: 'A Kemendagri code of a kelurahan in Jakarta. GET /areas lists them.' },
    ]);
  }
  if (body.location !== null && !gazetteer.contains(body.location)) {
    const detail = 'Degrees, such as {"lat": -6.17, "lon": 106.82}, or null where the location is not known.';
    throw badRequest('The location is not in Jakarta.', [{ pointer: '/location', detail }]);
  }
  const { name, category, profile, location, needs } = body;
  const sourceId = `registration:${digest(JSON.stringify({ kodeKelurahan, ...body }))}`;
  const facts = { name, category, profile, location, area, needs };
  return { ...facts, origin: 'registered', sourceId, photos: [], verified: false };
}

/** Commands that need nothing besides the MSME. */
const steps = [
  {
    path: '/msmes/:msmeId/verification',
    operationId: 'verifyMsme',
    summary: 'Records that an officer has seen the MSME (officers). A repeat changes nothing.',
    command: { type: 'verify' },
  },
  {
    path: '/msmes/:msmeId/relisting',
    operationId: 'relistMsme',
    summary: 'Puts a delisted MSME back on the map as it was (officers). A repeat changes nothing.',
    command: { type: 'relist' },
  },
] as const;

/** The routes of a single MSME. */
export const msmeRoutes = (parts: Parts): Route[] => [
  defineRoute({
    auth: 'public',
    method: 'get',
    path: '/msmes/:msmeId',
    operationId: 'showMsme',
    summary: 'One MSME, its needs and their coverage. Its ETag is for If-Match.',
    params,
    answers: { 200: { description: 'The MSME', schema: msmeDetail }, 410: { description: 'It was delisted' } },
    handle: async ({ params: { msmeId: id } }) => {
      const [stored, known] = await Promise.all([parts.msmes.of(id).load(id), parts.coverage.load(id)]);
      return answer(200, stored ?? { id, version: 0, state: initialState }, { coverage: known?.needs ?? null });
    },
  }),
  // The id follows from the key and the source id from the body: a repeat finds its MSME, and another body is
  // recognised.
  defineRoute({
    auth: 'operator',
    method: 'post',
    path: '/msmes',
    operationId: 'registerMsme',
    summary: 'Puts an MSME on the map (officers)',
    body: msmeRegistration,
    idempotent: true,
    answers: { 201: { description: 'It is on the map. A repeat gets its present state.', schema: msme } },
    handle: async ({ body, idempotencyKey }) => {
      const id = `reg-${digest(idempotencyKey)}`;
      const facts = toFacts(body, parts.gazetteer);
      return answer(201, await apply(parts, id, { type: 'list', msmeId: id, facts }));
    },
  }),
  defineRoute({
    auth: 'operator',
    method: 'put',
    path: '/msmes/:msmeId/needs',
    operationId: 'declareNeeds',
    summary: 'Declares all needs of an MSME, in place of those before (officers). Needs If-Match.',
    params,
    body: msmeNeeds,
    answers: {
      200: { description: 'The MSME with its new ETag', schema: msme },
      412: { description: 'It changed meanwhile' },
      428: { description: 'If-Match is missing' },
    },
    handle: async ({ request, params: { msmeId: id }, body }) =>
      answer(200, await apply(parts, id, { type: 'update', changes: body }, versionOfIfMatch(request))),
  }),
  ...steps.map(({ path, operationId, summary, command }) =>
    defineRoute({
      auth: 'operator',
      method: 'post',
      path,
      operationId,
      summary,
      params,
      answers: { 200: { description: 'The MSME', schema: msme } },
      handle: async ({ params: { msmeId: id } }) => answer(200, await apply(parts, id, command)),
    }),
  ),
  defineRoute({
    auth: 'operator',
    method: 'delete',
    path: '/msmes/:msmeId',
    operationId: 'delistMsme',
    summary: 'Takes an MSME off the map, with the reason in the query (officers). A repeat changes nothing.',
    params,
    query: z.strictObject({ reason: msmeDelisted.data.shape.reason }),
    answers: { 204: { description: 'It is off the map' } },
    handle: async ({ params: { msmeId: id }, query: { reason } }) => {
      await apply(parts, id, { type: 'delist', reason });
      return { status: 204 };
    },
  }),
];
