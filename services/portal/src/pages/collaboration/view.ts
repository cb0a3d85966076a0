import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { notice } from '../../layout/parts.ts';
import type { Visit } from '../../web/page.ts';
import { accessSection } from './access-section.ts';
import type { Attempt } from './attempt.ts';
import { canReport, deliverSection } from './deliver-section.ts';
import { linesSection, reportsSection } from './lines-section.ts';
import type { Loaded } from './load.ts';
import { loansSection } from './loans-section.ts';
import { timelineSection } from './timeline-section.ts';
import { trainingsSection } from './trainings-section.ts';

/** Links to what stands further down; a phone shows little of it at once. */
function jumps({ texts }: Visit, { collaboration, access }: Loaded): VNode {
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
function doneText({ texts, query }: Visit): string | undefined {
  const done = query.get('done') ?? '';
  return Object.hasOwn(texts.collaboration.done, done)
    ? texts.collaboration.done[done as keyof typeof texts.collaboration.done]
    : undefined;
}

function who({ texts }: Visit, { origin, donorName }: Loaded['collaboration']): string {
  const words = texts.collaboration;
  if (origin === 'relend') return words.relend;
  return donorName === null ? words.anonymous : words.by(donorName);
}

export function collaborationView(visit: Visit, loaded: Loaded, attempt: Attempt | null = null): VNode {
  const { texts, format } = visit;
  const words = texts.collaboration;
  const { collaboration } = loaded;
  const done = attempt === null ? doneText(visit) : undefined;
  return html`<div class="page collaboration">
    <header class="collaboration-head">
      <p class="eyebrow">${words.title}</p>
      <h1 class="code">${collaboration.collaborationId}</h1>
      <p>
        <span class=${`badge ${collaboration.status}`}>${words.status[collaboration.status]}</span>
        ${who(visit, collaboration)}${
          collaboration.confirmedAt === null ? null : `, ${words.since(format.date(collaboration.confirmedAt))}`
        }
      </p>
    </header>
    ${jumps(visit, loaded)} ${done === undefined ? null : notice('good', done)}
    <div class="columns">
      <div class="column">
        ${linesSection(visit, collaboration)} ${deliverSection(visit, collaboration, attempt)}
        ${reportsSection(visit, collaboration)} ${loansSection(visit, loaded)}
        ${trainingsSection(visit, loaded, attempt)}
      </div>
      <div class="column side">${accessSection(visit, loaded, attempt)} ${timelineSection(visit, loaded)}</div>
    </div>
  </div>`;
}
