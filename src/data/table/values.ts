/** What the text of a cell means. */

const missing = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '?', '#n/a']);

/** Empty, NA, N/A, NaN, null, None, ? or #N/A, however they are capitalised. */
export function isMissing(value: string | number | null | undefined): value is null | undefined | '' {
  if (value === null || value === undefined) return true;
  if (typeof value === 'number') return Number.isNaN(value);
  return value.length <= 8 && missing.has(value.trim().toLowerCase());
}

const plain = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const comma = /^[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?$/;

/** A finite number, or NaN. With the decimal ",", "1,5" is 1.5 and "1.5" is not a number, so that nothing is guessed. */
export function parseNumber(text: string, decimal: '.' | ',' = '.'): number {
  const t = text.trim();
  if (decimal === ',') {
    if (comma.test(t)) return finite(Number(t.replace(',', '.')));
    return t.includes('.') ? Number.NaN : parseNumber(t);
  }
  return plain.test(t) ? finite(Number(t)) : Number.NaN;
}

/** "1,5" but not "1,234,567" and not "15". */
export function looksLikeCommaDecimal(text: string): boolean {
  return comma.test(text.trim());
}

function finite(x: number): number {
  return Number.isFinite(x) ? x : Number.NaN;
}

/** Half of what should be names of columns are numbers: the file has no header. */
export function lookLikeData(names: readonly string[]): boolean {
  return names.length > 0 && names.filter(n => !Number.isNaN(parseNumber(n))).length * 2 >= names.length;
}
