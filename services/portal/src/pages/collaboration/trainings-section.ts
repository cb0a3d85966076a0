import type { TrainingView } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { errorSummary, fieldsOf, inputField, numberField, type RejectedForm, textField } from '../../layout/field.ts';
import { packageIcon } from '../../layout/icons.ts';
import { notice } from '../../layout/parts.ts';
import type { PageRequest } from '../../web/page.ts';
import { jakartaParts } from '../../web/typed-input.ts';
import type { Loaded } from './load.ts';

export const attendedField = (msmeId: string) => `attended.${msmeId}`;

type Fields = ReturnType<typeof fieldsOf>;

function scheduleForm(
  { texts }: PageRequest,
  action: string,
  { session, status }: TrainingView,
  fields: Fields,
): VNode {
  const words = texts.collaboration.trainings;
  const start = session === null ? null : jakartaParts(session.startsAt);
  const end = session === null ? null : jakartaParts(session.endsAt);
  const form = html`<form method="post" action=${`${action}/schedule`} novalidate>
    <div class="three">
      ${inputField({ ...fields.of('date', start?.date), label: words.date, type: 'date' })}
      ${inputField({ ...fields.of('starts', start?.time), label: words.starts, type: 'time' })}
      ${inputField({ ...fields.of('ends', end?.time), label: words.ends, type: 'time' })}
    </div>
    <div class="two">
      ${inputField({ ...fields.of('place', session?.place), label: words.place, maxlength: 200 })}
      ${inputField({ ...fields.of('trainer', session?.trainer), label: words.trainer, maxlength: 120 })}
    </div>
    <button class="button" type="submit">${words.schedule}</button>
  </form>`;
  if (status === 'offered') return form;
  return html`<details open=${fields.errors.size > 0}>
    <summary>${words.reschedule}</summary>
    ${form}
  </details>`;
}

function attendanceForm(
  { texts, format }: PageRequest,
  action: string,
  { participants }: TrainingView,
  fields: Fields,
): VNode {
  const words = texts.collaboration.trainings;
  return html`<form method="post" action=${`${action}/attendance`} novalidate>
      <h4>${words.attendance}</h4>
      ${participants.map(({ msmeId, msmeName, seats, attended }) =>
        numberField({
          ...fields.of(attendedField(msmeId), attended === null ? '' : String(attended)),
          label: words.attended(msmeName),
          hint: format.amount('training', seats),
          maxlength: 8,
          className: 'short',
        }),
      )}
      <button class="button quiet" type="submit">${words.saveAttendance}</button>
    </form>
    <form class="inline" method="post" action=${`${action}/holding`}>
      <button class="button" type="submit">${words.hold}</button>
      <p class="hint">${words.holdHint}</p>
    </form>`;
}

/** Whether the session has begun: attendance can be recorded only from then on. */
function hasStarted({ session }: TrainingView, now: Date): boolean {
  return session !== null && new Date(session.startsAt) <= now;
}

/** The forms for the next steps of a training; null if no step is left. */
export function trainingForms(
  pageRequest: PageRequest,
  training: TrainingView,
  now: Date,
  rejected: RejectedForm | null,
): VNode | null {
  const { texts, to } = pageRequest;
  const words = texts.collaboration.trainings;
  const action = to(`/collaborations/${training.collaborationId}/trainings/${training.topic}`);
  const fields = fieldsOf(rejected, training.topic);
  const top = html`${fields.problem === undefined ? null : notice('bad', fields.problem)}
  ${errorSummary(texts.help.errorTitle, fields.errors, training.topic)}`;
  switch (training.status) {
    case 'offered':
      return html`${top}${scheduleForm(pageRequest, action, training, fields)}`;
    case 'scheduled':
      return html`${top}${scheduleForm(pageRequest, action, training, fields)}
      ${
        hasStarted(training, now)
          ? attendanceForm(pageRequest, action, training, fields)
          : html`<p class="hint">${words.attendanceLater}</p>`
      }`;
    case 'held':
      return html`${top}
        <form method="post" action=${`${action}/report`} novalidate>
          ${textField({ ...fields.of('summary'), label: words.report, rows: 4, maxlength: 2000 })}
          <button class="button" type="submit">${words.sendReport}</button>
        </form>`;
    case 'reported':
    case 'cancelled':
      return null;
    default:
      return training.status satisfies never;
  }
}

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
            ${words.at(`${format.dateTime(session.startsAt)} – ${format.timeOfDay(session.endsAt)}`, session.place)}
            <br /><span class="meta">${words.trainerIs(session.trainer)}</span>
          </p>`
    }
    <h4>${words.participants}</h4>
    <ul class="participants">
      ${participants.map(
        ({ msmeName, seats, attended }) =>
          html`<li>
            ${msmeName}:${' '}
            ${
              attended === null
                ? format.amount('training', seats)
                : words.came(format.count(attended), format.count(seats))
            }
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

/** The trainings of a collaboration, with the forms to arrange them if the donor has given the PIN. */
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
