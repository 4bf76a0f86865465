/** Dates and times as text. */

/** In which order a date names year (y), month (m) and day (d). */
export type DateOrder = 'ymd' | 'dmy' | 'mdy';

const iso =
  /^(\d{4})([-/.])(\d\d?)\2(\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d(?:[.,]\d+)?))?)?\s*(Z|[+-]\d\d:?\d\d)?$/;
const local =
  /^(\d\d?)([-/.])(\d\d?)\2(\d{4})(?:,?[T ](\d\d?):(\d\d)(?::(\d\d(?:[.,]\d+)?))?(?: ?([ap])\.?m\.?)?)?$/i;

/** Where the month has a name there is one way to read it: 5 Mar 2024, 05-Mar-2024, March 5, 2024; 2024年3月5日. */
const clock = String.raw`(?:,?[T ]+(\d\d?):(\d\d)(?::(\d\d(?:[.,]\d+)?))?)?`;
const dayMonth = new RegExp(
  String.raw`^(\d\d?)(?:st|nd|rd|th)?[-. ]+([a-z]{3,9})[-., ]+(\d{4})${clock}$`,
  'i',
);
const monthDay = new RegExp(String.raw`^([a-z]{3,9})[. ]+(\d\d?)(?:st|nd|rd|th)?,? +(\d{4})${clock}$`, 'i');
const han =
  /^(\d{4}) *年 *(\d\d?) *月 *(\d\d?) *[日号](?: *(\d\d?)(?::|时|點|点)(\d\d)(?:(?::|分)(\d\d))?[分秒]?)?$/;
const months = 'january february march april may june july august september october november december'.split(
  ' ',
);

/** Month and name: the first three letters, or all, and "sept". */
function monthNamed(name: string): string {
  const n = name.toLowerCase();
  return String(months.findIndex(m => m === n || m.slice(0, 3) === n || (n === 'sept' && m[0] === 's')) + 1);
}

function unmistakable(t: string): number | undefined {
  const a = dayMonth.exec(t);
  if (a) return utc(a[3]!, monthNamed(a[2]!), a[1]!, a[4], a[5], a[6]);
  const b = monthDay.exec(t);
  if (b) return utc(b[3]!, monthNamed(b[1]!), b[2]!, b[4], b[5], b[6]);
  const c = han.exec(t);
  return c ? utc(c[1]!, c[2]!, c[3]!, c[4], c[5], c[6]) : undefined;
}

/** Milliseconds since 1970, or NaN. Without a zone a time is taken as UTC, so that it is the same on every machine. */
export function parseDate(text: string, order: DateOrder = 'ymd'): number {
  const t = text.trim();
  if (order === 'ymd') {
    const m = iso.exec(t);
    return m ? utc(m[1]!, m[3]!, m[4]!, m[5], m[6], m[7], m[8]) : (unmistakable(t) ?? Number.NaN);
  }
  const m = local.exec(t);
  if (!m) return Number.NaN;
  const [day, month] = order === 'dmy' ? [m[1]!, m[3]!] : [m[3]!, m[1]!];
  const hour = m[8] === undefined ? m[5] : hourOfDay(m[5]!, m[8]);
  return utc(m[4]!, month, day, hour, m[6], m[7]);
}

/** Of a clock with twelve hours; 12 a.m. is midnight. */
function hourOfDay(hour: string, half: string): string {
  if (+hour < 1 || +hour > 12) return '99';
  return String((+hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0));
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

/** The form that most of these texts are dates of, and the first that is none of it. */
export function strayDate(texts: readonly string[]): { order: DateOrder; stray: string } | undefined {
  for (const order of ['ymd', 'dmy', 'mdy'] as const) {
    const strays = texts.filter(t => Number.isNaN(parseDate(t, order)));
    if (strays.length > 0 && strays.length * 2 < texts.length) return { order, stray: strays[0]! };
  }
  return undefined;
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
