import { parseCollaborationId, type ParsedCollaborationId } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { RejectedForm } from '../../layout/field.ts';
import { trackingForm } from '../../layout/parts.ts';
import { ServiceFailed, statusOfFailure } from '../../services/call.ts';
import type { Services } from '../../services/clients.ts';
import { found, type Page, type PageRequest, type PageResponse } from '../../web/page.ts';
import { loadCollaboration, readAccess } from './load.ts';
import { collaborationView } from './view.ts';

/** A page with the ID box, saying which way the ID is wrong, or that there is none. */
function trackingPage(pageRequest: PageRequest, typed: string, error?: string): PageResponse {
  const { texts } = pageRequest;
  return {
    kind: 'page',
    status: error === undefined ? 200 : 404,
    title: texts.collaboration.findTitle,
    body: html`<div class="page narrow">
      <h1>${texts.collaboration.findTitle}</h1>
      ${trackingForm(pageRequest, { typed, ...(error === undefined ? {} : { error }) })}
    </div>`,
  };
}

function wrongId(pageRequest: PageRequest, typed: string, parsed: ParsedCollaborationId & { ok: false }): PageResponse {
  return trackingPage(pageRequest, typed, pageRequest.texts.collaboration.wrong[parsed.reason]);
}

/** The page of a collaboration as it is now, with the form that was rejected, if one was. */
export async function showCollaboration(
  services: Services,
  pageRequest: PageRequest,
  id: string,
  rejected: RejectedForm | null = null,
  status = 200,
): Promise<PageResponse> {
  const { texts } = pageRequest;
  const loaded = await loadCollaboration(services, id, readAccess(pageRequest)).catch((error: unknown) => {
    if (error instanceof ServiceFailed && statusOfFailure(error.failure) === 404) return null;
    throw error;
  });
  if (loaded === null) return trackingPage(pageRequest, id, texts.collaboration.notFound);
  return {
    kind: 'page',
    status,
    title: id,
    scripts: ['actions'],
    confidential: true,
    at: `/collaborations/${id}`,
    body: collaborationView(pageRequest, loaded, rejected),
  };
}

/** The page again, with the form as it was typed and what is wrong with it. */
export function rejectForm(
  services: Services,
  pageRequest: PageRequest,
  id: string,
  { status, ...rejected }: Partial<RejectedForm> & { form: string; status: number },
): Promise<PageResponse> {
  const form = { draft: pageRequest.form, errors: new Map<string, string>(), ...rejected };
  return showCollaboration(services, pageRequest, id, form, status);
}

/** Runs a page of one collaboration with its canonical ID; says what is wrong with one that is mistyped. */
export function withCollaboration(
  pageRequest: PageRequest,
  handle: (id: string) => Promise<PageResponse>,
): Promise<PageResponse> | PageResponse {
  const typed = pageRequest.params['id'] ?? '';
  const parsed = parseCollaborationId(typed);
  return parsed.ok ? handle(parsed.id) : wrongId(pageRequest, typed, parsed);
}

/** Where the ID box leads: to the collaboration, or to what is wrong with the ID. */
export function findCollaborationPage(): Page {
  return {
    method: 'get',
    path: '/collaborations',
    handle: (pageRequest) => {
      const typed = (pageRequest.query.get('id') ?? '').trim().slice(0, 100);
      if (typed === '') return trackingPage(pageRequest, '');
      const parsed = parseCollaborationId(typed);
      return parsed.ok ? found(pageRequest.to(`/collaborations/${parsed.id}`)) : wrongId(pageRequest, typed, parsed);
    },
  };
}

export function collaborationPage(services: Services): Page {
  return {
    method: 'get',
    path: '/collaborations/:id',
    handle: (pageRequest) =>
      withCollaboration(pageRequest, async (id) => {
        return id === pageRequest.params['id']
          ? showCollaboration(services, pageRequest, id)
          : found(pageRequest.to(`/collaborations/${id}`));
      }),
  };
}
