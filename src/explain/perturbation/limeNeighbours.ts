/** The neighbourhoods of LIME, as the linear model and as the network see them. */

import { evenly } from '../../data/evenly';
import { VitrineError } from '../../model/errors';
import type { Random } from '../../model/random';
import type { ExplanationRequest } from '../method';
import type { Unit } from './units';

export interface Neighbours {
  /** The neighbour as the linear model sees it; row 0 is the input itself. */
  rows: Float64Array[];
  distances: Float64Array;
  /** The neighbour as the network sees it. */
  fill(row: number, into: Float32Array): void;
  /** By entry: the input's own place, in standard deviations from the mean, or 1 for its category. */
  lean: Float64Array;
}

interface TableOptions {
  samples: number;
  discretize: 'none' | 'quartile' | 'decile';
  around: 'input' | 'mean';
}

/** How one column varies: draws a value (its entries) and says how the linear model sees it. */
interface Column {
  draw(into: Float32Array, at: number, first: boolean): number;
  /** Seen by whether it is the input's, not by how large it is. */
  same: boolean;
}

/**
 * As LIME's tabular explainer: number columns vary normally around the input (or the mean) with the training rows'
 * deviation and the linear model sees them standardised; categories are drawn by their frequency, and it sees 1 where
 * the category is the input's. Discretised numbers are drawn as categories: a part by its frequency, and in it
 * normally between its ends.
 */
export function table(
  request: ExplanationRequest,
  units: readonly Unit[],
  data: Float32Array,
  { samples, discretize, around }: TableOptions,
  random: Random,
): Neighbours {
  const { dataset } = request;
  if (!dataset || dataset.splits.train.length === 0)
    throw new VitrineError(
      'bad-request',
      'LIME learns from the training rows how columns vary, and there are none.',
    );
  const train = dataset.batch(evenly(dataset.splits.train, 4096)).input;
  const size = data.length;
  const count = train.data.length / size;
  const columns = units.map(({ indices }, u): Column => {
    if (dataset.features[u]?.kind === 'category' || indices.length > 1) {
      return {
        same: true,
        draw(into, at, first) {
          const from = first ? -1 : random.integer(count) * size;
          let same = 1;
          for (const i of indices) {
            into[at + i] = from < 0 ? data[i]! : train.data[from + i]!;
            if (into[at + i] !== data[i]) same = 0;
          }
          return same;
        },
      };
    }
    const i = indices[0]!;
    const values = Float64Array.from({ length: count }, (_, r) => train.data[r * size + i]!);
    return discretize === 'none'
      ? normal(i, values, data[i]!, around, random)
      : binned(i, values, data[i]!, discretize === 'quartile' ? 4 : 10, random);
  });
  const inputs = new Float32Array(samples * size);
  const distances = new Float64Array(samples);
  const rows: Float64Array[] = [];
  for (let r = 0; r < samples; r++) {
    const seen = Float64Array.from(columns, c => c.draw(inputs, r * size, r === 0));
    rows.push(seen);
    distances[r] = Math.sqrt(seen.reduce((sum, v, u) => sum + (v - rows[0]![u]!) ** 2, 0));
  }
  const lean = new Float64Array(size);
  units.forEach(({ indices }, u) => {
    for (const i of indices) lean[i] = columns[u]!.same ? 1 : rows[0]![u]!;
  });
  return {
    rows,
    distances,
    lean,
    fill: (row, into) => into.set(inputs.subarray(row * size, (row + 1) * size)),
  };
}

function normal(
  i: number,
  values: Float64Array,
  own: number,
  around: 'input' | 'mean',
  random: Random,
): Column {
  const mean = meanOf(values);
  // A constant column does not vary among neighbours either, as with scikit-learn's scaler a deviation of 0 counts as 1.
  const deviation = deviationOf(values, mean);
  return {
    same: false,
    draw(into, at, first) {
      into[at + i] = first ? own : (around === 'input' ? own : mean) + random.normal(0, deviation);
      return (into[at + i]! - mean) / (deviation || 1);
    },
  };
}

function binned(i: number, values: Float64Array, own: number, count: number, random: Random): Column {
  const sorted = values.slice().sort();
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const low = Math.floor(place);
    return sorted[low]! + (place - low) * ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!);
  };
  const cuts = [...new Set(Array.from({ length: count - 1 }, (_, k) => at((k + 1) / count)))];
  // A value on a cut belongs below it.
  const binOf = (v: number) => cuts.filter(c => c < v).length;
  const members = Array.from({ length: cuts.length + 1 }, (_, b) => values.filter(v => binOf(v) === b));
  const bins = members.map((within, b) => {
    const mean = within.length > 0 ? meanOf(within) : 0;
    return {
      mean,
      deviation: deviationOf(within, mean),
      low: b === 0 ? sorted[0]! : cuts[b - 1]!,
      high: b === cuts.length ? sorted.at(-1)! : cuts[b]!,
    };
  });
  const ownBin = binOf(own);
  return {
    same: true,
    draw(into, row, first) {
      const bin = first ? ownBin : binOf(values[random.integer(values.length)]!);
      into[row + i] = first ? own : within(bins[bin]!, random);
      return bin === ownBin ? 1 : 0;
    },
  };
}

/** A normal value between two ends. */
function within(
  { mean, deviation, low, high }: { mean: number; deviation: number; low: number; high: number },
  random: Random,
): number {
  for (let tries = 0; deviation > 0 && tries < 100; tries++) {
    const v = random.normal(mean, deviation);
    if (v >= low && v <= high) return v;
  }
  return deviation > 0 ? random.uniform(low, high) : mean;
}

function meanOf(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function deviationOf(values: Float64Array, mean: number): number {
  return values.length > 0
    ? Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length)
    : 0;
}

/** As LIME's image explainer: each part is there or replaced by the baseline, with equal chances. */
export function parts(
  units: readonly Unit[],
  data: Float32Array,
  baseline: Float32Array,
  samples: number,
  random: Random,
): Neighbours {
  const rows = Array.from({ length: samples }, (_, r) =>
    Float64Array.from(units, () => (r === 0 ? 1 : random.integer(2))),
  );
  return switched(rows, units, data, baseline);
}

/** As LIME's text explainer: any number of words, from one to all, is taken away. */
export function words(
  units: readonly Unit[],
  data: Float32Array,
  baseline: Float32Array,
  samples: number,
  random: Random,
): Neighbours {
  const rows = Array.from({ length: samples }, (_, r) => {
    const row = new Float64Array(units.length).fill(1);
    if (r > 0)
      for (const u of random.permutation(units.length).subarray(0, 1 + random.integer(units.length)))
        row[u] = 0;
    return row;
  });
  return switched(rows, units, data, baseline);
}

/** Distances are those of the cosine. */
function switched(
  rows: Float64Array[],
  units: readonly Unit[],
  data: Float32Array,
  baseline: Float32Array,
): Neighbours {
  const distances = Float64Array.from(rows, seen => {
    const present = seen.reduce((a, b) => a + b, 0);
    return present === 0 ? 1 : 1 - Math.sqrt(present / units.length);
  });
  return {
    rows,
    distances,
    lean: new Float64Array(data.length).fill(1),
    fill(row, into) {
      into.set(data);
      units.forEach(({ indices }, u) => {
        if (rows[row]![u] === 0) for (const i of indices) into[i] = baseline[i]!;
      });
    },
  };
}
