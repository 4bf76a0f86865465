/** Two versions of a model side by side: layers, and with weights and data what training changed and which predictions flipped. */
import type { Dataset } from '../../data/dataset';
import type { Engine } from '../../engine/engine';
import { diffModels, type ModelDiff } from '../../model/diff';
import { throwIfCancelled } from '../../model/errors';
import type { Model, Tensors } from '../../model/graph';
import { predictRows } from '../predict/predictRows';
import { withUnnamed } from '../setup/unnamed';

export interface WeightChange {
  name: string;
  shape: readonly number[];
  /** L2 norms of the values before, after, and of their difference. */
  before: number;
  after: number;
  difference: number;
  /** The difference's norm over the norm before; null where that is zero. */
  relative: number | null;
  /** Of the angle between them; null where one is zero. */
  cosine: number | null;
}

export interface Flip {
  row: number;
  before: string;
  after: string;
  /** What the data say, if they do. */
  target?: string;
  /** Whether the newer model is right where the older was wrong, or the other way round. */
  effect: 'fixed' | 'broken' | 'other';
}

export interface ModelComparison {
  before: string;
  after: string;
  diff: ModelDiff;
  /** Of parameters of one name and shape in both, those that changed most first. */
  weights?: readonly WeightChange[];
  predictions?: PredictionChanges;
}

/** Rows of a split whose predicted class differs. */
export interface PredictionChanges {
  split: string;
  rows: number;
  flipped: readonly Flip[];
  fixed: number;
  broken: number;
}

export interface Version {
  /** How it is called, e.g. "net.py at HEAD". */
  label: string;
  model: Model;
  weights?: Tensors;
}

export interface ComparisonData {
  engine: Engine;
  dataset: Dataset;
  /** The loss that says what the outputs mean. */
  loss: string;
  split: 'train' | 'valid' | 'test';
}

/** @throws VitrineError cancelled; what predicting throws */
export async function compareModels(
  before: Version,
  after: Version,
  data?: ComparisonData,
  signal?: AbortSignal,
): Promise<ModelComparison> {
  throwIfCancelled(signal);
  const weights = before.weights && after.weights && weightChanges(before, after);
  const predictions =
    data && before.weights && after.weights ? await flips(before, after, data, signal) : undefined;
  return {
    before: before.label,
    after: after.label,
    diff: diffModels(before.model, after.model),
    ...(weights && { weights }),
    ...(predictions && { predictions }),
  };
}

function weightChanges(before: Version, after: Version): WeightChange[] {
  const out: WeightChange[] = [];
  for (const p of after.model.parameters) {
    const a = before.weights?.[p.name];
    const b = after.weights?.[p.name];
    if (p.kind === 'constant' || !a || !b || a.data.length !== b.data.length) continue;
    if (a.shape.join() !== b.shape.join()) continue;
    let [x, y, d, dot] = [0, 0, 0, 0];
    for (let i = 0; i < a.data.length; i++) {
      const [u, v] = [a.data[i]!, b.data[i]!];
      x += u * u;
      y += v * v;
      d += (v - u) ** 2;
      dot += u * v;
    }
    out.push({
      name: p.name,
      shape: p.shape,
      before: Math.sqrt(x),
      after: Math.sqrt(y),
      difference: Math.sqrt(d),
      relative: x > 0 ? Math.sqrt(d / x) : null,
      cosine: x > 0 && y > 0 ? dot / Math.sqrt(x * y) : null,
    });
  }
  return out.sort(
    (p, q) => (q.relative ?? Number.POSITIVE_INFINITY) - (p.relative ?? Number.POSITIVE_INFINITY),
  );
}

/** Which predictions for a split's rows differ. @throws VitrineError cancelled; what predicting throws */
export async function flips(
  before: Version,
  after: Version,
  { engine, dataset, loss, split }: ComparisonData,
  signal?: AbortSignal,
): Promise<PredictionChanges> {
  const rows = dataset.splits[split];
  const { input } = dataset.batch(rows);
  const predict = (v: Version) =>
    predictRows({
      engine,
      model: v.model,
      weights: v.weights!,
      input,
      target: withUnnamed(dataset.target, v.model, loss),
      loss,
      ...(signal && { signal }),
    });
  const [old, now] = [await predict(before), await predict(after)];
  const flipped: Flip[] = [];
  let [fixed, broken] = [0, 0];
  for (const [i, row] of rows.entries()) {
    const [a, b] = [old[i]!.label, now[i]!.label];
    if (a === b) continue;
    const target = String(dataset.raw(row).target);
    const effect = b === target ? 'fixed' : a === target ? 'broken' : 'other';
    if (effect === 'fixed') fixed++;
    if (effect === 'broken') broken++;
    flipped.push({ row, before: a, after: b, target, effect });
  }
  return { split, rows: rows.length, flipped, fixed, broken };
}
