/** The first experiment file for a model: what the guided choice knows, and sensible values for the rest. */

export interface Choices {
  model: { file: string; class: string };
  data: { kind: string; file: string; target: string };
  loss: string;
  batchSize?: number;
  /** "../media/schemas/…" where the editor does not contribute the schema; left out here. */
  epochs?: number;
}

/** The text of a new `*.vitrine.json`; paths are relative to its folder, with slashes. */
export function newExperimentText(choices: Choices): string {
  const experiment = {
    model: choices.model,
    data: { ...choices.data, split: { test: 0.2, valid: 0.1 } },
    loss: choices.loss,
    optimizer: { name: 'Adam', lr: 0.01 },
    epochs: choices.epochs ?? 50,
    batchSize: choices.batchSize ?? 32,
    seed: 0,
  };
  return `${JSON.stringify(experiment, null, 2)}\n`;
}

export interface TargetColumn {
  name: string;
  kind: 'number' | 'category';
  integers: boolean;
  distinct: number;
  rows: number;
}

/** Which loss suits the column, and the size of the model's output if that is known. */
export function guessLoss(column: TargetColumn, outputs?: number): string {
  const classes =
    column.kind === 'category' || (column.integers && column.distinct <= Math.max(20, column.rows / 50));
  // One output can tell two classes apart by its sign; more classes than that need one output each.
  if (outputs === 1) return classes && column.distinct === 2 ? 'bce_with_logits' : 'mse';
  if (outputs !== undefined && outputs > 1 && classes) return 'cross_entropy';
  return classes ? 'cross_entropy' : 'mse';
}

/** The columns in the order in which a target is likely: named like one, then the last, then the others from the end. */
export function likelyTargets<T extends { name: string }>(columns: readonly T[]): T[] {
  const named = /^(target|label|class|species|y|outcome|diagnosis|digit)$/i;
  const fromEnd = [...columns].reverse();
  return [...fromEnd.filter(c => named.test(c.name)), ...fromEnd.filter(c => !named.test(c.name))];
}
