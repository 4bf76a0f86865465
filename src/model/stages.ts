/**
 * Models of which only running tells all sizes: what is selected by values (NonZero, non-maximum suppression), branches
 * and rounds that values decide. Such a model is planned in steps: as far as sizes are known, that part is run, and what
 * it computes tells the next.
 */
import type { Model, Tensors } from './graph';

/** The model as far as it can be planned. */
export interface Stage {
  /** For inputs of the given sizes alone: all sizes are numbers. What cannot be planned yet is left as it is in the file. */
  model: Model;
  /** Ids of the values that must be known to go on; none, once the whole model can be planned. */
  wanted: readonly string[];
  /** Ids of values that later steps read, besides. */
  useful: readonly string[];
  /** Values of those parameters that the model has, by name. @throws VitrineError bad-file */
  weight(name: string): Tensors[string];
}

export interface Staging {
  /**
   * @param shapes of the model's inputs, by id.
   * @param known values found in the steps before, by id.
   * @throws VitrineError for what fits no plan.
   */
  next(shapes: Readonly<Record<string, readonly number[]>>, known: Tensors): Stage;
  close(): void;
}

/** How a model is planned in steps. */
export interface Staged {
  /** Its own inputs and outputs: a model that was made of it may have others before and behind. */
  inputs: readonly string[];
  outputs: readonly string[];
  open(): Staging;
}

/** What is said to whoever wants gradients of such a model. */
export const noGradients = (name: string): string =>
  `${name} is run in steps, as its sizes depend on values: it gives outputs, but no gradients. Choose a method that asks by changing the input, or export the model with fixed sizes and without what selects by values.`;

/** By what comes out: those who choose outputs, or put something before its inputs, keep these. */
const stagings = new WeakMap<Model['values'][string], Staged>();

/** Lets a model be planned in steps; `open` is called once for each use. */
export function planInStages(model: Model, open: () => Staging): void {
  const { inputs, outputs } = model;
  for (const id of outputs) stagings.set(model.values[id]!, { inputs, outputs, open });
}

export function stagingOf(model: Model): Staged | undefined {
  const value = model.values[model.outputs[0] ?? ''];
  return value && stagings.get(value);
}
