/** Columns that explanations see around 0, for a model that takes them as they are. */
import type { Summary } from '../../data/table/scaling';
import type { Model } from '../../model/graph';
import { inOwnUnits, type Units } from './affine';

/**
 * A shift near the mean and a scale near the standard deviation with so few digits that scaling and taking it back leave
 * the numbers of a table as they were: thresholds of trees often are such numbers.
 *
 * @param numbers those of the column that are there.
 */
export function centredOn(numbers: Float64Array, { mean, std }: Summary): Units {
  if (!(std > 0) || !Number.isFinite(std)) return { shift: 0, scale: 1 };
  const scale = 2 ** Math.round(Math.log2(std));
  const grid = numbers.every(Number.isInteger) ? Math.max(1, scale / 8) : scale / 8;
  return { shift: Math.fround(Math.round(mean / grid) * grid), scale };
}

/** Lets the model's one input [N, columns] take scaled columns. */
export function unscaled(model: Model, columns: readonly Units[]): Model {
  const [input] = model.inputs as [string];
  const type = model.values[input]!;
  if (!/float/.test(type.dtype) || columns.every(c => c.shift === 0 && c.scale === 1)) return model;
  const scaled = `${input}:scaled`;
  const { dtype, shape } = type;
  const { values, nodes, parameters } = inOwnUnits(input, scaled, input, type, columns);
  return {
    ...model,
    inputs: [scaled],
    values: {
      ...model.values,
      [scaled]: { id: scaled, name: type.name ?? input, dtype, shape },
      ...values,
    },
    nodes: [...nodes, ...model.nodes],
    parameters: [...model.parameters, ...parameters],
  };
}
