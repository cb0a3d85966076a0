import { randomUUID } from 'node:crypto';
import type { Refusal } from '../../services/call.ts';
import { needed, Refused, ServiceAway } from '../../services/outcome.ts';
import type { Services } from '../../services/services.ts';
import { type Page, type PageAnswer, seeOther, type Visit } from '../../web/page.ts';
import { MAX_SELECTED, readSelection, selectionQuery } from '../main/filters.ts';
import { problemText } from '../problem-text.ts';
import { checkDraft, refusedFields } from './draft.ts';
import { writeReceipt } from './receipt.ts';
import { loadSelected } from './selected-msmes.ts';
import { type GiveHelpPage, giveHelpView } from './view.ts';

type Deps = Pick<Services, 'registry' | 'commitment'>;

const KEY = /^[\x21-\x7e]{8,128}$/;

function formPage(visit: Visit, status: number, page: GiveHelpPage): PageAnswer {
  const selection = selectionQuery(page.selected.msmes.map(({ msme }) => msme.msmeId));
  return {
    kind: 'page',
    status,
    title: visit.texts.help.title,
    scripts: ['give-help'],
    confidential: true,
    at: `/give-help?${selection}`,
    body: giveHelpView(visit, page),
  };
}

/** The commitment form over what is selected. */
export function giveHelpPage(deps: Deps): Page {
  return {
    method: 'get',
    path: '/give-help',
    handle: async (visit) => {
      const ids = readSelection(visit.query);
      const selected = await loadSelected(deps, ids.slice(0, MAX_SELECTED));
      return formPage(visit, 200, {
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
 * Sends the commitment. The key travels with the form, so that a second press or a reload gives the same collaboration.
 * What was typed is kept whenever it cannot be sent.
 */
export function sendHelpPage(deps: Deps): Page {
  return {
    method: 'post',
    path: '/give-help',
    handle: async (visit) => {
      const { form } = visit;
      const typedKey = form.get('key') ?? '';
      const key = KEY.test(typedKey) ? typedKey : randomUUID();
      const selected = await loadSelected(deps, readSelection(form).slice(0, MAX_SELECTED));
      const again = (status: number, rest: Partial<GiveHelpPage>) =>
        formPage(visit, status, { selected, tooMany: false, key, draft: form, errors: new Map(), ...rest });
      const checked = checkDraft(form, selected.msmes);
      if (!checked.ok) return again(422, { errors: checked.errors });

      const reply = await deps.commitment.make(checked.request, key);
      if (reply.kind === 'away')
        return again(503, { problem: problemText(visit.texts, new ServiceAway(reply.service)) });
      if (reply.kind === 'refusal') return again(reply.status, refusedPage(visit, reply, checked.request));
      const answer = needed(reply);
      const receipt = writeReceipt(answer, { secure: visit.secure });
      return seeOther(visit.to(`/collaborations/${answer.collaborationId}/receipt`), receipt);
    },
  };
}

/** A form that was sent with other contents before gets a new key: the next press is a commitment of its own. */
function refusedPage(
  visit: Visit,
  reply: Refusal,
  request: Parameters<typeof refusedFields>[1],
): Partial<GiveHelpPage> {
  return {
    problem: problemText(visit.texts, new Refused(reply)),
    errors: refusedFields(reply, request),
    ...(reply.slug === 'idempotency-key-reused' ? { key: randomUUID() } : {}),
  };
}
