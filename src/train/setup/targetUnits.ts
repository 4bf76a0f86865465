/**
 * Numbers of any size as targets: the loss compares them in units of their spread, the model answers in their own. As
 * scikit-learn's TransformedTargetRegressor with a StandardScaler.
 */
import type { Dataset } from '../../data/dataset';
import { summarise } from '../../data/table/scaling';
import { losses, requireLoss } from '../../engine/definitions';
import { VitrineError } from '../../model/errors';
import type { Dim, Model, Node, Parameter } from '../../model/graph';

/** A target x is (x - shift) / scale to the loss. */
export interface TargetUnits {
  shift: number;
  scale: number;
}

/** Training rows that mean and spread are learned from; more tell no more. */
const mostRows = 20_000;

/**
 * Mean and standard deviation of the training rows' targets.
 *
 * @throws bad-experiment where the target is no number, or the loss gives its zero a meaning.
 */
export function targetUnitsOf(dataset: Dataset, loss: string): TargetUnits {
  const { target } = dataset;
  if (target.kind !== 'number')
    throw new VitrineError(
      'bad-experiment',
      `targetScale is for targets that are numbers, but "${target.name}" is a class. Remove it.`,
    );
  if (!requireLoss(loss).ofDistances) {
    const fitting = [...losses.values()].filter(l => l.ofDistances).map(l => l.name);
    throw new VitrineError(
      'bad-experiment',
      `targetScale is for losses of distances (${fitting.join(', ')}); "${loss}" takes the target as it is. Remove targetScale, or change the loss.`,
    );
  }
  const rows = dataset.splits.train;
  const step = Math.max(1, rows.length / mostRows);
  const chosen = Int32Array.from(
    { length: Math.min(rows.length, mostRows) },
    (_, i) => rows[Math.floor(i * step)]!,
  );
  const { mean, std, constant } = summarise(Float64Array.from(dataset.batch(chosen).targets.data));
  return { shift: Math.fround(mean), scale: constant || !(std > 0) ? 1 : Math.fround(std) };
}

/** Those of a model that `inTargetUnits` made. */
export function unitsWithin(model: Model): TargetUnits | undefined {
  const [output] = model.outputs;
  const inner = output?.endsWith(':own') ? output.slice(0, -':own'.length) : undefined;
  const number = (name: string) => {
    const initializer = model.parameters.find(p => p.name === `${inner}:${name}`)?.initializer;
    return initializer?.kind === 'values' ? initializer.values[0] : undefined;
  };
  const [shift, scale] = [number('shift'), number('scale')];
  return shift === undefined || scale === undefined ? undefined : { shift, scale };
}

/** The model whose first output is in the target's own units, where its layers give it in units of the spread. */
export function inTargetUnits(model: Model, { shift, scale }: TargetUnits): Model {
  const [output, ...others] = model.outputs as [string];
  const { dtype, shape } = model.values[output]!;
  const ids = { spread: `${output}:spread`, own: `${output}:own` };
  const constant = (name: string, value: number): Parameter => ({
    name,
    dtype: 'float32',
    shape: [1],
    kind: 'constant',
    trainable: false,
    initializer: { kind: 'values', values: [value] },
  });
  const parameters = [constant(`${output}:scale`, scale), constant(`${output}:shift`, shift)];
  const node = (op: string, inputs: string[], id: string): Node => ({
    id: `${id}:${op}`,
    op,
    module: '',
    inputs,
    outputs: [id],
    attributes: {},
  });
  const value = (id: string, of: readonly Dim[]) => ({ id, dtype, shape: [...of] });
  return {
    ...model,
    outputs: [ids.own, ...others],
    values: {
      ...model.values,
      [ids.spread]: value(ids.spread, shape),
      [ids.own]: value(ids.own, shape),
      ...Object.fromEntries(parameters.map(p => [p.name, { id: p.name, dtype: p.dtype, shape: [1] }])),
    },
    nodes: [
      ...model.nodes,
      node('Mul', [output, parameters[0]!.name], ids.spread),
      node('Add', [ids.spread, parameters[1]!.name], ids.own),
    ],
    parameters: [...model.parameters, ...parameters],
  };
}
