import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { fieldsOf, numberField, type RejectedForm } from '../../layout/field.ts';
import { notice } from '../../layout/parts.ts';
import type { PageRequest } from '../../web/page.ts';
import type { Access, Loaded } from './load.ts';

function contactsList({ texts }: PageRequest, contacts: (Access & { open: true })['contacts']): VNode {
  const words = texts.collaboration.contacts;
  if (contacts === null) return notice('bad', words.away);
  const { donor, msmes } = contacts;
  return html`<dl class="contacts">
    ${
      donor === null
        ? null
        : html`<div>
            <dt>${donor.name ?? ''}</dt>
            <dd>
              <a href=${`mailto:${donor.email}`}>${donor.email}</a
              >${donor.phone === null ? null : html`<br /><a href=${`tel:${donor.phone}`}>${donor.phone}</a>`}
            </dd>
          </div>`
    }
    ${msmes.map(
      ({ msmeName, kelurahan }) =>
        html`<div>
          <dt>${msmeName}</dt>
          <dd>${kelurahan}</dd>
        </div>`,
    )}
  </dl>`;
}

/**
 * The form for the PIN, or the contacts if the donor has given the PIN on this device; null for a collaboration of
 * repaid money, which has no PIN.
 */
export function accessSection(
  pageRequest: PageRequest,
  { collaboration, access }: Loaded,
  rejected: RejectedForm | null,
): VNode | null {
  const { texts, to } = pageRequest;
  const { open: words, contacts, deliver } = texts.collaboration;
  const action = (what: string) => to(`/collaborations/${collaboration.collaborationId}/${what}`);
  if (collaboration.origin !== 'donor') return null;
  if (access.open) {
    return html`<section class="card" id="access" aria-labelledby="access-title">
      <h2 id="access-title">${contacts.title}</h2>
      ${contactsList(pageRequest, access.contacts)}
      <form class="inline" method="post" action=${action('close')}>
        <p class="hint">${words.opened}</p>
        <button class="button quiet" type="submit">${words.close}</button>
      </form>
    </section>`;
  }
  const fields = fieldsOf(rejected, 'open');
  return html`<section class="card form-card" id="access" aria-labelledby="access-title">
    <h2 id="access-title">${words.title}</h2>
    <p>${words.intro}</p>
    ${fields.problem === undefined ? null : notice('bad', fields.problem)}
    <form method="post" action=${action('open')} novalidate>
      ${numberField({
        ...fields.of('pin'),
        value: '',
        label: deliver.pin,
        hint: deliver.pinHint,
        maxlength: 6,
        className: 'code short',
        after: html`<button class="button" type="submit">${words.submit}</button>`,
      })}
    </form>
  </section>`;
}
