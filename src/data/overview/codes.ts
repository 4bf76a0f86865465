/** Columns of numbers that may be codes of kinds: 1 for one, 2 for another. */
import { listed } from '../../model/suggest';
import type { Values } from './overview';
import { correlationRatio, pearson } from './statistics';

/** Fewer rows do not tell kinds from amounts. */
const leastRows = 50;
const mostCodes = 8;

/** What people call columns whose numbers count nothing. */
const named =
  /^(race|sex|gender|ethnic\w*|type|kind|class|category|group|region|zone|origin|season|month|week_?day|day_?of_?week|colou?r|marital\w*|occupation|workclass|religion|cluster|department|rep|cp|thal|rest_?ecg|slope)$|(^|[a-z_. ])(code|type|kind|category|class|cat|group)$/i;

/**
 * Whether the numbers look like codes: few, whole, without gaps from 0 or 1; and either the name says so, or the target's
 * means do not lie along a line. "number" columns of a table alone.
 *
 * @returns what is said of it.
 */
export function codesIn(v: Values, target: Values): string | undefined {
  const x = v.numbers;
  if (!x || x.length < leastRows) return undefined;
  const found = new Set<number>();
  for (const value of x) {
    if (Number.isNaN(value)) continue;
    if (!Number.isInteger(value) || value < 0 || value > mostCodes) return undefined;
    found.add(value);
  }
  const codes = [...found].sort((a, b) => a - b);
  if (codes.length < 3 || codes[0]! > 1 || codes.at(-1)! - codes[0]! >= codes.length) return undefined;
  const byName = named.test(v.name);
  const bent = byName ? undefined : bend(x, codes, target);
  if (!byName && bent === undefined) return undefined;
  const why = bent
    ? `, and "${target.name}" does not rise or fall with them: as kinds they explain ${percent(bent.kinds)} of it, as amounts ${percent(bent.amount)}`
    : '';
  return `"${v.name}" is ${listed(codes.map(String)).replaceAll('"', '')} in every row${why}. If these are codes of kinds and not amounts, list "${v.name}" in data.categories; as a number, ${codes.at(-1)} counts as more than ${codes[0]}.`;
}

const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/**
 * The share of the target that the codes explain as kinds (eta squared) and as an amount (r squared), of the class for which
 * they differ most; nothing unless a test of the linear fit finds the difference unlikely by chance (p < 0.001) and it is
 * more than 2 %.
 */
function bend(
  x: Float64Array,
  codes: readonly number[],
  target: Values,
): { kinds: number; amount: number } | undefined {
  let best: { kinds: number; amount: number } | undefined;
  const kind = x.map(code => (Number.isNaN(code) ? -1 : code));
  for (const y of sides(target)) {
    const n = x.filter((code, i) => !Number.isNaN(code) && !Number.isNaN(y[i]!)).length;
    const amount = pearson(x, y) ** 2;
    if (Number.isNaN(amount)) continue;
    const kinds = correlationRatio(kind, y) ** 2;
    const free = codes.length - 2;
    const f = (kinds - amount) / free / ((1 - kinds) / Math.max(1, n - codes.length));
    if (kinds - amount > 0.02 && f > critical(free) && kinds - amount > (best ? best.kinds - best.amount : 0))
      best = { kinds, amount };
  }
  return best;
}

/** The target as a number, or for each of up to ten classes whether it is that. */
function sides({ numbers, codes }: Values): ArrayLike<number>[] {
  if (numbers) return [numbers];
  const classes = [...new Set(codes)].slice(0, 10);
  return classes.map(c => codes!.map(code => (code === c ? 1 : 0)));
}

/** Of F with so many degrees of freedom and many more below, for p = 0.001 (chi squared divided by them). */
const critical = (free: number) => [10.83, 6.91, 5.42, 4.62, 4.1, 3.74, 3.47][free - 1] ?? 3.47;
