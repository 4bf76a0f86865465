/** How often a model is asked: fewer times where one answer costs much, so that no judgement takes minutes. */
import { describeGraph } from '../../engine/graphDescription';
import { bindDim } from '../../model/dim';
import type { Model } from '../../model/graph';
import { bindingsFor } from '../probe';

/** Floating-point operations of one sample up to which nothing is spared: a second for some thousand samples. */
const plenty = 2e7;
/** The least share of the usual number. */
const floor = 0.25;
/** Convolutions of volumes run in portable kernels, which take about so many times longer. */
const volumes = 20;

const known = new WeakMap<Model, Map<string, number>>();

/** Floating-point operations of one sample, volumes weighed by what they take. */
function costOf(model: Model, shape: readonly number[]): number {
  const key = shape.join();
  const costs = known.get(model) ?? new Map<string, number>();
  known.set(model, costs);
  const old = costs.get(key);
  if (old !== undefined) return old;
  const bindings = bindingsFor(model, shape, 1);
  let cost = 0;
  describeGraph(model).nodes.forEach((node, i) => {
    const flops = bindDim(node.flops, bindings);
    const rank = model.values[model.nodes[i]!.inputs[0] ?? '']?.shape.length ?? 0;
    cost += typeof flops === 'number' ? flops * (node.op === 'Conv' && rank > 4 ? volumes : 1) : 0;
  });
  costs.set(key, cost);
  return cost;
}

/**
 * How many of `usual` a model can be asked for: all of a small one, down to a quarter of a large one, but `least` at
 * least. It depends on the model alone, so that a judgement is the same on every machine.
 *
 * @param shape of one sample.
 */
export function affordable(model: Model, shape: readonly number[], usual: number, least: number): number {
  const share = Math.min(1, Math.max(floor, plenty / Math.max(1, costOf(model, shape))));
  return Math.max(Math.min(usual, least), Math.round(usual * share));
}
