import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { hasText } from '../../i18n/language.ts';
import type { RejectedForm } from '../../layout/field.ts';
import { notice } from '../../layout/parts.ts';
import type { PageRequest } from '../../web/page.ts';
import { accessSection } from './access-section.ts';
import { canReport, deliverSection } from './deliver-section.ts';
import { linesSection, reportsSection } from './lines-section.ts';
import type { Loaded } from './load.ts';
import { loansSection } from './loans-section.ts';
import { timelineSection } from './timeline-section.ts';
import { trainingsSection } from './trainings-section.ts';

/** Links to the sections below, because a phone shows few of them at once. */
function jumps({ texts }: PageRequest, { collaboration, access }: Loaded): VNode {
  const words = texts.collaboration;
  const has = (of: string) => collaboration.lines.some((line) => line.package === of);
  const sections: [target: string, label: string, isShown: boolean][] = [
    ['#deliver', words.deliver.title, canReport(collaboration)],
    ['#loans', words.loans.title, has('capital')],
    ['#trainings', words.trainings.title, has('training')],
    ['#timeline', words.timeline.title, true],
    ['#access', access.open ? words.contacts.title : words.open.title, collaboration.origin === 'donor'],
  ];
  return html`<nav class="jumps" aria-label=${words.jumps}>
    <ul>
      ${sections.map(([target, label, isShown]) => isShown && html`<li><a href=${target}>${label}</a></li>`)}
    </ul>
  </nav>`;
}

/** The text above the page after one of its forms was accepted; the query names the form. */
function doneText({ texts, query }: PageRequest): string | undefined {
  const done = query.get('done') ?? '';
  return hasText(texts.collaboration.done, done) ? texts.collaboration.done[done] : undefined;
}

function donorText({ texts }: PageRequest, { origin, donorName }: Loaded['collaboration']): string {
  const words = texts.collaboration;
  if (origin === 'relend') return words.relend;
  return donorName === null ? words.anonymous : words.by(donorName);
}

/** The page of a collaboration, with the form that was rejected, if one was. */
export function collaborationView(pageRequest: PageRequest, loaded: Loaded, rejected: RejectedForm | null): VNode {
  const { texts, format } = pageRequest;
  const words = texts.collaboration;
  const { collaboration } = loaded;
  const done = rejected === null ? doneText(pageRequest) : undefined;
  return html`<div class="page collaboration">
    <header class="collaboration-head">
      <p class="eyebrow">${words.title}</p>
      <h1 class="code">${collaboration.collaborationId}</h1>
      <p>
        <span class=${`badge ${collaboration.status}`}>${words.status[collaboration.status]}</span>${' '}
        ${donorText(pageRequest, collaboration)}${
          collaboration.confirmedAt === null ? null : `, ${words.since(format.date(collaboration.confirmedAt))}`
        }
      </p>
    </header>
    ${jumps(pageRequest, loaded)} ${done === undefined ? null : notice('good', done)}
    <div class="columns">
      <div class="column">
        ${linesSection(pageRequest, collaboration)} ${deliverSection(pageRequest, collaboration, rejected)}
        ${reportsSection(pageRequest, collaboration)} ${loansSection(pageRequest, loaded)}
        ${trainingsSection(pageRequest, loaded, rejected)}
      </div>
      <div class="column side">
        ${accessSection(pageRequest, loaded, rejected)} ${timelineSection(pageRequest, loaded)}
      </div>
    </div>
  </div>`;
}
