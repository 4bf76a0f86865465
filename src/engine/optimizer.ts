/** What an optimiser is: one file in engine/optimizers/ that exports `optimizer`. */

export interface OptimizerDefinition {
  /** PyTorch's class, e.g. "AdamW". */
  name: string;
  torch: string;
  summary: string;
  formula: string;
  paper?: { authors: string; year: number; title: string; url: string };
  /** TypeBox object schema of its options (without the learning rate), with PyTorch's names and defaults. */
  options: unknown;
  /** PyTorch's default learning rate. */
  learningRate: number;
  /** What is kept for each parameter, in the parameter's shape: PyTorch's names, e.g. "exp_avg". */
  slots(options: Options): readonly string[];
  /** What a slot starts with, where that is not zero. */
  start?(options: Options): Readonly<Record<string, number>>;
  /** Numbers that change from step to step, by name; `step` counts from 1. Computed in double precision. */
  scalars(step: number, learningRate: number, options: Options): Readonly<Record<string, number>>;
  /**
   * One step for one parameter, as statements and expressions over cells: `p` the parameter, `g` its gradient, the
   * slots and the scalars by their names.
   */
  update(options: Options): {
    /** The new value of each slot; it may read the old slots. In this order; later ones see `new_` + earlier ones. */
    slots: Readonly<Record<string, string>>;
    /** The new parameter; it may read old slots by name and new ones as `new_` + name. */
    parameter: string;
  };
}

export type Options = Readonly<Record<string, number | boolean | readonly number[]>>;
