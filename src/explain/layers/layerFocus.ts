/**
 * What a layer attends to, over rows of the data: which inputs move it (|input × gradient of its summed activation|,
 * Shrikumar et al. 2017, averaged over rows), and, for its units that differ most from row to row, the rows and places
 * that excite them most.
 */
import type { Dataset } from '../../data/dataset';
import { bindDim } from '../../model/dim';
import type { Model } from '../../model/graph';
import type { ExplanationRequest } from '../method';
import { isPicture, sumByUnit, unitsOf } from '../perturbation/units';
import { batchFor, bindingsFor } from '../probe';
import { look, partOf } from './inside';
import { layerOutput } from './layers';

/** The rows that excite a unit most, the strongest first. */
export interface UnitFocus {
  /** Index of the channel or feature. */
  unit: number;
  top: readonly {
    row: number;
    /** The target of that row, as the data have it. */
    target: string | number | null;
    /** Its greatest activation there. */
    value: number;
    /** Where: of feature maps the centre of the cell, as shares of the height and width; of sequences the position. */
    at?: readonly number[];
    /** The token there, where there are tokens. */
    token?: string;
  }[];
}

export interface LayerFocus {
  /** The module's path. */
  module: string;
  /** How many rows were looked at. */
  rows: number;
  /** How many units it has, and the share of them that never were above zero. */
  units: number;
  silent: number;
  /** The units that differ most between rows. */
  shown: readonly UnitFocus[];
  /** What moves it: one number a column, or a plane [height, width] for pictures. Absent for indices such as tokens. */
  inputs?: { names?: readonly string[]; shape: readonly number[]; values: readonly number[] };
}

const shownUnits = 6;
const shownRows = 3;

/**
 * @param rows of the data set, prepared by it.
 * @throws bad-request for a module that gives no real numbers that depend on the input; cancelled; diverged.
 */
export async function layerFocus(
  request: ExplanationRequest & { dataset: Dataset },
  module: string,
  rows: Int32Array,
): Promise<LayerFocus> {
  const { model, dataset } = request;
  const layer = layerOutput(model, module);
  const { input } = dataset.batch(rows);
  const size = input.data.length / rows.length;
  const [, ...sampleShape] = input.shape;
  const source = model.inputs[0]!;
  const differentiable = /float/.test(model.values[source]?.dtype ?? '');
  const shape = shapeOf(model, layer.id, sampleShape);
  const axis = unitAxis(shape);
  const units = shape[axis] ?? 1;
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  /** [rows, units]: the greatest activation and where it is. */
  const peak = new Float32Array(rows.length * units);
  const where = new Int32Array(rows.length * units);
  const moved = new Float64Array(size);
  const subject = { ...request, input: { shape: [1, ...sampleShape], data: input.data.slice(0, size) } };
  await look(
    subject,
    {
      model: partOf(model, [], layer.id),
      rows: rows.length,
      feed: { [source]: (row, into) => into.set(input.data.subarray(row * size, (row + 1) * size)) },
      ...(differentiable && { gradients: [source], seed: (_, into) => into.fill(1) }),
      ...(request.onProgress && { onProgress: request.onProgress }),
    },
    (row, view) => {
      for (let u = 0; u < units; u++) {
        let best = Number.NEGATIVE_INFINITY;
        for (let o = 0; o < outer; o++)
          for (let i = 0; i < inner; i++) {
            const value = view.output[(o * units + u) * inner + i]!;
            if (value <= best) continue;
            best = value;
            where[row * units + u] = o * inner + i;
          }
        peak[row * units + u] = best;
      }
      const gradient = view.gradients[source];
      if (gradient)
        for (let i = 0; i < size; i++)
          moved[i]! += Math.abs(gradient[i]! * Number(input.data[row * size + i]));
    },
  );
  const tokens = tokensOf(dataset, input.data, sampleShape, size);
  const places = shape.filter((_, i) => i !== axis);
  const of = (row: number, u: number): UnitFocus['top'][number] => {
    const at = where[row * units + u]!;
    const token = tokens?.(row)[at];
    return {
      row: rows[row]!,
      target: dataset.raw(rows[row]!).target,
      value: peak[row * units + u]!,
      ...(places.length === 2 && {
        at: [(Math.floor(at / places[1]!) + 0.5) / places[0]!, ((at % places[1]!) + 0.5) / places[1]!],
      }),
      ...(places.length === 1 && { at: [at] }),
      ...(token && { token }),
    };
  };
  const order = byVariance(peak, rows.length, units);
  return {
    module: layer.name,
    rows: rows.length,
    units,
    silent: order.filter(u => neverAbove(peak, rows.length, units, u)).length / units,
    shown: order.slice(0, shownUnits).map(unit => ({
      unit,
      top: Array.from(rows.keys())
        .sort((a, b) => peak[b * units + unit]! - peak[a * units + unit]!)
        .slice(0, shownRows)
        .map(row => of(row, unit)),
    })),
    ...(differentiable && { inputs: inputsOf(moved, rows.length, sampleShape, dataset) }),
  };
}

/** Sizes of a value, without the batch. */
function shapeOf(model: Model, id: string, sampleShape: readonly number[]): number[] {
  const bindings = bindingsFor(model, sampleShape, batchFor(model, sampleShape, 1, true));
  return model.values[id]!.shape.slice(1).map(d => Number(bindDim(d, bindings)));
}

/** Channels come first in feature maps, features last everywhere else. */
function unitAxis(shape: readonly number[]): number {
  return shape.length === 3 ? 0 : Math.max(0, shape.length - 1);
}

function tokensOf(
  dataset: Dataset,
  data: ArrayLike<number> & { slice(from: number, to: number): Float32Array | Int32Array },
  sampleShape: readonly number[],
  size: number,
): ((row: number) => readonly string[]) | undefined {
  const { entryNames } = dataset;
  if (!entryNames) return undefined;
  return row =>
    entryNames.call(dataset, {
      shape: [1, ...sampleShape],
      data: data.slice(row * size, (row + 1) * size),
    });
}

function byVariance(peak: Float32Array, rows: number, units: number): number[] {
  const variance = Array.from({ length: units }, (_, u) => {
    let [sum, squares] = [0, 0];
    for (let r = 0; r < rows; r++) {
      const v = peak[r * units + u]!;
      sum += v;
      squares += v * v;
    }
    return squares / rows - (sum / rows) ** 2;
  });
  return Array.from({ length: units }, (_, u) => u).sort((a, b) => variance[b]! - variance[a]!);
}

function neverAbove(peak: Float32Array, rows: number, units: number, unit: number): boolean {
  for (let r = 0; r < rows; r++) if (peak[r * units + unit]! > 0) return false;
  return true;
}

function inputsOf(
  moved: Float64Array,
  rows: number,
  sampleShape: readonly number[],
  dataset: Dataset,
): NonNullable<LayerFocus['inputs']> {
  const mean = Array.from(moved, v => v / rows);
  if (isPicture(sampleShape)) {
    const [height, width] = sampleShape.slice(-2) as [number, number];
    const plane = new Array<number>(height * width).fill(0);
    mean.forEach((v, i) => {
      plane[i % plane.length]! += v;
    });
    return { shape: [height, width], values: plane };
  }
  const units = unitsOf(sampleShape, dataset, Number.POSITIVE_INFINITY);
  const named = units.every(u => u.name !== undefined);
  if (!named) return { shape: [mean.length], values: mean };
  return {
    names: units.map(u => u.name!),
    shape: [units.length],
    values: Array.from(sumByUnit(mean, units)),
  };
}
