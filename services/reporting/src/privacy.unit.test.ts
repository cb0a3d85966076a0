import { catalogue } from '@ksbb/contracts';
import { scenario } from './testing/scenario.ts';
import { forOpenData, forTimeline } from './privacy.ts';

const example = (name: string) => catalogue.find((event) => event.name === name)!.example;

test('the timeline shows everything except the link to sign a contract', () => {
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

test('everything else is open data', () => {
  const closed = example('commitment-closed');
  expect(forOpenData('commitment-closed', closed)).toEqual(closed);
  expect(forOpenData('training-scheduled', example('training-scheduled'))).toHaveProperty('invited');
});

test('open data has no names and texts of the scenario', () => {
  const open = JSON.stringify(scenario.map(({ type, data }) => forOpenData(type.split('.')[2]!, data)));
  for (const secret of ['PT Contoh', 'https://amanah', 'Ibu Siti', 'Pak Joko']) expect(open).not.toContain(secret);
});
