import type { TrainingView } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { packageIcon } from '../../layout/icons.ts';
import { notice } from '../../layout/parts.ts';
import type { PageRequest } from '../../web/page.ts';
import type { RejectedForm } from './rejected.ts';
import type { Loaded } from './load.ts';
import { trainingForms } from './training-forms.ts';

function trainingCard(
  pageRequest: PageRequest,
  training: TrainingView,
  { access, now }: Loaded,
  rejected: RejectedForm | null,
): VNode {
  const { texts, format } = pageRequest;
  const words = texts.collaboration.trainings;
  const { topic, skill, status, session, participants, summary, cancelReason } = training;
  return html`<li class="card training" id=${`training-${topic}`}>
    <div class="line-head">
      <h3>${packageIcon('training')}${texts.topic[topic]} <span class="meta">${texts.skill[skill]}</span></h3>
      <span class=${`badge training-${status}`}>${words.status[status]}</span>
    </div>
    ${
      session === null
        ? null
        : html`<p class="session">
            ${words.at(`${format.dateTime(session.startsAt)} – ${format.timeOfDay(session.endsAt)}`, session.place)}<br /><span
              class="meta"
              >${words.trainerIs(session.trainer)}</span
            >
          </p>`
    }
    <h4>${words.participants}</h4>
    <ul class="participants">
      ${participants.map(
        ({ msmeName, seats, attended }) =>
          html`<li>
            ${msmeName}:
            ${attended === null ? format.amount('training', seats) : words.came(format.count(attended), format.count(seats))}
          </li>`,
      )}
    </ul>
    ${[summary, cancelReason].map((text) => (text === null ? null : html`<p class="note">${text}</p>`))}
    ${access.open ? trainingForms(pageRequest, training, now, rejected) : null}
    ${
      !access.open && (status === 'offered' || status === 'scheduled' || status === 'held')
        ? html`<p class="hint"><a href="#access">${words.needsPin}</a></p>`
        : null
    }
  </li>`;
}

/** The trainings of a collaboration; with the PIN given, also the forms to arrange them. */
export function trainingsSection(
  pageRequest: PageRequest,
  loaded: Loaded,
  rejected: RejectedForm | null,
): VNode | null {
  const { collaboration, trainings } = loaded;
  if (!collaboration.lines.some((line) => line.package === 'training')) return null;
  const words = pageRequest.texts.collaboration.trainings;
  return html`<section id="trainings" aria-labelledby="trainings-title">
    <h2 id="trainings-title">${words.title}</h2>
    ${trainings === null ? notice('bad', words.away) : null}
    ${trainings?.length === 0 ? html`<p class="hint">${words.waiting}</p>` : null}
    <ul class="trainings">
      ${(trainings ?? []).map((training) => trainingCard(pageRequest, training, loaded, rejected))}
    </ul>
  </section>`;
}
