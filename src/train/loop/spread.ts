/** How the values of tensors are spread, in few numbers: what a run keeps of its weights and gradients over time. */
import type { Tensors } from '../../model/graph';
import type { Spread } from '../runs/run';

const bins = 24;
/** Times a run is looked at, about. */
const times = 40;
/** Tensors that are kept; the largest ones, for the small ones are biases and scales. */
const most = 48;
/** Values of a tensor that are looked at, evenly taken: more would only sharpen what no one can see. */
const looked = 50_000;

/**
 * True for the last epoch, for about forty that are evenly spaced, and for the first, second, fourth and so on before the
 * first of these: most happens early, and a run of many epochs is to show something soon.
 */
export function spreadIsDue(epoch: number, epochs: number): boolean {
  const every = Math.ceil(epochs / times);
  return epoch === epochs || epoch % every === 0 || (epoch < every && Number.isInteger(Math.log2(epoch)));
}

export function spreadsOf(tensors: Tensors): Record<string, Spread> {
  const entries = Object.entries(tensors).filter(
    ([, t]) => t.data instanceof Float32Array && t.data.length > 1,
  );
  const kept = new Set(
    entries
      .map(([name, t]) => ({ name, size: t.data.length }))
      .sort((a, b) => b.size - a.size)
      .slice(0, most)
      .map(e => e.name),
  );
  return Object.fromEntries(
    entries.filter(([name]) => kept.has(name)).map(([name, t]) => [name, spreadOf(t.data)]),
  );
}

/** [min, max, counts…]; values that are no numbers are left out. */
export function spreadOf(data: ArrayLike<number>): Spread {
  const stride = Math.max(1, Math.ceil(data.length / looked));
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < data.length; i += stride) {
    const x = data[i]!;
    if (!Number.isFinite(x)) continue;
    if (x < min) min = x;
    if (x > max) max = x;
  }
  const counts = new Array<number>(bins).fill(0);
  if (min > max) return [0, 0, ...counts];
  const scale = max > min ? bins / (max - min) : 0;
  for (let i = 0; i < data.length; i += stride) {
    const x = data[i]!;
    if (Number.isFinite(x)) counts[Math.min(bins - 1, Math.floor((x - min) * scale))]!++;
  }
  return [short(min), short(max), ...counts];
}

function short(x: number): number {
  return Number(x.toPrecision(5));
}
