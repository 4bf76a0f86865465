/** Constants of ops that are composed of others (Einsum, Tile, Resize, …): computed op by op, as the engine runs them. */
import type { ExpansionContext, OpDefinition } from '../../engine/op';
import type { Attributes, TensorType } from '../../model/graph';
import { type Constant, evaluateNode } from './constants';

/** What is drawn anew or written while a model runs is no constant. */
class NoConstant extends Error {}

/**
 * The values of a node's outputs from those of its inputs, by op as in `evaluateNode`, else by what the op is composed of.
 * @returns undefined where one of the ops is not computed here.
 */
export function evaluateComposed(
  ops: ReadonlyMap<string, OpDefinition>,
  node: { op: string; attributes: Attributes },
  inputs: readonly ((Constant & TensorType) | undefined)[],
  outputs: readonly TensorType[],
): Float64Array[] | undefined {
  const whole = evaluateNode(node, inputs, outputs);
  const expand = ops.get(node.op)?.expand;
  if (whole || !expand) return whole;
  const values = new Map<string, Constant & TensorType>();
  const hold = (data: Float64Array, { dtype, shape }: TensorType): string => {
    const id = String(values.size);
    values.set(id, { data, dtype, shape: shape as readonly number[] });
    return id;
  };
  const no = (): never => {
    throw new NoConstant();
  };
  const context: ExpansionContext = {
    training: true,
    inputs: inputs.map(x => (x ? hold(x.data, x) : '')),
    attributes: node.attributes,
    type: id => values.get(id)!,
    emit(op, ids, attributes = {}) {
      const given = ids.map(id => values.get(id));
      const types = ops.get(op)?.infer(given, attributes) ?? no();
      const data = evaluateComposed(ops, { op, attributes }, given, types) ?? no();
      return data.map((d, i) => hold(d, types[i]!));
    },
    scalar: value => hold(Float64Array.of(value), { dtype: 'float32', shape: [] }),
    constant: (shape, numbers) => hold(Float64Array.from(numbers), { dtype: 'float32', shape }),
    bernoulli: no,
    normal: no,
    uniform: no,
    update: no,
  };
  try {
    return expand(context)?.map(id => values.get(id)!.data);
  } catch (e) {
    if (e instanceof NoConstant) return undefined;
    throw e;
  }
}
