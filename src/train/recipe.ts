/** How to train, as the loop needs it: the experiment file without its model and its data. */
import type { LossSpec, OptimizerSpec } from '../engine/engine';

export interface Recipe {
  loss: LossSpec;
  optimizer: OptimizerSpec;
  /** The optimiser's starting learning rate. */
  learningRate: number;
  /** Factor on the learning rate for an epoch (from 0) and a step (from the start of the run); 1 if absent. */
  schedule?(epoch: number, step: number): number;
  epochs: number;
  batchSize: number;
  /** Metrics to track besides the loss; the usual ones for the target if absent. */
  metrics?: readonly string[];
  /** Epochs between checkpoints. If absent: each epoch, as far as that is not more often than every few seconds. */
  checkpointEvery?: number;
}
