/** Dates and times as text. */

/** In which order a date names year (y), month (m) and day (d). */
export type DateOrder = 'ymd' | 'dmy' | 'mdy';

const iso =
  /^(\d{4})([-/.])(\d\d?)\2(\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d(?:[.,]\d+)?))?)?\s*(Z|[+-]\d\d:?\d\d)?$/;
const local = /^(\d\d?)([-/.])(\d\d?)\2(\d{4})(?:[T ](\d\d?):(\d\d)(?::(\d\d(?:[.,]\d+)?))?)?$/;

/** Milliseconds since 1970, or NaN. Without a zone a time is taken as UTC, so that it is the same on every machine. */
export function parseDate(text: string, order: DateOrder = 'ymd'): number {
  const t = text.trim();
  if (order === 'ymd') {
    const m = iso.exec(t);
    return m ? utc(m[1]!, m[3]!, m[4]!, m[5], m[6], m[7], m[8]) : Number.NaN;
  }
  const m = local.exec(t);
  if (!m) return Number.NaN;
  const [day, month] = order === 'dmy' ? [m[1]!, m[3]!] : [m[3]!, m[1]!];
  return utc(m[4]!, month, day, m[5], m[6], m[7]);
}

function utc(
  year: string,
  month: string,
  day: string,
  hour = '0',
  minute = '0',
  second = '0',
  zone = 'Z',
): number {
  const at = Date.UTC(+year, +month - 1, +day);
  const date = new Date(at);
  // Date.UTC takes the 31st of February for the 3rd of March.
  if (date.getUTCMonth() !== +month - 1 || date.getUTCDate() !== +day || +hour > 24 || +minute > 59)
    return Number.NaN;
  const seconds = Number(second.replace(',', '.'));
  const offset = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  const minutes = offset ? (offset[1] === '-' ? -1 : 1) * (+offset[2]! * 60 + +offset[3]!) : 0;
  return at + (+hour * 60 + +minute - minutes) * 60_000 + seconds * 1000;
}

/**
 * The orders in which all of these texts are dates: none for what is no column of dates; two where days and months
 * cannot be told apart, as in 03/04/2025 ("/" is then read in the American way, "." and "-" in the European).
 */
export function dateOrders(texts: Iterable<string>): DateOrder[] {
  let orders: DateOrder[] = ['ymd', 'dmy', 'mdy'];
  let first: string | undefined;
  for (const text of texts) {
    if (text.length > 40) return [];
    first ??= text;
    orders = orders.filter(o => !Number.isNaN(parseDate(text, o)));
    if (orders.length === 0) return [];
  }
  if (first === undefined) return [];
  return orders.length === 2 && first.includes('/') ? orders.reverse() : orders;
}

/** What a date is turned into: a number for each part. */
export const dateParts = ['days', 'month', 'day', 'weekday', 'hour'] as const;
export type DatePart = (typeof dateParts)[number];

/** Days since 1970-01-01, month 1 to 12, day of the month, weekday (Monday is 0), hour with its fraction; all in UTC. */
export function datePart(milliseconds: number, part: DatePart): number {
  const date = new Date(milliseconds);
  switch (part) {
    case 'days':
      return Math.floor(milliseconds / 86_400_000);
    case 'month':
      return date.getUTCMonth() + 1;
    case 'day':
      return date.getUTCDate();
    case 'weekday':
      return (date.getUTCDay() + 6) % 7;
    case 'hour':
      return (((milliseconds % 86_400_000) + 86_400_000) % 86_400_000) / 3_600_000;
    default:
      return part satisfies never;
  }
}
