import { parseCollaborationId } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { RejectedForm } from '../../layout/field.ts';
import { trackingForm } from '../../layout/parts.ts';
import { ServiceFailed, statusOfFailure } from '../../services/call.ts';
import type { Services } from '../../services/clients.ts';
import { found, type Page, type PageRequest, type PageResponse, seeOther } from '../../web/page.ts';
import { loadCollaboration, readAccess } from './load.ts';
import { collaborationView } from './view.ts';

/** A page with the form for the collaboration ID, and the error of the typed ID if it has one. */
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

/** The current page of a collaboration, with the form that was rejected, if one was. */
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

/** The page again, with the form as it was typed and its errors. */
export function rejectForm(
  services: Services,
  pageRequest: PageRequest,
  id: string,
  { status, ...rejected }: Partial<RejectedForm> & { form: string; status: number },
): Promise<PageResponse> {
  const form = { draft: pageRequest.form, errors: new Map<string, string>(), ...rejected };
  return showCollaboration(services, pageRequest, id, form, status);
}

/** Leads back to the page after one of its forms was accepted; `done` chooses the text above it. */
export function acceptForm(
  { to }: PageRequest,
  id: string,
  done: keyof PageRequest['texts']['collaboration']['done'],
  cookies: readonly string[] = [],
): PageResponse {
  return seeOther(to(`/collaborations/${id}`, new URLSearchParams({ done })), cookies);
}

/** Handles a page of one collaboration with its canonical ID, or shows what is wrong with a mistyped ID. */
export function withCollaboration(
  pageRequest: PageRequest,
  handle: (id: string) => Promise<PageResponse> | PageResponse,
  typed = pageRequest.params['id'] ?? '',
): Promise<PageResponse> | PageResponse {
  const parsed = parseCollaborationId(typed);
  if (parsed.ok) return handle(parsed.id);
  return trackingPage(pageRequest, typed, pageRequest.texts.collaboration.wrong[parsed.reason]);
}

/** The target of the form for the collaboration ID: redirects to the collaboration, or shows what is wrong. */
export function findCollaborationPage(): Page {
  return {
    method: 'get',
    path: '/collaborations',
    handle: (pageRequest) => {
      const typed = (pageRequest.query.get('id') ?? '').trim().slice(0, 100);
      if (typed === '') return trackingPage(pageRequest, '');
      return withCollaboration(pageRequest, (id) => found(pageRequest.to(`/collaborations/${id}`)), typed);
    },
  };
}

/** The page of a collaboration; an ID in another spelling redirects to the canonical address. */
export function collaborationPage(services: Services): Page {
  return {
    method: 'get',
    path: '/collaborations/:id',
    handle: (pageRequest) =>
      withCollaboration(pageRequest, async (id) =>
        id === pageRequest.params['id']
          ? showCollaboration(services, pageRequest, id)
          : found(pageRequest.to(`/collaborations/${id}`)),
      ),
  };
}
