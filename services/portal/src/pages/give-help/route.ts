import { randomUUID } from 'node:crypto';
import { statusOfFailure } from '../../services/call.ts';
import type { Services } from '../../services/clients.ts';
import { formKey, type Page, type PageRequest, type PageResponse, seeOther } from '../../web/page.ts';
import { problemText } from '../error-page.ts';
import { MAX_SELECTED, readSelection, selectionQuery } from '../main/filters.ts';
import { checkDraft, type DraftError, refusedFields } from './draft.ts';
import { writeReceipt } from './receipt.ts';
import { loadSelected } from './selected-msmes.ts';
import { type GiveHelpPage, giveHelpView } from './view.ts';

type Deps = Pick<Services, 'registry' | 'commitment'>;

function formPage(pageRequest: PageRequest, status: number, page: GiveHelpPage): PageResponse {
  const selection = selectionQuery(page.selected.msmes.map(({ msme }) => msme.msmeId));
  return {
    kind: 'page',
    status,
    title: pageRequest.texts.help.title,
    scripts: ['give-help'],
    confidential: true,
    at: `/give-help?${selection}`,
    body: giveHelpView(pageRequest, page),
  };
}

/** The commitment form for the selected MSMEs. */
export function giveHelpPage(deps: Deps): Page {
  return {
    method: 'get',
    path: '/give-help',
    handle: async (pageRequest) => {
      const ids = readSelection(pageRequest.query);
      const selected = await loadSelected(deps, ids.slice(0, MAX_SELECTED));
      return formPage(pageRequest, 200, {
        selected,
        tooMany: ids.length > MAX_SELECTED,
        key: randomUUID(),
        draft: new URLSearchParams(),
        errors: new Map(),
      });
    },
  };
}

/**
 * Sends the commitment. The form holds the idempotency key, so that a second press or a reload gives the same
 * collaboration. A form that is rejected keeps what was typed.
 */
export function sendHelpPage(deps: Deps): Page {
  return {
    method: 'post',
    path: '/give-help',
    handle: async (pageRequest) => {
      const { form, texts, secure, to } = pageRequest;
      const key = formKey(form);
      const selected = await loadSelected(deps, readSelection(form).slice(0, MAX_SELECTED));
      const again = (status: number, rest: Partial<GiveHelpPage>) =>
        formPage(pageRequest, status, { selected, tooMany: false, key, draft: form, errors: new Map(), ...rest });
      const checked = checkDraft(form, selected.msmes);
      const inWords = (errors: ReadonlyMap<string, DraftError>) =>
        new Map([...errors].map(([name, error]) => [name, texts.help.errors[error]]));
      if (!checked.ok) return again(422, { errors: inWords(checked.errors) });

      const reply = await deps.commitment.make(checked.request, key);
      if (reply.kind === 'answer')
        return seeOther(
          to(`/collaborations/${reply.value.collaborationId}/receipt`),
          writeReceipt(reply.value, { secure }),
        );
      const problem = problemText(texts, reply);
      if (reply.kind === 'unavailable') return again(statusOfFailure(reply), { problem });
      return again(reply.status, {
        problem,
        errors: inWords(refusedFields(reply, checked.request)),
        // the key belongs to a commitment with other contents, so the next attempt needs a new one
        ...(reply.slug === 'idempotency-key-reused' ? { key: randomUUID() } : {}),
      });
    },
  };
}
