/**
 * What stands around a prediction and lets a person weigh it: how often the model is right when it is as sure as here,
 * what is true of the training rows most like this one, and the nearest value of a single column with another answer.
 */
import type { Dataset } from '../data/dataset';
import { evenly } from '../data/evenly';
import type { Tensor } from '../model/graph';
import { type Prediction, predict } from './answers/predict';
import type { Attribution, ExplanationRequest } from './method';
import { descending } from './numerics/statistics';

export interface Context {
  /** Of rows that training did not see, those about which the model was about as sure, and how many of them it had right. */
  sureness?: { rows: number; right: number };
  /** The training rows nearest in the model's input, and how many of them have the predicted class. */
  similar?: { rows: number; same: number };
  /** With this column at this value, the others as they are, the answer is another: the smallest such change found. */
  flip?: { column: string; from: number; to: number; label: string };
}

/** Rows that are looked at, evenly spaced. */
const mostRows = 1000;
/** How many rows count as "most like this one". */
const nearest = 20;
/** Fewer rows of like sureness say nothing. */
const fewest = 10;
/** Probabilities this far apart are alike. */
const alike = 0.1;
/** Columns that are tried, and values of each. */
const tried = { columns: 5, values: 24 };

export async function contextOf(
  request: ExplanationRequest & { dataset: Dataset; input: Tensor },
  prediction: Prediction,
  attribution: Attribution,
  raw: Readonly<Record<string, string | number | null>> | undefined,
): Promise<Context> {
  const { dataset } = request;
  if (dataset.target.kind !== 'classes' || dataset.target.perPosition) return {};
  const { untold } = dataset.target;
  const sureness = untold ? undefined : await surenessOf(request, prediction);
  const flip = raw && (await flipOf(request, prediction, attribution, raw));
  const similar = untold ? undefined : similarTo(request, prediction);
  return { ...(sureness && { sureness }), ...(similar && { similar }), ...(flip && { flip }) };
}

/** Predictions of held-out rows are the same for every explanation of a run. */
const judged = new WeakMap<object, Promise<{ p: number; right: boolean }[]>>();

async function surenessOf(
  request: ExplanationRequest & { dataset: Dataset },
  prediction: Prediction,
): Promise<Context['sureness']> {
  const p = prediction.probabilities?.[prediction.index];
  if (p === undefined) return undefined;
  let known = judged.get(request.weights);
  if (!known) {
    known = heldOut(request);
    judged.set(request.weights, known);
    // A cancelled one may be tried again.
    known.catch(() => judged.delete(request.weights));
  }
  const near = (await known).filter(r => Math.abs(r.p - p) <= Math.min(alike, Math.max(0.02, 1 - p)));
  return near.length < fewest ? undefined : { rows: near.length, right: near.filter(r => r.right).length };
}

async function heldOut(request: ExplanationRequest & { dataset: Dataset }) {
  const { dataset } = request;
  const rows = evenly(Int32Array.from([...dataset.splits.valid, ...dataset.splits.test]), mostRows);
  if (rows.length === 0) return [];
  const { input, targets } = dataset.batch(rows);
  const predictions = await predict({ ...request, onProgress: undefined, input });
  return predictions.map((p, i) => ({
    p: p.probabilities?.[p.index] ?? 0,
    right: p.index === targets.data[i],
  }));
}

/** By the distance of prepared inputs, in which columns are scaled as the model sees them. Tokens have no distance. */
function similarTo(
  { dataset, input }: { dataset: Dataset; input: Tensor },
  prediction: Prediction,
): Context['similar'] {
  if (!(input.data instanceof Float32Array) || !['table', 'image'].includes(dataset.modality))
    return undefined;
  const rows = evenly(dataset.splits.train, mostRows);
  if (rows.length < 5 * nearest) return undefined;
  const { input: others, targets } = dataset.batch(rows);
  const size = input.data.length;
  const distances = Float64Array.from(rows, (_, i) => {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += (others.data[i * size + j]! - input.data[j]!) ** 2;
    return -sum;
  });
  // A row of the training split is most like itself, which says nothing.
  const order = Array.from(descending(distances)).filter(i => distances[i]! < 0);
  const found = order.slice(0, nearest);
  if (found.length === 0) return undefined;
  return { rows: found.length, same: found.filter(i => targets.data[i] === prediction.index).length };
}

/** The strongest columns of numbers, each moved through the training rows' range: the shortest way to another answer. */
async function flipOf(
  request: ExplanationRequest & { dataset: Dataset },
  prediction: Prediction,
  { names, values }: Attribution,
  raw: Readonly<Record<string, string | number | null>>,
): Promise<Context['flip']> {
  const { dataset } = request;
  if (dataset.modality !== 'table' || !names || names.length !== values.data.length) return undefined;
  const columns = Array.from(descending(Array.from(values.data, Math.abs)))
    .map(i => dataset.features.find(f => f.name === names[i]))
    .filter(f => f?.kind === 'number' && typeof raw[f.name] === 'number')
    .filter(f => f !== undefined && f.min !== undefined && f.max !== undefined && f.max > f.min)
    .slice(0, tried.columns) as { name: string; min: number; max: number; std?: number }[];
  const trials = columns.flatMap(f =>
    Array.from({ length: tried.values }, (_, k) => ({
      column: f.name,
      from: Number(raw[f.name]),
      to: rounded(f.min + ((f.max - f.min) * k) / (tried.values - 1), f.max - f.min),
      size: f.std !== undefined && f.std > 0 ? f.std : f.max - f.min,
    })),
  );
  if (trials.length === 0) return undefined;
  const input = dataset.prepare(trials.map(t => ({ ...raw, [t.column]: t.to })));
  const answers = await predict({ ...request, onProgress: undefined, input });
  const flips = trials
    .map((t, i) => ({ ...t, answer: answers[i]!, way: Math.abs(t.to - t.from) / t.size }))
    .filter(t => t.answer.index !== prediction.index)
    .sort((a, b) => a.way - b.way);
  const [best] = flips;
  return best && { column: best.column, from: best.from, to: best.to, label: best.answer.label };
}

/** Three digits of the range: what a person would write. */
function rounded(x: number, range: number): number {
  const digits = Math.max(0, Math.min(8, 2 - Math.floor(Math.log10(range))));
  return Number(x.toFixed(digits));
}
