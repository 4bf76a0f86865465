/** What an environment is, in the manner of Gymnasium: one file in rl/environments/ that exports `environment`. */
import type { Random } from '../model/random';

/** Numbers in a row, each between its bounds; infinite where there are none. */
export interface BoxSpace {
  names: readonly string[];
  low: readonly number[];
  high: readonly number[];
}

export interface StepOutcome {
  observation: Float64Array;
  reward: number;
  /** The task is over: what follows is worth nothing. */
  terminated: boolean;
  /** The time is over: what follows still has its worth. */
  truncated: boolean;
}

/** An episode under way; `reset` begins another. */
export interface Environment {
  /** @returns the first observation. */
  reset(random: Random): Float64Array;
  /** @param action index among the definition's actions. */
  step(action: number): StepOutcome;
}

/** A world of cells, whose state is the one that is stood on: the observation has an entry for each, row by row. */
export interface Grid {
  rows: number;
  columns: number;
  goals: readonly number[];
  /** Where one falls. */
  pits: readonly number[];
}

export interface EnvironmentDefinition {
  /** As in the experiment file, e.g. "CartPole-v1". */
  id: string;
  title: string;
  summary: string;
  observation: BoxSpace;
  grid?: Grid;
  /** Names of the discrete actions. */
  actions: readonly string[];
  /** Steps after which an episode is truncated. */
  maxSteps: number;
  /** Mean return over 100 episodes from which it counts as solved. */
  solvedAt?: number;
  create(): Environment;
}
