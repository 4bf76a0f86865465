/** How to train, as the loop needs it: the experiment file without its model and its data. */
import type { LossSpec, OptimizerSpec, UpdateSpec } from '../../engine/engine';
import type { ScheduleSpec } from '../../engine/scheduleRunner';
import type { MitigationRecipe } from './mitigation';

export interface Recipe {
  loss: LossSpec;
  optimizer: OptimizerSpec;
  /** What else happens to gradients and weights. */
  update?: UpdateSpec;
  /** Modules whose activations are computed again for the gradients. */
  recompute?: readonly string[];
  /** The optimiser's starting learning rate. */
  learningRate: number;
  /** That of each of the optimiser's groups; `learningRate` if absent. */
  groupRates?: readonly (number | undefined)[];
  /** How the learning rates change; they stay as they are if absent. */
  schedule?: ScheduleSpec;
  epochs: number;
  batchSize: number;
  /** Batches for one step of the optimiser; 1 if absent. */
  accumulate?: number;
  /** How groups of rows are to be treated alike. */
  mitigate?: MitigationRecipe;
  /** Metrics to track besides the loss; the usual ones for the target if absent. */
  metrics?: readonly string[];
  /** The metric by which epochs are compared; the loss if absent. */
  monitor?: string;
  /** Ends the run after `patience` epochs in which `monitor` was not better by more than `minDelta`. */
  earlyStopping?: { patience: number; minDelta: number };
  /** Which weights are tested and kept; the last if absent, the best with `earlyStopping`. */
  keep?: 'last' | 'best';
  /** Epochs between checkpoints. If absent: each epoch, as far as that is not more often than every few seconds. */
  checkpointEvery?: number;
}
