import { parseCollaborationId, type ParsedCollaborationId } from '@ksbb/contracts';
import { html } from 'htm/preact';
import { trackBox } from '../../layout/parts.ts';
import { Refused } from '../../services/outcome.ts';
import type { Services } from '../../services/services.ts';
import { found, type Page, type PageAnswer, type Visit } from '../../web/page.ts';
import { readAccess } from './access-cookie.ts';
import type { Attempt } from './attempt.ts';
import { loadCollaboration } from './load.ts';
import { collaborationView } from './view.ts';

/** A page with the ID box, saying which way the ID is wrong, or that there is none. */
function trackAgain(visit: Visit, typed: string, error?: string): PageAnswer {
  const { texts } = visit;
  return {
    kind: 'page',
    status: error === undefined ? 200 : 404,
    title: texts.collaboration.findTitle,
    body: html`<div class="page narrow">
      <h1>${texts.collaboration.findTitle}</h1>
      ${trackBox(visit, { typed, ...(error === undefined ? {} : { error }) })}
    </div>`,
  };
}

function wrongId(visit: Visit, typed: string, parsed: ParsedCollaborationId & { ok: false }): PageAnswer {
  return trackAgain(visit, typed, visit.texts.collaboration.wrong[parsed.reason]);
}

/** The page of a collaboration as it is now, with the last attempt at one of its forms where that was not taken. */
export async function showCollaboration(
  services: Services,
  visit: Visit,
  id: string,
  attempt: Attempt | null = null,
  status = 200,
): Promise<PageAnswer> {
  try {
    const loaded = await loadCollaboration(services, id, readAccess(visit));
    return {
      kind: 'page',
      status,
      title: id,
      scripts: ['actions'],
      confidential: true,
      at: `/collaborations/${id}`,
      body: collaborationView(visit, loaded, attempt),
    };
  } catch (error) {
    if (error instanceof Refused && error.refusal.status === 404)
      return trackAgain(visit, id, visit.texts.collaboration.notFound);
    throw error;
  }
}

/** Runs a page of one collaboration with its canonical ID; says what is wrong with one that is mistyped. */
export function withCollaboration(
  visit: Visit,
  handle: (id: string) => Promise<PageAnswer>,
): Promise<PageAnswer> | PageAnswer {
  const typed = visit.params['id'] ?? '';
  const parsed = parseCollaborationId(typed);
  return parsed.ok ? handle(parsed.id) : wrongId(visit, typed, parsed);
}

/** Where the ID box leads: to the collaboration, or to what is wrong with the ID. */
export function findCollaborationPage(): Page {
  return {
    method: 'get',
    path: '/collaborations',
    handle: (visit) => {
      const typed = (visit.query.get('id') ?? '').trim().slice(0, 100);
      if (typed === '') return trackAgain(visit, '');
      const parsed = parseCollaborationId(typed);
      return parsed.ok ? found(visit.to(`/collaborations/${parsed.id}`)) : wrongId(visit, typed, parsed);
    },
  };
}

export function collaborationPage(services: Services): Page {
  return {
    method: 'get',
    path: '/collaborations/:id',
    handle: (visit) =>
      withCollaboration(visit, async (id) => {
        return id === visit.params['id']
          ? showCollaboration(services, visit, id)
          : found(visit.to(`/collaborations/${id}`));
      }),
  };
}
