import { catalogue, type CollaborationView } from '@ksbb/contracts';
import { formatIn } from '../../i18n/format.ts';
import { textsIn } from '../../i18n/language.ts';
import { describeEvent } from './timeline-section.ts';

const pageRequest = { texts: textsIn('en'), format: formatIn('en') };
const lines: CollaborationView['lines'] = [
  {
    lineId: 'KSBB-0000-0000-0011.1',
    msmeId: 'osm-way-352856285',
    msmeName: 'Pasar Petojo',
    kelurahan: 'Petojo Utara',
    package: 'goods',
    item: 'face-mask',
    topic: null,
    partner: null,
    promised: 100,
    reported: 100,
    confirmed: 99,
    status: 'open',
    releaseReason: null,
  },
];

const OF_A_COLLABORATION = ['commitment', 'fintech-gateway', 'training'];
const events = catalogue.filter(
  ({ service, name }) => OF_A_COLLABORATION.includes(service) && name !== 'need-coverage-changed',
);

test.each(events.map((event) => [event.name, event] as const))('%s has a sentence of its own', (name, { example }) => {
  expect(describeEvent(pageRequest, name, example, lines)).not.toBe(pageRequest.texts.collaboration.timeline.other);
  expect(describeEvent(pageRequest, name, example, lines)).not.toContain('undefined');
});

test('amounts are shown in their unit, and lines by what they are of', () => {
  const sentence = (name: string) =>
    describeEvent(pageRequest, name, catalogue.find((event) => event.name === name)?.example ?? {}, lines);
  expect(sentence('line-delivered')).toBe('The donor reported 100 pieces delivered: Face masks, Pasar Petojo');
  expect(sentence('line-receipt-confirmed')).toBe('99 pieces received: Face masks, Pasar Petojo');
  expect(sentence('repayment-received').replaceAll(/\s/g, ' ')).toBe(
    'An instalment of Rp 2,000,000 came back, Rp 2,000,000 so far',
  );
  expect(sentence('attendance-recorded')).toBe('Attendance recorded for Bookkeeping: 3 seats');
});

test('a partner without texts is named as services name it', () => {
  const data = { ...catalogue.find(({ name }) => name === 'contract-signed')?.example, partner: 'kencana' };
  expect(describeEvent(pageRequest, 'contract-signed', data, lines)).toBe('The contract was signed at kencana');
});

test('an event that is not known yet does not break the page', () => {
  expect(describeEvent(pageRequest, 'moon-landed', { lineId: 7 }, lines)).toBe('Something happened');
  expect(describeEvent(pageRequest, 'toString', {}, lines)).toBe('Something happened');
});
