import { textsIn } from '../i18n/language.ts';
import { lineName, partnerName } from './needs.ts';

const texts = textsIn('en');

test('a partner is shown by its name, alone or with what it offers', () => {
  expect(partnerName(texts, 'lumbung')).toBe('Lumbung');
  expect(partnerName(texts, 'lumbung', 'partnerLong')).toBe('Lumbung: conventional, 0 % interest');
});

test('a partner without texts is shown by the name that services use', () => {
  for (const partner of ['kencana', 'constructor']) {
    expect(partnerName(texts, partner)).toBe(partner);
    expect(partnerName(texts, partner, 'partnerLong')).toBe(partner);
    expect(lineName(texts, { item: null, topic: null, partner })).toBe(`Working capital (${partner})`);
  }
});
