import type { PackageOfHelp } from '@ksbb/contracts';
import { type Language, textsIn } from './language.ts';

const TIME_ZONE = 'Asia/Jakarta';
const locales: Record<Language, string> = { id: 'id-ID', en: 'en-GB' };

export type Format = ReturnType<typeof createFormat>;

/** Numbers, money and times as people in Jakarta read them, in one language. Times are shown in Asia/Jakarta. */
export function createFormat(language: Language) {
  const locale = locales[language];
  const { unit } = textsIn(language);
  const number = new Intl.NumberFormat(locale);
  const money = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: 'IDR',
    currencyDisplay: 'narrowSymbol',
    maximumFractionDigits: 0,
  });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: TIME_ZONE });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: TIME_ZONE });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone: TIME_ZONE });
  const count = (value: number) => number.format(value);
  const rupiah = (value: number) => money.format(value);
  return {
    count,
    rupiah,
    /** A date such as `2026-12-26`, or a time in UTC. */
    date: (text: string) => date.format(new Date(text.length === 10 ? `${text}T00:00:00+07:00` : text)),
    dateTime: (text: string) => `${dateTime.format(new Date(text))} WIB`,
    timeOfDay: (text: string) => `${time.format(new Date(text))} WIB`,
    /** An amount in the unit of its package: pieces, rupiah or seats. */
    amount: (of: PackageOfHelp, value: number) =>
      of === 'capital'
        ? rupiah(value)
        : `${count(value)} ${(of === 'goods' ? unit.goods : unit.seats)[value === 1 ? 'one' : 'many']}`,
  };
}

const formats: Record<Language, Format> = { id: createFormat('id'), en: createFormat('en') };

export function formatIn(language: Language): Format {
  return formats[language];
}
