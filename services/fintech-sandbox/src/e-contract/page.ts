import { contractOf, type OpenedContract } from '../contract/contract.ts';
import type { ContractRecord, Partner } from '../contract/record.ts';
import { splitPrincipal } from '../contract/schedule.ts';
import { both, type Html, html, shell } from './html.ts';

/** What the donor typed, and what is missing. */
export type IncompleteForm = { name: string; errors: string[] };

type Wording = { partner: string; title: string; titleEn: string; charge: string; chargeEn: string };

const WORDING: Record<Partner, Wording> = {
  amanah: {
    partner: 'Amanah',
    title: 'Akad qardh al-hasan',
    titleEn: 'Benevolent loan contract',
    charge: 'Tanpa bunga dan tanpa biaya. Yang dikembalikan hanya pokok pinjaman.',
    chargeEn: 'No interest and no fee. Only the principal is paid back.',
  },
  lumbung: {
    partner: 'Lumbung',
    title: 'Perjanjian pinjaman modal',
    titleEn: 'Capital loan agreement',
    charge: 'Bunga 0 % untuk program ini. Yang dikembalikan hanya pokok pinjaman.',
    chargeEn: 'Interest is 0 % in this programme. Only the principal is paid back.',
  },
};

const STATE: Record<Exclude<OpenedContract['status'], 'pending-signature'>, [string, string]> = {
  signed: ['Sudah ditandatangani. Dana segera dicairkan.', 'Signed. The money is on its way.'],
  declined: [
    'Kontrak ini ditolak. Tidak ada dana yang dicairkan.',
    'This contract was declined. No money is paid out.',
  ],
  disbursed: ['Sudah ditandatangani, dana sudah dicairkan.', 'Signed, and the money has been paid out.'],
  repaying: ['Dana sudah dicairkan dan sedang diangsur.', 'Paid out, and being paid back.'],
  completed: ['Pinjaman sudah lunas.', 'The loan is fully repaid.'],
  cancelled: [
    'Kontrak ini dibatalkan. Tidak ada dana yang dicairkan.',
    'This contract was cancelled. No money is paid out.',
  ],
  'written-off': ['Sisa pinjaman dihapusbukukan.', 'What was left of the loan is written off.'],
};

const REVOLVING: [string, string] = [
  'Dana dari pemberi bantuan. ' +
    'Setiap angsuran yang kembali dipinjamkan lagi kepada UMKM berikutnya, tanpa tanda tangan baru.',
  'The money comes from the donor. ' +
    'What is paid back is lent on to the next small business, without a new signature.',
];

const DAY = new Intl.DateTimeFormat('id-ID', { dateStyle: 'long', timeZone: 'Asia/Jakarta' });
const MONEY = new Intl.NumberFormat('id-ID', { style: 'currency', currency: 'IDR', maximumFractionDigits: 0 });

function termsList(record: ContractRecord, { terms, openedAt }: OpenedContract): Html {
  const rows: [string, string][] = [
    ['Nomor kontrak', record.contractNo],
    ['Referensi', record.reference],
    ['Penerima', terms.borrower.name],
    ['Wilayah', terms.borrower.area],
    ['Pokok pinjaman', MONEY.format(terms.principalRupiah)],
    ['Angsuran', `${terms.instalments} × bulanan`],
    ['Dibuat', DAY.format(new Date(openedAt))],
    ...(terms.parentContractNo === null ? [] : ([['Kontrak induk', terms.parentContractNo]] as [string, string][])),
  ];
  return html`<dl>
    ${rows.map(
      ([term, value]) =>
        html`<dt>${term}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

function scheduleTable(contract: OpenedContract): Html {
  const { principalRupiah, instalments } = contract.terms;
  const rows =
    'schedule' in contract
      ? contract.schedule.map(
          ({ dueDate, amountRupiah }) => [DAY.format(new Date(`${dueDate}T00:00:00+07:00`)), amountRupiah] as const,
        )
      : splitPrincipal(principalRupiah, instalments).map(
          (amount, index) => [`${index + 1} bulan setelah pencairan`, amount] as const,
        );
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Ke</th>
        <th scope="col">Jatuh tempo</th>
        <th scope="col">Jumlah</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ([due, amount], index) =>
          html`<tr>
            <td>${index + 1}</td>
            <td>${due}</td>
            <td>${MONEY.format(amount)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function signForm(incomplete: IncompleteForm | null): Html {
  const errors = incomplete?.errors ?? [];
  const notice =
    errors.length === 0
      ? []
      : [html`<div class="errors" role="alert">${errors.map((error) => html`<p>${error}</p>`)}</div>`];
  return html`<h2>Tanda tangan</h2>
    ${notice}
    <form method="post">
      <label for="name">Nama lengkap <span class="en" lang="en">Full name</span></label>
      <input type="text" id="name" name="name" autocomplete="name" maxlength="100" value="${incomplete?.name ?? ''}" />
      <label class="check"
        ><input type="checkbox" name="agree" value="yes" /><span
          >Saya sudah membaca dan menyetujui isi kontrak ini. <br /><span class="en" lang="en"
            >I have read this contract and agree to it.</span
          ></span
        ></label
      >
      <div class="actions">
        <button name="decision" value="sign">Tanda tangani</button
        ><button name="decision" value="decline" class="plain">Tolak</button>
      </div>
      <p class="en" lang="en">Sign with the first button, decline with the second.</p>
    </form>`;
}

function stateNotice(contract: OpenedContract): Html {
  if (contract.status === 'pending-signature') throw new Error('a pending contract has a form instead');
  const [indonesian, english] = STATE[contract.status];
  const by =
    'signedBy' in contract && contract.signedBy !== null
      ? [html`<br />Oleh ${contract.signedBy}, ${DAY.format(new Date(contract.signedAt))}`]
      : [];
  return html`<div class="state" role="status">
    <strong>${indonesian}</strong><span class="en" lang="en">${english}</span>${by}
  </div>`;
}

/** The e-contract page: the terms, the schedule, and the form or the decision. `notice` is shown above them. */
export function contractPage(
  record: ContractRecord,
  incomplete: IncompleteForm | null = null,
  notice: [string, string] | null = null,
): string {
  const contract = contractOf(record.events);
  const { partner, title, titleEn, charge, chargeEn } = WORDING[record.partner];
  const notices = notice === null ? [] : [html`<div class="errors" role="alert">${both(...notice)}</div>`];
  return shell(
    record.partner,
    `${title} · ${partner}`,
    html`<h1>${title}</h1>
      <p class="en" lang="en">${titleEn} · ${partner}</p>
      ${notices} ${contract.status === 'pending-signature' ? [] : stateNotice(contract)}
      <h2>Isi kontrak</h2>
      ${termsList(record, contract)} ${both(charge, chargeEn)} ${both(...REVOLVING)}
      <h2>Jadwal angsuran</h2>
      ${scheduleTable(contract)} ${contract.status === 'pending-signature' ? signForm(incomplete) : []}`,
  );
}

/** The page of an unknown contract. */
export function unknownPage(partner: Partner): string {
  return shell(
    partner,
    'Kontrak tidak ditemukan',
    html`<h1>Kontrak tidak ditemukan</h1>
      ${both(
        'Periksa kembali tautan yang Anda terima.',
        'There is no contract at this address; check the link you were given.',
      )}`,
  );
}
