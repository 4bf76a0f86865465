/** Numbers of a model in other units. */
import { vector } from '../../model/constants';
import type { Model, Node, TensorType, Value } from '../../model/graph';

/** A number x is (x - shift) / scale in these units. */
export interface Units {
  shift: number;
  scale: number;
}

/**
 * What gives a value in its own units, out of one in these.
 *
 * @param base what the names of all that is added begin with.
 * @param from, to ids, of values of this type.
 * @param units one for all numbers, or one for each of the last axis.
 */
export function inOwnUnits(
  base: string,
  from: string,
  to: string,
  { dtype, shape }: TensorType,
  units: readonly Units[],
): Pick<Model, 'nodes' | 'parameters'> & { values: Readonly<Record<string, Value>> } {
  const spread = `${base}:spread`;
  const scale = vector(
    `${base}:scale`,
    'float32',
    units.map(u => u.scale),
  );
  const shift = vector(
    `${base}:shift`,
    'float32',
    units.map(u => u.shift),
  );
  const node = (op: string, inputs: string[], output: string): Node => ({
    id: `${output}:${op}`,
    op,
    module: '',
    inputs,
    outputs: [output],
    attributes: {},
  });
  return {
    nodes: [node('Mul', [from, scale.name], spread), node('Add', [spread, shift.name], to)],
    parameters: [scale, shift],
    values: Object.fromEntries(
      [
        { id: spread, dtype, shape },
        ...[scale, shift].map(p => ({ id: p.name, dtype: p.dtype, shape: p.shape })),
      ].map(value => [value.id, value]),
    ),
  };
}
