import type { TrainingView } from '@ksbb/contracts';
import { textsIn } from '../../i18n/language.ts';
import { readAttendance, readSchedule } from './arrange-training.ts';
import { readReport } from './report-delivery.ts';

const words = textsIn('en').collaboration.formErrors;
const id = 'KSBB-0000-0000-0011';
const errorsOf = (checked: { ok: true } | { ok: false; errors: Map<string, string> }) =>
  checked.ok ? {} : Object.fromEntries(checked.errors);

describe('a delivery report', () => {
  const read = (fields: Record<string, string>) => readReport(new URLSearchParams(fields), id, words);

  test('takes the lines that have a quantity', () => {
    expect(
      read({
        [`quantity.${id}.1`]: '1.000',
        [`quantity.${id}.2`]: '',
        [`quantity.${id}.3`]: '0',
        note: ' ok ',
        pin: ' 012345 ',
      }),
    ).toEqual({
      ok: true,
      request: { pin: '012345', note: 'ok', lines: [{ lineId: `${id}.1`, quantity: 1000 }] },
    });
  });

  test('names what is missing or wrong', () => {
    expect(errorsOf(read({ [`quantity.${id}.1`]: '', pin: '12345' }))).toEqual({ '': words.nothing, pin: words.pin });
    expect(errorsOf(read({ [`quantity.${id}.1`]: 'ten', pin: '012345' }))).toEqual({
      [`quantity.${id}.1`]: words.number,
    });
    expect(errorsOf(read({ [`quantity.${id}.1`]: '1', note: 'x'.repeat(501), pin: '012345' }))).toEqual({
      note: words.note,
    });
  });

  test('leaves out lines of another collaboration', () => {
    expect(errorsOf(read({ 'quantity.KSBB-0000-0000-0022.1': '5', pin: '012345' }))).toEqual({ '': words.nothing });
  });
});

describe('a schedule', () => {
  const good = { date: '2026-12-01', starts: '09:00', ends: '11:30', place: 'Balai warga', trainer: 'Sari' };
  const read = (fields: Record<string, string>) => readSchedule(new URLSearchParams({ ...good, ...fields }), words);

  test('is read as Jakarta time', () => {
    expect(read({})).toEqual({
      ok: true,
      request: {
        startsAt: '2026-12-01T02:00:00.000Z',
        endsAt: '2026-12-01T04:30:00.000Z',
        place: 'Balai warga',
        trainer: 'Sari',
      },
    });
  });

  test.each([
    [{ date: '' }, { date: words.date }],
    [{ starts: '' }, { starts: words.time }],
    [{ ends: 'x' }, { ends: words.time }],
    [{ ends: '09:00' }, { ends: words['end-before-start'] }],
    [{ place: 'ab' }, { place: words.place }],
    [{ trainer: 'a' }, { trainer: words.trainer }],
  ])('%j is said at the field', (fields, errors) => {
    expect(errorsOf(read(fields as Record<string, string>))).toEqual(errors);
  });
});

describe('attendance', () => {
  const participants = [
    { lineId: `${id}.1`, msmeId: 'gen-0000001', msmeName: 'Satu', seats: 4, attended: null },
    { lineId: `${id}.2`, msmeId: 'gen-0000002', msmeName: 'Dua', seats: 2, attended: null },
  ];
  const training = { participants } as unknown as TrainingView;
  const read = (fields: Record<string, string>) => readAttendance(new URLSearchParams(fields), training, words, String);

  test('takes who is filled in, nobody having come included', () => {
    expect(read({ 'attended.gen-0000001': '0' })).toEqual({
      errors: new Map(),
      attended: [{ msmeId: 'gen-0000001', attended: 0 }],
    });
    expect(read({ 'attended.gen-0000002': '2' }).attended).toEqual([{ msmeId: 'gen-0000002', attended: 2 }]);
  });

  test('refuses more than the seats, what is no number, and nothing at all', () => {
    expect(read({ 'attended.gen-0000002': '3' }).errors).toEqual(
      new Map([['attended.gen-0000002', words.attended('2')]]),
    );
    expect(read({ 'attended.gen-0000001': 'all' }).errors).toEqual(
      new Map([['attended.gen-0000001', words.attended('4')]]),
    );
    expect(read({}).errors).toEqual(new Map([['', words.nothing]]));
  });
});
