import { type MsmeDetail, msmeDetail } from '@ksbb/contracts';
import { checkDraft, refusedFields } from './draft.ts';
import type { SelectedMsme } from './selected-msmes.ts';

const msmeId = 'osm-way-352856285';
const declaredAt = '2026-11-01T00:00:00.000Z';

/** An MSME that needs something of each package. */
const exampleMsme: MsmeDetail = msmeDetail.parse({
  msmeId,
  name: 'Pasar Petojo',
  category: 'pasar',
  origin: 'openstreetmap',
  sourceId: 'osm:way/352856285',
  profile: { id: 'Pasar di Petojo Utara, Gambir.', en: 'A market in Petojo Utara, Gambir.' },
  location: { lat: -6.162739, lon: 106.812031 },
  area: {
    kodeKelurahan: '31.71.01.1003',
    kelurahan: 'Petojo Utara',
    kecamatan: 'Gambir',
    kota: 'Kota Administrasi Jakarta Pusat',
  },
  photos: [],
  needs: [
    { needId: `${msmeId}.face-mask`, package: 'goods', item: 'face-mask', quantity: 200, declaredAt },
    { needId: `${msmeId}.capital`, package: 'capital', amountRupiah: 6_000_000, declaredAt },
    { needId: `${msmeId}.bookkeeping`, package: 'training', topic: 'bookkeeping', skill: 'hard', seats: 4, declaredAt },
  ],
  verified: true,
  listedAt: declaredAt,
  coverage: null,
});

const selected: SelectedMsme[] = [{ msme: exampleMsme, needs: exampleMsme.needs.map((need) => ({ need, open: 100 })) }];
const goods = `${msmeId}.face-mask`;
const capital = `${msmeId}.capital`;
const training = `${msmeId}.bookkeeping`;
const donor = { name: 'PT Contoh', kind: 'company', email: 'a@contoh.example', consent: 'yes' };

const check = (fields: Record<string, string>) => checkDraft(new URLSearchParams({ ...donor, ...fields }), selected);
const errorsOf = (fields: Record<string, string>) => {
  const checked = check(fields);
  return checked.ok ? {} : Object.fromEntries(checked.errors);
};

test('all three packages become one request', () => {
  const checked = check({
    [`amount.${goods}`]: '120',
    [`amount.${capital}`]: 'Rp 6.000.000',
    [`partner.${capital}`]: 'lumbung',
    [`instalments.${capital}`]: '3',
    [`amount.${training}`]: '2',
    phone: ' 0812 3456 7890 ',
    anonymous: 'yes',
  });
  expect(checked).toEqual({
    ok: true,
    request: {
      donor: {
        name: 'PT Contoh',
        kind: 'company',
        email: 'a@contoh.example',
        phone: '0812 3456 7890',
        anonymous: true,
      },
      consent: true,
      lines: [
        { msmeId, needId: goods, package: 'goods', quantity: 120 },
        { msmeId, needId: capital, package: 'capital', amountRupiah: 6_000_000, partner: 'lumbung', instalments: 3 },
        { msmeId, needId: training, package: 'training', seats: 2 },
      ],
    },
  });
});

test('more than is open is let through, as the service covers what is left; more than is needed is not', () => {
  expect(errorsOf({ [`amount.${goods}`]: '150' })).toEqual({});
  expect(errorsOf({ [`amount.${goods}`]: '201' })).toEqual({ [`amount.${goods}`]: 'more-than-declared' });
});

test.each([
  ['zero', '0', 'at-least-one'],
  ['no number', 'lima', 'number'],
  ['a fraction', '1,5', 'number'],
])('%s is said at the field', (_what, typed, error) => {
  expect(errorsOf({ [`amount.${goods}`]: typed })).toEqual({ [`amount.${goods}`]: error });
});

test('a loan needs a partner and 1 to 24 instalments', () => {
  const loan = { [`amount.${capital}`]: '1000000' };
  expect(errorsOf(loan)).toEqual({ [`partner.${capital}`]: 'partner', [`instalments.${capital}`]: 'instalments' });
  expect(errorsOf({ ...loan, [`partner.${capital}`]: 'bank', [`instalments.${capital}`]: '25' })).toEqual({
    [`partner.${capital}`]: 'partner',
    [`instalments.${capital}`]: 'instalments',
  });
});

test('an empty form names everything that is missing', () => {
  const checked = checkDraft(new URLSearchParams(), selected);
  expect(checked.ok ? {} : Object.fromEntries(checked.errors)).toEqual({
    '': 'nothing',
    name: 'name',
    kind: 'kind',
    email: 'email',
    consent: 'consent',
  });
});

test('a bad phone number is said, an empty one is left out', () => {
  const lines = { [`amount.${goods}`]: '1' };
  expect(errorsOf({ ...lines, phone: '12' })).toEqual({ phone: 'phone' });
  const checked = check({ ...lines, phone: ' ' });
  expect(checked.ok && checked.request.donor).not.toHaveProperty('phone');
});

test('amounts for needs that are not of the selected MSMEs are not sent', () => {
  expect(errorsOf({ 'amount.someone-else.face-mask': '5' })).toEqual({ '': 'nothing' });
});

test('a partner that the service does not have is shown at the field of the partner', () => {
  const loan = { [`partner.${capital}`]: 'lumbung', [`instalments.${capital}`]: '3' };
  const checked = check({ [`amount.${capital}`]: '1000000', ...loan });
  if (!checked.ok) throw new Error('the draft is good');
  const refused = { errors: [{ pointer: '/lines/0/partner' }], extensions: {} };
  expect([...refusedFields(refused, checked.request)]).toEqual([[`partner.${capital}`, 'partner']]);
});

test('what the service refuses is shown at the field it is about', () => {
  const checked = check({ [`amount.${goods}`]: '1', [`amount.${training}`]: '2' });
  if (!checked.ok) throw new Error('the draft is good');
  const refused = {
    errors: [{ pointer: '/lines/1/msmeId' }, { pointer: '/donor/email' }, { pointer: 'header Idempotency-Key' }],
    extensions: {
      lines: [{ needId: goods, msmeId, lineId: null, requested: 1, covered: 0, shortfallReason: 'already-covered' }],
    },
  };
  expect(Object.fromEntries(refusedFields(refused, checked.request))).toEqual({
    [`amount.${training}`]: 'rejected',
    email: 'email',
    '': 'rejected',
    [`amount.${goods}`]: 'already-covered',
  });
});
