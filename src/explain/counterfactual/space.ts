/** The space that changed rows live in: raw values by column, what may change, and how far two rows are apart. */
import type { Dataset, FeatureInfo } from '../../data/dataset';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';

export type Cell = string | number | null;
/** One row: a cell for each feature, in the features' order. */
export type Row = readonly Cell[];

export interface Constraints {
  /** Columns that stay as they are. */
  fixed?: readonly string[];
  /** Columns of numbers that may only grow, or only fall. */
  increase?: readonly string[];
  decrease?: readonly string[];
  /** Columns whose groups are to be treated alike: they stay too, unless another list here names them. */
  sensitive?: readonly string[];
  /** Columns that may change although they are sensitive. */
  free?: readonly string[];
}

export interface Axis {
  feature: FeatureInfo;
  /** Median absolute deviation of the training rows, or their standard deviation where that is 0. */
  scale: number;
  low: number;
  high: number;
  /** Digits after the point that the column is written with. */
  decimals: number;
  fixed: boolean;
  direction: -1 | 0 | 1;
}

/** More training rows than these are sampled evenly: they are looked through for every candidate. */
const mostRows = 600;

export class Space {
  readonly axes: readonly Axis[];
  /** Training rows. */
  readonly rows: readonly Row[];
  /** Columns that stay because they are sensitive, and nothing else was said of them. */
  readonly kept: readonly string[];
  /** 95 % of training rows have another one as near as this. */
  readonly typicalDistance: number;

  /** @throws bad-request for data that are no table, and constraints that name no feature or leave none free. */
  constructor(
    private readonly dataset: Dataset,
    constraints: Constraints,
  ) {
    if (dataset.modality !== 'table' || dataset.features.length > 300)
      throw new VitrineError(
        'bad-request',
        `Changed values that people can act on are for tables; ${dataset.name} is ${dataset.modality === 'table' ? 'too wide a one' : `of the kind "${dataset.modality}"`}. See how far its inputs must be disturbed with vitrine robustness.`,
      );
    const { train } = dataset.splits;
    const step = Math.max(1, Math.ceil(train.length / mostRows));
    this.rows = Array.from(
      train.filter((_, i) => i % step === 0),
      row => this.rowOf(dataset.raw(row).values),
    );
    this.check(constraints);
    const { fixed = [], increase = [], decrease = [], free = [], sensitive = [] } = constraints;
    const said = new Set([...fixed, ...increase, ...decrease, ...free]);
    this.kept = dataset.features.map(f => f.name).filter(name => sensitive.includes(name) && !said.has(name));
    this.axes = dataset.features.map((feature, j) => {
      const numbers = this.rows.map(r => r[j]).filter(v => typeof v === 'number');
      return {
        feature,
        ...spreadOf(numbers),
        decimals: Math.min(
          8,
          numbers.reduce((most, x) => Math.max(most, decimalsOf(x)), 0),
        ),
        fixed: fixed.includes(feature.name) || this.kept.includes(feature.name),
        direction: increase.includes(feature.name) ? 1 : decrease.includes(feature.name) ? -1 : 0,
      };
    });
    if (this.axes.every(a => a.fixed))
      throw new VitrineError('bad-request', 'All columns are fixed: nothing is left that could change.');
    const every = Math.max(1, Math.floor(this.rows.length / 150));
    const distances = this.rows
      .filter((_, i) => i % every === 0)
      .map(r => this.nearestTo(r, r))
      .filter(Number.isFinite)
      .sort((a, b) => a - b);
    this.typicalDistance = distances[Math.floor(0.95 * (distances.length - 1))] ?? Number.POSITIVE_INFINITY;
  }

  rowOf(values: Readonly<Record<string, Cell>>): Row {
    return this.dataset.features.map(f => (Object.hasOwn(values, f.name) ? values[f.name]! : null));
  }

  /** As the data set's own preparation takes it. */
  valuesOf(row: Row): Record<string, Cell> {
    const out: Record<string, Cell> = Object.create(null);
    this.axes.forEach((a, j) => {
      out[a.feature.name] = row[j]!;
    });
    return out;
  }

  /** How far apart two rows are in one column: numbers in units of their usual spread, categories 0 or 1. */
  apart(j: number, a: Cell, b: Cell): number {
    if (a === b) return 0;
    if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) / this.axes[j]!.scale;
    return 1;
  }

  /** Mean over the columns (S. Wachter, B. Mittelstadt, C. Russell, 2017: weighed by the median absolute deviation). */
  distance(a: Row, b: Row): number {
    let sum = 0;
    for (let j = 0; j < a.length; j++) sum += this.apart(j, a[j]!, b[j]!);
    return sum / a.length;
  }

  /** Distance to the nearest training row other than `not`. */
  nearestTo(row: Row, not?: Row): number {
    let best = Number.POSITIVE_INFINITY;
    for (const other of this.rows) if (other !== not) best = Math.min(best, this.distance(row, other));
    return best;
  }

  changed(a: Row, b: Row): number[] {
    return this.axes.flatMap((_, j) => (a[j] === b[j] ? [] : [j]));
  }

  /** The cell nearest to `wanted` that `from` may become: within the training range, in the column's digits. */
  allowed(j: number, from: Cell, wanted: Cell): Cell {
    const axis = this.axes[j]!;
    if (axis.fixed || wanted === null || wanted === from) return from;
    if (axis.feature.kind === 'category') {
      const text = String(wanted);
      return axis.feature.categories?.includes(text) ? text : from;
    }
    if (typeof wanted !== 'number') return from;
    const x = Number(Math.min(axis.high, Math.max(axis.low, wanted)).toFixed(axis.decimals));
    if (typeof from === 'number' && axis.direction * (x - from) < 0) return from;
    return x;
  }

  private check({ fixed = [], increase = [], decrease = [], free = [] }: Constraints): void {
    const names = this.dataset.features.map(f => f.name);
    for (const name of [...fixed, ...increase, ...decrease, ...free]) {
      if (names.includes(name)) continue;
      const near = nearest(name, names);
      throw new VitrineError(
        'bad-request',
        `"${name}" is no column that the model predicts from.${near ? ` Did you mean "${near}"?` : ''} It has ${listed(names)}.`,
      );
    }
    for (const name of free)
      if (fixed.includes(name))
        throw new VitrineError(
          'bad-request',
          `"${name}" is to stay and free at once: name it in one of them.`,
        );
    for (const name of [...increase, ...decrease]) {
      if (this.dataset.features.find(f => f.name === name)!.kind === 'category')
        throw new VitrineError('bad-request', `"${name}" has categories, which neither grow nor fall.`);
      if (increase.includes(name) && decrease.includes(name))
        throw new VitrineError('bad-request', `"${name}" may only grow and only fall at once: use fixed.`);
    }
  }
}

function spreadOf(numbers: readonly number[]): { scale: number; low: number; high: number } {
  if (numbers.length === 0) return { scale: 1, low: 0, high: 0 };
  const sorted = Float64Array.from(numbers).sort();
  const median = sorted[Math.floor(sorted.length / 2)]!;
  const deviations = Float64Array.from(sorted, x => Math.abs(x - median)).sort();
  const mad = deviations[Math.floor(deviations.length / 2)]!;
  const mean = sorted.reduce((a, b) => a + b, 0) / sorted.length;
  const std = Math.sqrt(sorted.reduce((s, x) => s + (x - mean) ** 2, 0) / sorted.length);
  return { scale: mad || std || 1, low: sorted[0]!, high: sorted.at(-1)! };
}

function decimalsOf(x: number): number {
  const [, digits = '', exponent = '0'] = /\.(\d+)(?:e(-?\d+))?$/.exec(String(x)) ?? [];
  return Math.max(0, digits.length - Number(exponent));
}
