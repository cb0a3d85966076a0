import type { Institution } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { packageIcon } from '../layout/icons.ts';
import { notice } from '../layout/parts.ts';
import { unwrap } from '../services/call.ts';
import type { Services } from '../services/clients.ts';
import type { Page, PageRequest } from '../web/page.ts';

const schemes: Record<Institution['contacts'][number]['kind'], string> = { phone: 'tel:', email: 'mailto:', web: '' };

/** Accounts and contacts of an example are plain text, so that nobody calls, mails or copies them by mistake. */
function contactValue({ example }: Institution, { kind, value }: Institution['contacts'][number]): VNode {
  const safe = kind !== 'web' || /^https?:\/\//.test(value);
  return example || !safe ? html`<span>${value}</span>` : html`<a href=${schemes[kind] + value}>${value}</a>`;
}

function accountRow(
  { texts }: PageRequest,
  { example }: Institution,
  { bank, number, holder }: Institution['accounts'][number],
): VNode {
  const words = texts.joinDonation;
  return html`<li>
    <span class="bank">${bank}</span> <span class="code">${number}</span>
    <span class="meta">${words.holder(holder)}</span>
    ${
      example
        ? null
        : html`<button
            class="button quiet"
            type="button"
            hidden
            data-copy=${number}
            data-copied=${words.copied}
            aria-label=${words.copyNumber(bank)}
          >
            ${words.copy}
          </button>`
    }
  </li>`;
}

function institutionCard(pageRequest: PageRequest, institution: Institution): VNode {
  const { texts, language } = pageRequest;
  const words = texts.joinDonation;
  const { name, kind, packages, accounts, contacts, example } = institution;
  return html`<li class=${example ? 'card institution example' : 'card institution'}>
    ${example ? html`<p class="example-mark">${words.example}</p>` : null}
    <h2>${name}</h2>
    <p class="meta">${kind[language]}</p>
    <p class="badges-row">
      <span class="meta">${words.packages}</span>
      ${packages.map((of) => html`<span class="badge plain">${packageIcon(of)}${texts.package[of]}</span>`)}
    </p>
    <h3>${words.accounts}</h3>
    <ul class="accounts">
      ${accounts.map((account) => accountRow(pageRequest, institution, account))}
    </ul>
    <h3>${words.contacts}</h3>
    <ul class="contact-list">
      ${contacts.map(
        (contact) =>
          html`<li>
            <span class="meta">${words.contactKind[contact.kind]}</span>${' '}${contactValue(institution, contact)}
          </li>`,
      )}
    </ul>
  </li>`;
}

function joinDonationView(pageRequest: PageRequest, institutions: readonly Institution[]): VNode {
  const words = pageRequest.texts.joinDonation;
  return html`<div class="page join">
    <h1>${words.title}</h1>
    <p class="lead">${words.intro}</p>
    ${institutions.some(({ example }) => example) ? notice('plain', words.exampleNote) : null}
    ${institutions.length === 0 ? html`<p class="empty">${words.none}</p>` : null}
    <ul class="institutions">
      ${institutions.map((institution) => institutionCard(pageRequest, institution))}
    </ul>
  </div>`;
}

/** Every institution that takes donations, with its accounts and contacts. */
export function joinDonationPage({ commitment }: Pick<Services, 'commitment'>): Page {
  return {
    method: 'get',
    path: '/join-donation',
    handle: async (pageRequest) => {
      const { items } = unwrap(await commitment.institutions());
      return {
        kind: 'page',
        title: pageRequest.texts.joinDonation.title,
        scripts: ['actions'],
        body: joinDonationView(pageRequest, items),
      };
    },
  };
}
