import { html } from 'htm/preact';
import type { VNode } from 'preact';
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

/** Links to what stands further down; a phone shows little of it at once. */
function jumps({ texts }: PageRequest, { collaboration, access }: Loaded): VNode {
  const words = texts.collaboration;
  const has = (of: string) => collaboration.lines.some((line) => line.package === of);
  const targets: [string, string][] = [
    ...(canReport(collaboration) ? ([['#deliver', words.deliver.title]] as [string, string][]) : []),
    ...(has('capital') ? ([['#loans', words.loans.title]] as [string, string][]) : []),
    ...(has('training') ? ([['#trainings', words.trainings.title]] as [string, string][]) : []),
    ['#timeline', words.timeline.title],
    ...(collaboration.origin === 'donor'
      ? ([['#access', access.open ? words.contacts.title : words.open.title]] as [string, string][])
      : []),
  ];
  return html`<nav class="jumps" aria-label=${words.jumps}>
    <ul>
      ${targets.map(([target, label]) => html`<li><a href=${target}>${label}</a></li>`)}
    </ul>
  </nav>`;
}

/** What to say above the page after a form on it was taken; the address carries which. */
function doneText({ texts, query }: PageRequest): string | undefined {
  const done = query.get('done') ?? '';
  return Object.hasOwn(texts.collaboration.done, done)
    ? texts.collaboration.done[done as keyof typeof texts.collaboration.done]
    : undefined;
}

function who({ texts }: PageRequest, { origin, donorName }: Loaded['collaboration']): string {
  const words = texts.collaboration;
  if (origin === 'relend') return words.relend;
  return donorName === null ? words.anonymous : words.by(donorName);
}

export function collaborationView(
  pageRequest: PageRequest,
  loaded: Loaded,
  rejected: RejectedForm | null = null,
): VNode {
  const { texts, format } = pageRequest;
  const words = texts.collaboration;
  const { collaboration } = loaded;
  const done = rejected === null ? doneText(pageRequest) : undefined;
  return html`<div class="page collaboration">
    <header class="collaboration-head">
      <p class="eyebrow">${words.title}</p>
      <h1 class="code">${collaboration.collaborationId}</h1>
      <p>
        <span class=${`badge ${collaboration.status}`}>${words.status[collaboration.status]}</span>
        ${who(pageRequest, collaboration)}${
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
