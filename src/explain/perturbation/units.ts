/** What is removed or permuted together: a column with its one-hot entries, a pixel with its channels, a patch. */
import type { Dataset, FeatureInfo } from '../../data/dataset';
import type { Attribution, ExplanationRequest } from '../method';

export interface Unit {
  /** Positions in the flattened sample. */
  indices: Int32Array;
  /** The column's name, where there is one. */
  name?: string;
}

/**
 * Divides a sample into at most about `limit` units, each entry in exactly one.
 *
 * Tables, and columns of several kinds: one unit a column. Images [C, H, W] or [H, W]: a pixel with all its channels, or square patches when there
 * are more pixels than `limit`. Films [C, T, H, W]: blocks of some frames and pixels. Series: a column over a stretch of time. Anything else: runs of neighbouring entries.
 */
export function unitsOf(sampleShape: readonly number[], dataset: Dataset | undefined, limit = 256): Unit[] {
  const size = sampleShape.reduce((a, b) => a * b, 1);
  const columns = dataset?.features ?? [];
  const last = columns.at(-1);
  const covers = last !== undefined && columns[0]!.span[0] === 0 && last.span[1] === size;
  if ((dataset?.modality === 'table' || dataset?.modality === 'mixed') && covers) {
    return columns.map(c => ({ name: c.name, indices: range(c.span[0], c.span[1]) }));
  }
  if (dataset?.modality === 'series' && covers && columns.every(c => c.from !== undefined))
    return stretches(columns, limit);
  if (isPicture(sampleShape)) return patches(sampleShape, limit);
  if (sampleShape.length === 4) return blocks(sampleShape, limit);
  const names = covers && columns.length === size ? columns.map(c => c.name) : undefined;
  const run = Math.max(1, Math.ceil(size / limit));
  return Array.from({ length: Math.ceil(size / run) }, (_, i) => ({
    indices: range(i * run, Math.min(size, (i + 1) * run)),
    ...(run === 1 && names && { name: names[i] }),
  }));
}

/**
 * Of a series, each column's values over stretches of time of one length, so that there are at most about `limit`.
 *
 * @param features one for each entry, within a column from the oldest to the newest.
 */
export function stretches(features: readonly FeatureInfo[], limit: number): Unit[] {
  const columns = new Map<string, FeatureInfo[]>();
  for (const f of features) {
    const entries = columns.get(f.from!);
    if (entries) entries.push(f);
    else columns.set(f.from!, [f]);
  }
  const length = Math.max(...[...columns.values()].map(c => c.length));
  const run = Math.max(1, Math.ceil(length / Math.max(1, Math.floor(limit / columns.size))));
  return [...columns.values()].flatMap(entries =>
    Array.from({ length: Math.ceil(entries.length / run) }, (_, i) => {
      const part = entries.slice(i * run, (i + 1) * run);
      const [first, last] = [part[0]!.name, part.at(-1)!.name];
      return {
        // "load[t-5]" to "load[t]" is "load[t-5…t]".
        name: part.length === 1 ? first : `${first.slice(0, -1)}…${last.slice(last.lastIndexOf('[') + 1)}`,
        indices: Int32Array.from(part, f => f.span[0]),
      };
    }),
  );
}

/** Shapes that have a height and a width. */
export function isPicture(sampleShape: readonly number[]): boolean {
  return sampleShape.length === 3 || (sampleShape.length === 2 && sampleShape.every(d => d > 1));
}

/** Sums of the values over each unit. */
export function sumByUnit(values: ArrayLike<number>, units: readonly Unit[]): Float64Array {
  return Float64Array.from(units, u => u.indices.reduce((sum, i) => sum + values[i]!, 0));
}

/**
 * How much each unit matters by an attribution: contributions add up over its entries with their signs. Of slopes the
 * sizes do: a picture's patch that a network knows by more red and less green has slopes that would cancel, though
 * both matter (M. Ancona, E. Ceolini, C. Öztireli, M. Gross, "Towards better understanding of gradient-based attribution
 * methods for Deep Neural Networks", ICLR 2018: local attributions and global ones).
 */
export function importanceByUnit(
  { values, slopes }: Pick<Attribution, 'values' | 'slopes'>,
  units: readonly Unit[],
): Float64Array {
  return sumByUnit(slopes ? values.data.map(Math.abs) : values.data, units);
}

/** Every entry gets its unit's value, divided by `share` of it when the sum is to stay. */
export function spreadOverUnits(
  perUnit: ArrayLike<number>,
  units: readonly Unit[],
  size: number,
  divide = false,
): Float32Array {
  const out = new Float32Array(size);
  units.forEach(({ indices }, u) => {
    for (const i of indices) out[i] = perUnit[u]! / (divide ? indices.length : 1);
  });
  return out;
}

function patches(sampleShape: readonly number[], limit: number): Unit[] {
  const [channels, height, width] = sampleShape.length === 3 ? sampleShape : [1, ...sampleShape];
  let side = 1;
  while (Math.ceil(height! / side) * Math.ceil(width! / side) > limit) side++;
  const units: Unit[] = [];
  for (let top = 0; top < height!; top += side) {
    for (let left = 0; left < width!; left += side) {
      const indices: number[] = [];
      for (let c = 0; c < channels!; c++) {
        for (let y = top; y < Math.min(height!, top + side); y++) {
          for (let x = left; x < Math.min(width!, left + side); x++)
            indices.push((c * height! + y) * width! + x);
        }
      }
      units.push({ indices: Int32Array.from(indices) });
    }
  }
  return units;
}

/** Cubes of a film over time, height and width, with all channels. */
function blocks(sampleShape: readonly number[], limit: number): Unit[] {
  const [channels, time, height, width] = sampleShape as [number, number, number, number];
  let side = 1;
  const parts = () => [time, height, width].reduce((n, size) => n * Math.ceil(size / side), 1);
  while (parts() > limit && side < Math.max(time, height, width)) side++;
  const units = new Map<number, number[]>();
  const [rows, columns] = [Math.ceil(height / side), Math.ceil(width / side)];
  for (let i = 0; i < channels * time * height * width; i++) {
    const at = (size: number, step: number) => Math.floor((Math.floor(i / step) % size) / side);
    const unit = (at(time, height * width) * rows + at(height, width)) * columns + at(width, 1);
    const members = units.get(unit);
    if (members) members.push(i);
    else units.set(unit, [i]);
  }
  return [...units.values()].map(members => ({ indices: Int32Array.from(members) }));
}

function range(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from }, (_, i) => from + i);
}

/** Whether a sample has parts to tell apart: of a single number nothing can be ranked before another. */
export function hasSeveralParts({ input, dataset }: Pick<ExplanationRequest, 'input' | 'dataset'>): boolean {
  return input === undefined || unitsOf(input.shape.slice(1), dataset, Number.POSITIVE_INFINITY).length > 1;
}
