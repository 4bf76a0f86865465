/** What a model costs: parameters and floating-point operations, by module. */

import type { OpDefinition } from '../../engine/op';
import { addDims, bindDim, type Dim } from '../../model/dim';
import { elementsOf } from '../../model/elements';
import type { Model, Node, Parameter, TensorType } from '../../model/graph';
import { nodesOf } from './places';

export type Ops = ReadonlyMap<string, OpDefinition>;

/** Trainable and frozen parameters (buffers and constants don't count, as in PyTorch's `parameters()`). */
export function parametersOf(model: Model, path = ''): Parameter[] {
  return model.parameters.filter(
    p => p.kind === 'parameter' && (path === '' || p.name === path || p.name.startsWith(`${path}.`)),
  );
}

export function parameterCount(model: Model, path = ''): number {
  return parametersOf(model, path).reduce((n, p) => n + elementsOf(p), 0);
}

/**
 * FLOPs of one forward pass (a multiply-add counts as two), symbolic in the model's symbols.
 * Undefined when an op in there does not say.
 */
export function flopsOf(model: Model, nodes: readonly Node[], ops: Ops): Dim | undefined {
  let sum: Dim = 0;
  for (const n of nodes) {
    const op = ops.get(n.op);
    if (!op) return undefined;
    if (!op.flops) continue;
    const type = (id: string): TensorType | undefined =>
      id === '' ? undefined : (model.values[id] ?? parameterType(model, id));
    const outputs = n.outputs.map(type);
    if (outputs.some(o => !o)) return undefined;
    try {
      sum = addDims(sum, op.flops(n.inputs.map(type), outputs as TensorType[], n.attributes));
    } catch {
      return undefined;
    }
  }
  return sum;
}

function parameterType(model: Model, id: string): TensorType | undefined {
  const p = model.parameters.find(q => q.name === id);
  return p && { dtype: p.dtype, shape: p.shape };
}

/** The symbol that stands for the number of samples, if the model has one. */
export function batchSymbol(model: Model): string | undefined {
  const first = model.values[model.inputs[0] ?? '']?.shape[0];
  return typeof first === 'string' && /^\w+$/.test(first) ? first : undefined;
}

/** FLOPs per sample as a number where the batch is all that is symbolic, else the expression. */
export function flopsPerSample(model: Model, flops: Dim): Dim {
  const symbol = batchSymbol(model);
  return symbol ? bindDim(flops, { [symbol]: 1 }) : flops;
}

export function modelFlops(model: Model, ops: Ops, path = ''): Dim | undefined {
  const sum = flopsOf(model, nodesOf(model, path), ops);
  return sum === undefined ? undefined : flopsPerSample(model, sum);
}
