import type { TrainingView } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { errorSummary, inputField, textField } from '../../layout/field.ts';
import { notice } from '../../layout/parts.ts';
import type { PageRequest } from '../../web/page.ts';
import { type RejectedForm, fieldsOf } from './rejected.ts';
import { jakartaParts } from './jakarta-time.ts';

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
        inputField({
          ...fields.of(attendedField(msmeId), attended === null ? '' : String(attended)),
          label: words.attended(msmeName),
          hint: format.amount('training', seats),
          inputmode: 'numeric',
          autocomplete: 'off',
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

/** Who came is known once the session has begun, and not before. */
function hasStarted({ session }: TrainingView, now: Date): boolean {
  return session !== null && new Date(session.startsAt) <= now;
}

/** What the donor can do next with a training. */
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
      ${hasStarted(training, now) ? attendanceForm(pageRequest, action, training, fields) : html`<p class="hint">${words.attendanceLater}</p>`}`;
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
