/** What the text of a cell means. */

/**
 * What pandas' read_csv takes for a missing value, in these spellings and no others: "None" is nothing, but "none" may be
 * a kind. And "?", as the tables of the UCI repository have it.
 */
const missing = new Set(
  [
    '',
    '#N/A',
    '#N/A N/A',
    '#NA',
    '-1.#IND',
    '-1.#QNAN',
    '-NaN',
    '-nan',
    '1.#IND',
    '1.#QNAN',
    '<NA>',
    'N/A',
  ].concat(['NA', 'NULL', 'NaN', 'None', 'n/a', 'nan', 'null', '?']),
);

/** Nothing, or what pandas takes for nothing. */
export function isMissing(value: string | number | null | undefined): value is null | undefined | '' {
  if (value === null || value === undefined) return true;
  if (typeof value === 'number') return Number.isNaN(value);
  return value.length <= 16 && missing.has(value.trim());
}

const plain = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const comma = /^[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?$/;
/** Thousands set apart, where that cannot be a decimal: 1,234,567 and 1,234.50; 1'234; 1 234 567. */
const grouped =
  /^[+-]?\d{1,3}(?:(?:,\d{3}){2,}(?:\.\d*)?|(?:,\d{3})+\.\d*|(?:['’\u00a0\u202f]\d{3})+(?:\.\d*)?|(?: \d{3}){2,}(?:\.\d*)?|(?: \d{3})+\.\d*)$/;
/** The same where the comma is the decimal: 1.234,50 and 1.234. */
const groupedComma = /^[+-]?\d{1,3}(?:(?:\.\d{3})+|(?:['’\u00a0\u202f ]\d{3})+)(?:,\d*)?$/;
const between = /[,'’\u00a0\u202f ]/g;
const signed = /^([+-]?) ?([$€£¥₹₩]) ?(?=[\d.,])|(?<=[\d.,])[ \u00a0]?([%$€£¥₹₩])$/;

/** The sign of money or of a percentage that a number stands with; undefined without one. */
export function signOf(text: string): string | undefined {
  const found = signed.exec(text.trim());
  return found ? (found[2] ?? found[3]) : undefined;
}

/** A number without such a sign. */
function bare(text: string): string {
  return text.trim().replace(signed, '$1');
}

/**
 * A finite number, or NaN. With the decimal ",", "1,5" is 1.5 and "1.5" is not a number, so that nothing is guessed.
 * "$1,234.50" is 1234.5 and "58 %" is 58; "1,234" alone could be either and is none.
 */
export function parseNumber(text: string, decimal: '.' | ',' = '.'): number {
  const t = text.trim();
  // Most cells are numbers as they are, or begin as none.
  if (decimal === '.' && plain.test(t)) return finite(Number(t));
  if (decimal === ',' && comma.test(t)) return finite(Number(t.replace(',', '.')));
  if (!/[\d,.%]$/.test(t) && signOf(t) === undefined) return Number.NaN;
  const b = bare(t);
  if (decimal === ',') {
    if (comma.test(b)) return finite(Number(b.replace(',', '.')));
    if (groupedComma.test(b)) return finite(Number(b.replace(/[.'’\u00a0\u202f ]/g, '').replace(',', '.')));
    return b.includes('.') ? Number.NaN : parseNumber(b);
  }
  if (plain.test(b)) return finite(Number(b));
  return grouped.test(b) ? finite(Number(b.replace(between, ''))) : Number.NaN;
}

/** "1,5" and "1.234,50" but not "1,234,567" and not "15". */
export function looksLikeCommaDecimal(text: string): boolean {
  const b = bare(text);
  return comma.test(b) || (b.includes(',') && groupedComma.test(b));
}

/** "1.234": a thousand where the comma is the decimal. NaN for others. */
export function asThousands(text: string): number {
  const b = bare(text);
  return /^[+-]?\d{1,3}(\.\d{3})+$/.test(b) ? Number(b.replaceAll('.', '')) : Number.NaN;
}

function finite(x: number): number {
  return Number.isFinite(x) ? x : Number.NaN;
}

/** Half of what should be names of columns are numbers: the file has no header. */
export function lookLikeData(names: readonly string[]): boolean {
  return names.length > 0 && names.filter(n => !Number.isNaN(parseNumber(n))).length * 2 >= names.length;
}
