import { type CollaborationView, isCollaborationId, type PackageOfHelp } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { arrowIcon, packageIcon } from '../../layout/icons.ts';
import { lineName } from '../../layout/needs.ts';
import { notice } from '../../layout/parts.ts';
import { orNull, unwrap } from '../../services/call.ts';
import type { Services } from '../../services/clients.ts';
import { found, type Page, type PageRequest } from '../../web/page.ts';
import { MAX_SELECTED } from '../main/filters.ts';
import { clearReceipt, readReceipt, type Receipt } from './receipt.ts';

type Line = CollaborationView['lines'][number];
type Short = Receipt['short'][number];

/** The need that a line covers. An MSME has at most one need of a kind. */
function needIdOf({ msmeId, item, topic }: Line): string {
  return `${msmeId}.${item ?? topic ?? 'capital'}`;
}

function coveredLine({ texts, format }: PageRequest, line: Line, short: Short | undefined): VNode {
  const { result } = texts.help;
  const amount = (value: number) => format.amount(line.package, value);
  const outcome = short === undefined ? result.full : result.part(amount(short[2]), amount(short[1]));
  const reason = short?.[3] ?? null;
  return html`<li class=${short === undefined ? 'outcome' : 'outcome short'}>
    ${packageIcon(line.package)}
    <div>
      <strong>${amount(line.promised)} ${lineName(texts, line)}</strong>
      <span class="meta">${line.msmeName}, ${line.kelurahan}</span>
      <span class="outcome-text">${outcome}${reason === null ? '' : `: ${result.reasons[reason]}`}</span>
    </div>
  </li>`;
}

/** A need of which nothing was reserved. It has no line, so its kind comes from the end of its id. */
function uncoveredNeed(
  { texts, format }: PageRequest,
  [needId, requested, , reason]: Short,
  names: ReadonlyMap<string, string>,
): VNode {
  const { result } = texts.help;
  const kind = needId.slice(needId.lastIndexOf('.') + 1);
  const kinds: Record<string, string> = { ...texts.item, ...texts.topic, capital: texts.capital };
  const of: PackageOfHelp = kind === 'capital' ? 'capital' : kind in texts.item ? 'goods' : 'training';
  return html`<li class="outcome none">
    ${packageIcon(of)}
    <div>
      <strong>${kinds[kind] ?? kind}</strong>
      <span class="meta">${names.get(needId.slice(0, needId.lastIndexOf('.'))) ?? ''}</span>
      <span class="outcome-text"
        >${result.zero(format.amount(of, requested))}${reason === null ? '' : `: ${result.reasons[reason]}`}</span
      >
    </div>
  </li>`;
}

function secrets({ texts }: PageRequest, { collaborationId }: CollaborationView, receipt: Receipt | null): VNode {
  const { result } = texts.help;
  return html`<div class="ticket">
    <div class="ticket-id">
      <h2>${result.idLabel}</h2>
      <p class="code big" id="collaboration-id">${collaborationId}</p>
    </div>
    <div class="ticket-pin">
      <h2>${result.pinLabel}</h2>
      ${
        receipt === null
          ? html`<p>${result.pinGone}</p>`
          : html`<p class="code big" id="pin">${receipt.pin}</p>
              <p class="warning">${result.pinOnce}</p>`
      }
    </div>
  </div>`;
}

type ReceiptPage = {
  collaboration: CollaborationView;
  /** Null if it was shown before. */
  receipt: Receipt | null;
  /** Names of MSMEs, by id. */
  names: ReadonlyMap<string, string>;
};

function receiptView(pageRequest: PageRequest, { collaboration, receipt, names }: ReceiptPage): VNode {
  const { texts, to } = pageRequest;
  const { result } = texts.help;
  const { lines, status, collaborationId } = collaboration;
  const { short, moreShort } = receipt ?? { short: [], moreShort: 0 };
  const covered = new Set(lines.map(needIdOf));
  const packages = [...new Set(lines.map((line) => line.package))];
  return html`<div class="page receipt">
    <h1>${result.title}</h1>
    ${secrets(pageRequest, collaboration, receipt)}
    <h2>${result.lines}</h2>
    ${status === 'reserving' ? notice('plain', result.reserving) : null}
    <ul class="outcomes">
      ${lines.map((line) =>
        coveredLine(
          pageRequest,
          line,
          short.find(([needId]) => needId === needIdOf(line)),
        ),
      )}
      ${short.filter(([needId]) => !covered.has(needId)).map((need) => uncoveredNeed(pageRequest, need, names))}
    </ul>
    ${moreShort > 0 ? html`<p class="hint">${result.moreShort(moreShort)}</p>` : null}
    <h2>${result.next}</h2>
    <ul class="steps">
      ${packages.map((of) => html`<li>${packageIcon(of)}<span>${result.steps[of]}</span></li>`)}
    </ul>
    <div class="actions no-print">
      <a class="button accent large" href=${to(`/collaborations/${collaborationId}`)}
        >${result.toCollaboration}${arrowIcon()}</a
      >
      <button class="button quiet" type="button" hidden data-print>${result.print}</button>
    </div>
  </div>`;
}

/** The names of the MSMEs of needs of which nothing was reserved, by id: no line names these MSMEs. */
async function namesOf(registry: Services['registry'], short: Receipt['short']): Promise<Map<string, string>> {
  const ids = [
    ...new Set(short.filter(([, , covered]) => covered === 0).map(([needId]) => needId.split('.', 1)[0] ?? '')),
  ];
  const msmes = await Promise.all(ids.slice(0, MAX_SELECTED).map((id) => registry.msme(id)));
  return new Map(msmes.flatMap((reply) => orNull(reply) ?? []).map(({ msmeId, name }) => [msmeId, name]));
}

/** The page right after a commitment: the ID, the PIN (shown once) and what was reserved. */
export function receiptPage({ registry, commitment }: Pick<Services, 'registry' | 'commitment'>): Page {
  return {
    method: 'get',
    path: '/collaborations/:id/receipt',
    handle: async (pageRequest) => {
      const id = pageRequest.params['id'] ?? '';
      if (!isCollaborationId(id)) return found(pageRequest.to(`/collaborations/${encodeURIComponent(id)}`));
      const collaboration = unwrap(await commitment.collaboration(id));
      const receipt = readReceipt(pageRequest.cookie);
      return {
        kind: 'page',
        title: pageRequest.texts.help.result.title,
        scripts: ['actions'],
        confidential: true,
        cookies: receipt === null ? [] : clearReceipt(id, pageRequest),
        body: receiptView(pageRequest, {
          collaboration,
          receipt,
          names: await namesOf(registry, receipt?.short ?? []),
        }),
      };
    },
  };
}
