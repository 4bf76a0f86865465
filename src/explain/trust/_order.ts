/** Curves of the prediction while inputs are replaced, or put back, in the order of an explanation. */
import { Random } from '../../model/random';
import { linkOf, probabilitiesOf } from '../answers/predict';
import type { Attribution, ExplanationRequest } from '../method';
import { area, descending, deviation, mean } from '../numerics/statistics';
import { baselineFor } from '../perturbation/baseline';
import { affordable } from '../perturbation/thrift';
import { importanceByUnit, unitsOf } from '../perturbation/units';
import { sampleOf, withProbe } from '../probe';

/** Random orders that the explanation's order is held against, fewer where the model is large. */
const randomOrders = 16;
/** Points of a curve besides its start. */
const points = 20;
/** Curves that move by less than this probability are told by the output itself. */
const flat = 0.05;

export interface OrderGain {
  /** How much the area under the curve is better than that of random orders, in units of the prediction. */
  gain: number;
  /** The largest gain of this order and of those that one finds by replacing, and by keeping, each unit alone. */
  best: number;
  /** No order beats chance by a hundredth of the curves' range: the test cannot tell good from bad. */
  undecided: boolean;
  /** Shares of the units replaced, and the prediction by this, random and the best known order. */
  x: number[];
  curve: number[];
  random: number[];
  randomSpread: number[];
  bestCurve: number[];
}

/**
 * Replaces units (columns, pixels, patches) by the baseline, or the baseline's by the input's, in the order of their
 * attribution, and compares the area under the curve with that of random orders. The curve is the target's probability,
 * or the output where there are none or where they hardly move.
 */
export async function gainOfOrder(
  mode: 'deletion' | 'insertion',
  request: ExplanationRequest,
  attribution: Attribution,
): Promise<OrderGain> {
  const { data: input, shape } = sampleOf(request);
  const nothing =
    (attribution.baseline?.data as Float32Array | undefined) ?? baselineFor('zero', request, shape);
  const units = unitsOf(shape, request.dataset, affordable(request.model, shape, 196, 49));
  const n = units.length;
  const [start, end] = mode === 'deletion' ? [input, nothing] : [nothing, input];
  const cuts = [...new Set(Array.from({ length: points + 1 }, (_, j) => Math.round((j * n) / points)))];

  const own = descending(importanceByUnit(attribution, units));
  const random = new Random(0, `trust:${mode}`);
  const others = affordable(request.model, shape, randomOrders, 6);
  const orders = [own, ...Array.from({ length: others }, () => random.permutation(n))];

  const inner = cuts.length - 2;
  const curves = orders.length * inner;
  return withProbe(request, shape, { rows: Math.min(256, Math.max(n, curves)) }, async probe => {
    const link = linkOf(request.model, request.loss, request.dataset?.target, probe.width);
    const read = async (count: number, steps: (row: number) => { order: Int32Array; replaced: number }) => {
      const outputs = await probe.outputs(count, (row, into) => {
        const { order, replaced } = steps(row);
        into.set(start);
        for (let k = 0; k < replaced; k++) for (const i of units[order[k]!]!.indices) into[i] = end[i]!;
      });
      const scores = probe.pick(outputs);
      const chances = Float64Array.from(scores, (score, r) => {
        const p = probabilitiesOf(outputs.subarray(r * probe.width, (r + 1) * probe.width), link);
        if (!p) return score;
        const index = probe.width === 1 ? (request.sign === -1 ? 0 : 1) : (request.target ?? 0);
        return p[index]!;
      });
      return { scores, chances, probable: link !== 'value' };
    };
    // Each unit alone: put into the start, or as the last one to come.
    const one = new Int32Array(1);
    const alone = await read(n, u => {
      one[0] = u;
      return { order: one, replaced: 1 };
    });
    const rest = new Int32Array(n - 1);
    const last = await read(n, u => {
      for (let k = 0; k < n - 1; k++) rest[k] = k < u ? k : k + 1;
      return { order: rest, replaced: n - 1 };
    });
    const sign = mode === 'deletion' ? -1 : 1;
    const ends = await read(2, row => ({ order: own, replaced: row * n }));
    const walk = await read(curves, row => ({
      order: orders[Math.floor(row / inner)]!,
      replaced: cuts[(row % inner) + 1]!,
    }));
    const probable = ends.probable && span([...walk.chances, ...ends.chances]) >= flat;
    const kind = probable ? 'chances' : 'scores';
    const references = [
      descending(alone[kind].map(v => sign * v)),
      descending(last[kind].map(v => -sign * v)),
    ];
    const best = await read(2 * inner, row => ({
      order: references[Math.floor(row / inner)]!,
      replaced: cuts[(row % inner) + 1]!,
    }));

    const x = cuts.map(c => c / n);
    const curve = (values: ArrayLike<number>, at: number) => [
      ends[kind][0]!,
      ...Array.from({ length: inner }, (_, j) => values[at + j]!),
      ends[kind][1]!,
    ];
    const ownCurve = curve(walk[kind], 0);
    const randomCurves = Array.from({ length: others }, (_, k) => curve(walk[kind], (k + 1) * inner));
    const randomAreas = randomCurves.map(c => area(x, c));
    const chance = mean(randomAreas);
    const value = sign * (area(x, ownCurve) - chance);
    const referenceCurves = [curve(best[kind], 0), curve(best[kind], inner)];
    const gaps = [value, ...referenceCurves.map(c => sign * (area(x, c) - chance))];
    const bestGap = Math.max(...gaps);
    const scale = span([...walk[kind], ...ends[kind]]);
    return {
      gain: value,
      best: bestGap,
      undecided: n < 2 || scale < 1e-6 || bestGap < Math.max(1e-6, 0.01 * scale),
      x,
      curve: ownCurve,
      random: x.map((_, j) => mean(randomCurves.map(c => c[j]!))),
      randomSpread: x.map((_, j) => deviation(randomCurves.map(c => c[j]!))),
      bestCurve: [ownCurve, ...referenceCurves][gaps.indexOf(bestGap)]!,
    };
  });
}

function span(values: readonly number[]): number {
  return values.length > 0 ? Math.max(...values) - Math.min(...values) : 0;
}
