import { helpAmount, type MsmeDetail, msmeId, type NeedCoverage } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { progressBar } from '../layout/bars.ts';
import { categoryArt } from '../layout/category-art.ts';
import { arrowIcon, packageIcon, pinIcon } from '../layout/icons.ts';
import { byPackage, needName } from '../layout/needs.ts';
import { definitions, originBadge } from '../layout/parts.ts';
import { orNull, unwrap } from '../services/call.ts';
import type { Services } from '../services/clients.ts';
import type { Page, PageRequest } from '../web/page.ts';
import { messageView } from './error-page.ts';
import { readSelection, selectionQuery } from './main/filters.ts';

type MsmePage = { msme: MsmeDetail; coverage: readonly NeedCoverage[] | null; selected: readonly string[] };

const openStreetMap = ({ lat, lon }: { lat: number; lon: number }) =>
  `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=17/${lat}/${lon}`;

function place({ texts }: PageRequest, { area, location }: MsmeDetail): VNode {
  const words = `${area.kelurahan}, ${area.kecamatan}, ${area.kota}`;
  return html`<p class="place">
    ${pinIcon()}<span
      >${words}<br />${
        location === null
          ? html`<span class="meta">${texts.msme.unlocated}</span>`
          : html`<a href=${openStreetMap(location)}>${texts.msme.openMap}</a>`
      }</span
    >
  </p>`;
}

function needRow(
  { texts, format }: PageRequest,
  need: MsmeDetail['needs'][number],
  coverage: NeedCoverage | undefined,
): VNode {
  const amount = (value: number) => format.amount(need.package, value);
  const { declared, promised, delivered, open } = coverage ?? {
    declared: helpAmount(need),
    promised: 0,
    delivered: 0,
    open: helpAmount(need),
  };
  const skill = need.package === 'training' ? html` <span class="meta">${texts.skill[need.skill]}</span>` : null;
  return html`<li class="card need-card">
    <h3>${packageIcon(need.package)}${needName(texts, need)}${skill}</h3>
    ${progressBar({
      total: declared,
      parts: [
        { kind: 'delivered', value: delivered },
        { kind: 'promised', value: Math.max(0, promised - delivered) },
      ],
    })}
    ${definitions('facts', [
      [texts.msme.declared, amount(declared)],
      [texts.msme.promised, amount(promised)],
      [texts.msme.delivered, amount(delivered)],
      [texts.msme.open, amount(open), open > 0 ? 'strong' : undefined],
    ])}
  </li>`;
}

function msmeView(pageRequest: PageRequest, { msme, coverage, selected }: MsmePage): VNode {
  const { texts, language, to } = pageRequest;
  const withThis = [...new Set([...selected, msme.msmeId])];
  const photo = msme.photos[0];
  return html`<div class="page msme-page">
    <p class="back"><a href=${to('/', selectionQuery(selected))}>${texts.msme.back}</a></p>
    <div class="msme-head">
      ${
        photo === undefined
          ? categoryArt(msme.category, texts.msme.photoAlt(texts.category[msme.category]))
          : html`<img class="art" src=${photo.url} alt=${photo.alt} width="96" height="96" loading="lazy" />`
      }
      <div>
        <h1>${msme.name}</h1>
        <p class="badges-row">
          <span class="badge plain">${texts.category[msme.category]}</span>
          ${msme.verified ? html`<span class="badge covered">${texts.verified}</span>` : null}
          ${originBadge(pageRequest, msme.origin)}
        </p>
        <p class="lead">${msme.profile[language]}</p>
        ${place(pageRequest, msme)}
      </div>
    </div>
    <h2>${texts.msme.needs}</h2>
    ${msme.needs.length === 0 ? html`<p class="empty">${texts.msme.noNeeds}</p>` : null}
    <ul class="need-cards">
      ${msme.needs.toSorted(byPackage).map((need) =>
        needRow(
          pageRequest,
          need,
          coverage?.find(({ needId }) => needId === need.needId),
        ),
      )}
    </ul>
    <div class="actions">
      <a class="button accent large" href=${to('/give-help', selectionQuery(withThis))}
        >${texts.giveHelp}${arrowIcon()}</a
      >
      <a class="button quiet" href=${to('/', selectionQuery(withThis))}>${texts.msme.add}</a>
    </div>
  </div>`;
}

/** The page of one MSME: its profile, its place, and how much of each need is still open. */
export function msmePage({ registry, commitment }: Pick<Services, 'registry' | 'commitment'>): Page {
  return {
    method: 'get',
    path: '/msmes/:msmeId',
    handle: async (pageRequest) => {
      const { texts } = pageRequest;
      const id = msmeId.safeParse(pageRequest.params['msmeId']);
      const missing = () => ({
        kind: 'page' as const,
        status: 404,
        title: texts.error.notFoundTitle,
        body: messageView(pageRequest, { title: texts.error.notFoundTitle, text: texts.msme.notFound }),
      });
      if (!id.success) return missing();
      const [reply, boards] = await Promise.all([registry.msme(id.data), commitment.boards([id.data])]);
      if (reply.kind === 'refusal' && reply.status === 404) return missing();
      const msme = unwrap(reply);
      const coverage = orNull(boards)?.items.find((board) => board.msmeId === msme.msmeId)?.needs ?? msme.coverage;
      return {
        kind: 'page',
        title: msme.name,
        body: msmeView(pageRequest, { msme, coverage, selected: readSelection(pageRequest.query) }),
      };
    },
  };
}
