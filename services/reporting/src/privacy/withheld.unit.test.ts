import { catalogue } from '@ksbb/contracts';
import { life } from '../testing/life.ts';
import { forOpenData, forTimeline } from './withheld.ts';

const example = (name: string) => catalogue.find((event) => event.name === name)!.example;

test('whoever has the collaboration ID sees everything but the link to sign', () => {
  for (const { name, example: data } of catalogue) {
    const { signUrl: _, ...rest } = data;
    expect(forTimeline(name, data)).toEqual(rest);
  }
});

test.each([
  ['msme-delisted', 'reason'],
  ['commitment-confirmed', 'donorName'],
  ['contract-forwarded', 'signUrl'],
  ['contract-forwarded', 'partnerContractId'],
  ['contract-declined', 'reason'],
  ['training-scheduled', 'place'],
  ['training-reported', 'summary'],
  ['training-cancelled', 'reason'],
])('open data of %s is without %s', (name, field) => {
  expect(example(name)).toHaveProperty(field);
  expect(forOpenData(name, example(name))).not.toHaveProperty(field);
});

test('all else is open', () => {
  const closed = example('commitment-closed');
  expect(forOpenData('commitment-closed', closed)).toEqual(closed);
  expect(forOpenData('training-scheduled', example('training-scheduled'))).toHaveProperty('invited');
});

test('names and texts of the life do not come out', () => {
  const open = JSON.stringify(life.map(({ type, data }) => forOpenData(type.split('.')[2]!, data)));
  for (const secret of ['PT Contoh', 'https://amanah', 'Ibu Siti', 'Pak Joko']) expect(open).not.toContain(secret);
});
