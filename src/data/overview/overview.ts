/** What a data set looks like as a whole: columns, distributions, what goes together, balance of the parts, and what to beware of. */
import type { Dataset, Modality, Split } from '../dataset';
import { cellName } from '../series/preparation';
import { quantileOf } from '../table/scaling';
import { correlationRatio, cramersV, pearson } from './statistics';
import { type DataWarning, warningsOf } from './warnings';

export const parts = ['train', 'valid', 'test'] as const;

/** Counts by part. */
export type ByPart<T> = Record<Split, T>;

export interface ColumnOverview {
  name: string;
  kind: 'number' | 'category';
  role: 'feature' | 'target' | 'other';
  /** Rows looked at without a value. */
  missing: number;
  distinct: number;
  /** Of numbers. */
  numbers?: { mean: number; std: number; min: number; q1: number; median: number; q3: number; max: number };
  /** Of numbers: bins between `edges`. */
  histogram?: { edges: readonly number[]; counts: ByPart<readonly number[]> };
  /** Of series: its values in the order of time, several series one behind the other; null where there is none. */
  course?: readonly (number | null)[];
  /** Of categories: the most frequent ones, and how many rows have others. */
  categories?: { names: readonly string[]; counts: ByPart<readonly number[]>; others: number };
  /** Population stability index between training and test; absent where there are too few rows. */
  drift?: number;
}

export interface DataOverview {
  name: string;
  modality: Modality;
  sampleShape: readonly number[];
  rows: ByPart<number>;
  /** Rows looked at: of large data sets evenly spaced ones. */
  looked: number;
  target: string;
  columns: readonly ColumnOverview[];
  /** Columns beyond those that are described. */
  moreColumns: number;
  /** Pearson's r of numbers, the correlation ratio of a number and categories, Cramér's V of categories. */
  association?: { names: readonly string[]; values: readonly (number | null)[] };
  warnings: readonly DataWarning[];
  notes: readonly string[];
}

/** More rows tell no more about distributions. */
const mostRows = 20_000;
const mostColumns = 2_000;
const mostAssociated = 40;
const bins = 20;
const mostCategories = 12;

/** A column's values in the rows that were looked at. */
export interface Values {
  name: string;
  kind: 'number' | 'category';
  role: ColumnOverview['role'];
  /** Of numbers; NaN where missing. */
  numbers?: Float64Array;
  /** Of categories: place in `texts`, -1 where missing. */
  codes?: Int32Array;
  texts?: string[];
}

/** @param wait lets others get their turn; called every few thousand cells. */
export async function overviewOf(dataset: Dataset, wait?: () => Promise<void>): Promise<DataOverview> {
  const rows = looked(dataset);
  const splits: Split[] = [];
  const { values: all, more } = await columnsOf(dataset, rows, splits, wait);
  const described = all.map(v => describe(v, splits));
  const warnings = warningsOf(dataset, all, described, splits, rows);
  const { values, columns } = timed(dataset, all, described);
  return {
    name: dataset.name,
    modality: dataset.modality,
    sampleShape: dataset.sampleShape,
    rows: {
      train: dataset.splits.train.length,
      valid: dataset.splits.valid.length,
      test: dataset.splits.test.length,
    },
    looked: rows.length,
    target: dataset.target.name,
    columns,
    moreColumns: more,
    ...associations(values),
    warnings,
    // Said once.
    notes: dataset.notes.filter(note => !warnings.some(w => w.message === note)),
  };
}

/** Of series the newest moment of each window stands for its column, which is drawn over time too. */
function timed(
  dataset: Dataset,
  values: readonly Values[],
  columns: readonly ColumnOverview[],
): { values: readonly Values[]; columns: readonly ColumnOverview[] } {
  if (dataset.modality !== 'series') return { values, columns };
  const columnOf = new Map(dataset.features.map(f => [f.name, f.from ?? f.name]));
  const kept = values.flatMap((v, i) => {
    const name = columnOf.get(v.name);
    if (name !== undefined && v.name !== cellName(name, 0)) return [];
    const own = { ...v, name: name ?? v.name };
    const course = v.numbers && { course: courseOf(v.numbers) };
    return [{ values: own, column: { ...columns[i]!, name: own.name, ...course } }];
  });
  return { values: kept.map(k => k.values), columns: kept.map(k => k.column) };
}

const mostInCourse = 200;

/** Means of neighbouring values, as many as a line can show. */
function courseOf(numbers: Float64Array): (number | null)[] {
  const n = Math.min(mostInCourse, numbers.length);
  return Array.from({ length: n }, (_, i) => {
    const own = numbers
      .subarray(Math.floor((i * numbers.length) / n), Math.floor(((i + 1) * numbers.length) / n))
      .filter(x => !Number.isNaN(x));
    return own.length > 0 ? own.reduce((a, b) => a + b, 0) / own.length : null;
  });
}

/** Rows of all parts in proportion, evenly spaced. */
function looked({ splits }: Dataset): Int32Array {
  const total = parts.reduce((n, p) => n + splits[p].length, 0);
  const step = Math.max(1, total / mostRows);
  const out: number[] = [];
  for (const part of parts)
    for (let i = 0; i < splits[part].length; i += step) out.push(splits[part][Math.floor(i)]!);
  // In the source's order: what is on the disk is read from one end to the other.
  return Int32Array.from(out).sort();
}

async function columnsOf(
  dataset: Dataset,
  rows: Int32Array,
  splits: Split[],
  wait: (() => Promise<void>) | undefined,
): Promise<{ values: Values[]; more: number }> {
  const cells = new Map<string, (string | number | null)[]>();
  const targets: (string | number | null)[] = [];
  const skipped = new Set<string>();
  for (const [i, row] of rows.entries()) {
    const sample = dataset.raw(row);
    splits.push(sample.split);
    targets.push(sample.target);
    for (const [name, value] of Object.entries(sample.values)) {
      let column = cells.get(name);
      if (!column) {
        if (cells.size >= mostColumns) {
          skipped.add(name);
          continue;
        }
        column = new Array<string | number | null>(rows.length).fill(null);
        cells.set(name, column);
      }
      column[i] = value;
    }
    if (i % 500 === 499) await wait?.();
  }
  const features = new Set(dataset.features.flatMap(f => [f.name, f.from ?? f.name]));
  const values = [...cells].map(([name, column]) =>
    valuesOf(name, column, features.has(name) ? 'feature' : 'other'),
  );
  const target = valuesOf(
    dataset.target.name,
    targets,
    'target',
    dataset.target.kind === 'classes' ? 'category' : 'number',
  );
  return { values: [target, ...values], more: skipped.size };
}

function valuesOf(
  name: string,
  cells: readonly (string | number | null)[],
  role: Values['role'],
  as?: Values['kind'],
): Values {
  const there = cells.filter(c => c !== null);
  const kind = as ?? (there.length > 0 && there.every(c => typeof c === 'number') ? 'number' : 'category');
  if (kind === 'number')
    return {
      name,
      kind,
      role,
      numbers: Float64Array.from(cells, c => (c === null ? Number.NaN : Number(c))),
    };
  const places = new Map<string, number>();
  const codes = Int32Array.from(cells, c => {
    if (c === null) return -1;
    const text = String(c);
    let place = places.get(text);
    if (place === undefined) {
      place = places.size;
      places.set(text, place);
    }
    return place;
  });
  return { name, kind, role, codes, texts: [...places.keys()] };
}

function describe(v: Values, splits: readonly Split[]): ColumnOverview {
  const base = { name: v.name, kind: v.kind, role: v.role };
  if (v.numbers) {
    const sorted = v.numbers.filter(x => !Number.isNaN(x)).sort();
    const missing = v.numbers.length - sorted.length;
    const distinct = sorted.reduce((n, x, i) => (i === 0 || x !== sorted[i - 1] ? n + 1 : n), 0);
    if (sorted.length === 0) return { ...base, missing, distinct };
    const mean = sorted.reduce((a, b) => a + b, 0) / sorted.length;
    const std = Math.sqrt(sorted.reduce((s, x) => s + (x - mean) ** 2, 0) / sorted.length);
    const [min, q1, median, q3, max] = [0, 0.25, 0.5, 0.75, 1].map(p => quantileOf(sorted, p)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const edges = edgesOf(min, max, distinct);
    const counts = byPart(() => new Array<number>(edges.length - 1).fill(0));
    v.numbers.forEach((x, i) => {
      if (!Number.isNaN(x)) counts[splits[i]!][binOf(x, edges)]!++;
    });
    return {
      ...base,
      missing,
      distinct,
      numbers: { mean, std, min, q1, median, q3, max },
      histogram: { edges, counts },
    };
  }
  const { codes, texts } = v as Required<Values>;
  const totals = new Array<number>(texts.length).fill(0);
  let missing = 0;
  for (const c of codes) {
    if (c < 0) missing++;
    else totals[c]!++;
  }
  const order = totals.map((_, i) => i).sort((a, b) => totals[b]! - totals[a]! || a - b);
  // Classes keep their order, all of them as far as there is room.
  const shown = order.slice(0, v.role === 'target' ? 40 : mostCategories);
  const place = new Map(shown.map((c, i) => [c, i]));
  const counts = byPart(() => new Array<number>(shown.length).fill(0));
  let others = 0;
  codes.forEach((c, i) => {
    if (c < 0) return;
    const at = place.get(c);
    if (at === undefined) others++;
    else counts[splits[i]!][at]!++;
  });
  return {
    ...base,
    missing,
    distinct: texts.length,
    categories: { names: shown.map(c => texts[c]!.slice(0, 80)), counts, others },
  };
}

export function byPart<T>(make: () => T): ByPart<T> {
  return { train: make(), valid: make(), test: make() };
}

/** Of whole numbers with few values a bin each. */
function edgesOf(min: number, max: number, distinct: number): number[] {
  if (min === max) return [min - 0.5, max + 0.5];
  const whole = Number.isInteger(min) && Number.isInteger(max) && max - min < bins && distinct <= bins;
  const n = whole ? max - min + 1 : bins;
  const low = whole ? min - 0.5 : min;
  const high = whole ? max + 0.5 : max;
  return Array.from({ length: n + 1 }, (_, i) => low + ((high - low) * i) / n);
}

function binOf(x: number, edges: readonly number[]): number {
  const n = edges.length - 1;
  const at = Math.floor(((x - edges[0]!) / (edges[n]! - edges[0]!)) * n);
  return Math.max(0, Math.min(n - 1, at));
}

function associations(values: readonly Values[]): Pick<DataOverview, 'association'> {
  const chosen = values
    .filter(v => v.role !== 'other' && (v.numbers || (v.texts!.length > 1 && v.texts!.length <= 200)))
    .slice(0, mostAssociated);
  if (chosen.length < 2) return {};
  const n = chosen.length;
  const out = new Array<number | null>(n * n).fill(null);
  for (let i = 0; i < n; i++)
    for (let j = i; j < n; j++) {
      const x = association(chosen[i]!, chosen[j]!);
      out[i * n + j] = Number.isNaN(x) ? null : x;
      out[j * n + i] = out[i * n + j]!;
    }
  return { association: { names: chosen.map(c => c.name), values: out } };
}

export function association(a: Values, b: Values): number {
  if (a.numbers && b.numbers) return pearson(a.numbers, b.numbers);
  if (a.codes && b.codes) return cramersV(a.codes, b.codes);
  return a.codes ? correlationRatio(a.codes, b.numbers!) : correlationRatio(b.codes!, a.numbers!);
}
