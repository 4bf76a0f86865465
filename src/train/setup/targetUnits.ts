/**
 * Numbers of any size as targets: the loss compares them in units of their spread, the model answers in their own. As
 * scikit-learn's TransformedTargetRegressor with a StandardScaler.
 */
import type { Dataset } from '../../data/dataset';
import { evenly } from '../../data/evenly';
import { summarise } from '../../data/table/scaling';
import { losses, requireLoss } from '../../engine/definitions';
import { VitrineError } from '../../model/errors';
import type { Model } from '../../model/graph';
import { inOwnUnits, type Units } from './affine';

/** Training rows that mean and spread are learned from; more tell no more. */
const mostRows = 20_000;

/**
 * Mean and standard deviation of the training rows' targets.
 *
 * @throws bad-experiment where the target is no number, or the loss gives its zero a meaning.
 */
export function targetUnitsOf(dataset: Dataset, loss: string): Units {
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
  const chosen = evenly(dataset.splits.train, mostRows);
  const { mean, std, constant } = summarise(Float64Array.from(dataset.batch(chosen).targets.data));
  return { shift: Math.fround(mean), scale: constant || !(std > 0) ? 1 : Math.fround(std) };
}

/** Those of a model that `inTargetUnits` made. */
export function unitsWithin(model: Model): Units | undefined {
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
export function inTargetUnits(model: Model, units: Units): Model {
  const [output, ...others] = model.outputs as [string];
  const type = model.values[output]!;
  const own = `${output}:own`;
  const { values, nodes, parameters } = inOwnUnits(output, output, own, type, [units]);
  return {
    ...model,
    outputs: [own, ...others],
    values: { ...model.values, [own]: { id: own, dtype: type.dtype, shape: type.shape }, ...values },
    nodes: [...model.nodes, ...nodes],
    parameters: [...model.parameters, ...parameters],
  };
}
