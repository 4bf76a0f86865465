/** What a chart of curves is given, what it says in words, and how its axes are divided. */
import { formatNumber } from '../logic/numbers';
import { t } from '../strings';

export interface Series {
  label: string;
  /** Places on the axis, ascending; each series has its own. */
  x: ArrayLike<number>;
  values: ArrayLike<number | null | undefined>;
  /** Not in the legend: it is told when the pointer is on its line. */
  unlisted?: boolean;
  /** What a click on the line chooses. */
  id?: string;
  /** A custom property that holds its colour. */
  colour: string;
  /** Behind the others: thin and pale. */
  faint?: boolean;
  dashed?: boolean;
  /** Marks each value. */
  points?: boolean;
}

export interface CurvesProperties {
  title: string;
  xLabel: string;
  series: readonly Series[];
  log?: boolean;
  /** Charts of one key share their cursor. */
  sync?: string;
  format?(value: number): string;
  table?: boolean;
  /** For the ticks of the vertical axis; the numbers as they are if absent. */
  tick?(value: number): string;
  /** A line was clicked. */
  onPick?(id: string): void;
  /** Limits of the vertical axis where they are known, such as [0, 1]. */
  range?: readonly [number | null, number | null];
}

/** True where the same would be drawn: what only calls back may differ. */
export function sameCurves(a: CurvesProperties, b: CurvesProperties): boolean {
  return (
    a.title === b.title &&
    a.xLabel === b.xLabel &&
    a.log === b.log &&
    a.sync === b.sync &&
    a.table === b.table &&
    a.range?.[0] === b.range?.[0] &&
    a.range?.[1] === b.range?.[1] &&
    a.series.length === b.series.length &&
    a.series.every((s, i) => sameSeries(s, b.series[i]!))
  );
}

function sameSeries(a: Series, b: Series): boolean {
  const { x, values, ...look } = a;
  const { x: otherX, values: otherValues, ...otherLook } = b;
  return (
    sameNumbers(x, otherX) &&
    sameNumbers(values, otherValues) &&
    JSON.stringify(look) === JSON.stringify(otherLook)
  );
}

/** Long arrays are the same where they are one object: they are made once from what was recorded. */
function sameNumbers(a: Series['values'], b: Series['values']): boolean {
  if (a === b) return true;
  if (a.length !== b.length || a.length > 500) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

/** In words: where each series starts, ends and has its least value. */
export function summary(p: CurvesProperties): string {
  const format = p.format ?? formatNumber;
  const series = p.series
    .filter(s => !s.faint && !s.unlisted)
    .map(s => {
      const ends = endsOf(s.values);
      if (!ends) return `${s.label} ${t('chart.noValues')}`;
      return t('chart.series', {
        name: s.label,
        first: format(ends.first),
        last: format(ends.last),
        min: format(ends.min),
      });
    });
  return t('chart.summary', { title: p.title, series: series.join('; ') });
}

function endsOf(
  values: ArrayLike<number | null | undefined>,
): { first: number; last: number; min: number } | undefined {
  let found: { first: number; last: number; min: number } | undefined;
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (typeof v !== 'number' || !Number.isFinite(v)) continue;
    if (!found) found = { first: v, last: v, min: v };
    found.last = v;
    if (v < found.min) found.min = v;
  }
  return found;
}

export const wholeSteps = [1, 2, 5]
  .flatMap(m => [0, 1, 2, 3, 4, 5, 6, 7].map(e => m * 10 ** e))
  .sort((a, b) => a - b);

/**
 * The ends of a vertical axis with room around what is drawn. Where a limit is known, such as 1 of a share, the axis ends
 * there: `headroom` beyond it is blank, so that a line along it is seen in full.
 */
export function padded(
  min: number,
  max: number,
  [low, high]: readonly [number | null, number | null],
): [number, number] {
  const pad = (max - min || Math.abs(max) || 1) * 0.08;
  const from = low === null ? min - pad : Math.max(low, min - pad);
  const to = high === null ? max + pad : Math.min(high, max + pad);
  if (from >= to) return [from - 0.5, to + 0.5];
  return [from, to === high ? to + headroom * (to - from) : to];
}

const headroom = 0.03;

/** Places on an axis without those that no value can reach. */
export function reachable(
  places: readonly number[],
  [, high]: readonly [number | null, number | null],
): (number | null)[] {
  return places.map(v => (high !== null && v > high + 1e-9 * Math.abs(high) ? null : v));
}

export function tick(v: number): string {
  const size = Math.abs(v);
  if (v === 0) return '0';
  if (size >= 1e5 || size < 1e-3)
    return v.toExponential(0).replace('e-', 'e−').replace('e+', 'e').replace('-', '−');
  return `${Number(v.toPrecision(4))}`.replace('-', '−');
}

export function formatStep(x: number): string {
  return Number.isInteger(x) ? x.toLocaleString('en-US') : formatNumber(x, 3);
}
