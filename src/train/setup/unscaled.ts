/** Columns that explanations see around 0, for a model that takes them as they are. */
import type { Summary } from '../../data/table/scaling';
import { vector } from '../../model/constants';
import type { Model, Node, TensorType } from '../../model/graph';

interface Scaled {
  shift: number;
  scale: number;
}

/**
 * A shift near the mean and a scale near the standard deviation with so few digits that scaling and taking it back leave
 * the numbers of a table as they were: thresholds of trees often are such numbers.
 *
 * @param numbers those of the column that are there.
 */
export function centredOn(numbers: Float64Array, { mean, std }: Summary): Scaled {
  if (!(std > 0) || !Number.isFinite(std)) return { shift: 0, scale: 1 };
  const scale = 2 ** Math.round(Math.log2(std));
  const grid = numbers.every(Number.isInteger) ? Math.max(1, scale / 8) : scale / 8;
  return { shift: Math.fround(Math.round(mean / grid) * grid), scale };
}

/** Lets the model's one input [N, columns] take scaled columns. */
export function unscaled(model: Model, columns: readonly Scaled[]): Model {
  const [input] = model.inputs as [string];
  const type = model.values[input]!;
  if (!/float/.test(type.dtype) || columns.every(c => c.shift === 0 && c.scale === 1)) return model;
  const scaled = `${input}:scaled`;
  const spread = `${input}:spread`;
  const parameters = [
    vector(
      `${input}:scale`,
      'float32',
      columns.map(c => c.scale),
    ),
    vector(
      `${input}:shift`,
      'float32',
      columns.map(c => c.shift),
    ),
  ];
  const node = (op: string, inputs: string[], output: string): Node => ({
    id: `${output}:${op}`,
    op,
    module: '',
    inputs,
    outputs: [output],
    attributes: {},
  });
  const of = ({ dtype, shape }: TensorType): TensorType => ({ dtype, shape });
  return {
    ...model,
    inputs: [scaled],
    values: {
      ...model.values,
      [scaled]: { id: scaled, name: type.name ?? input, ...of(type) },
      [spread]: { id: spread, ...of(type) },
      ...Object.fromEntries(parameters.map(p => [p.name, { id: p.name, ...of(p) }])),
    },
    nodes: [
      node('Mul', [scaled, parameters[0]!.name], spread),
      node('Add', [spread, parameters[1]!.name], input),
      ...model.nodes,
    ],
    parameters: [...model.parameters, ...parameters],
  };
}
