/** How robust a trained run is against small disturbances of its inputs, made to mislead it. */
import type { Dataset } from '../../data/dataset';
import type { Engine } from '../../engine/engine';
import { type Bounds, fgsm, type LossGradient, pgd } from '../../explain/adversarial/attack';
import { type Prediction, predict } from '../../explain/answers/predict';
import { lossSpec } from '../../formats/experiment/write';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { openRun } from '../../train/open/openRun';
import { bindingsFor, fitTargets, takesAnyBatch, targetTypeFor } from '../../train/setup/bindings';

export interface RobustnessRequest {
  /** A run's folder, or an experiment file (its newest finished run is taken). */
  run: string;
  attack?: 'fgsm' | 'pgd';
  /** Largest change of an entry, in prepared units (standard deviations for scaled columns). */
  epsilons?: readonly number[];
  /** One row instead of the test rows. */
  row?: number;
  /** Test rows at most. Default 256. */
  rows?: number;
}

export interface Robustness {
  attack: 'fgsm' | 'pgd';
  row: number | null;
  rows: number;
  /** Accuracy of undisturbed rows. */
  accuracy: number;
  /** Of a single row: what it is taken for undisturbed. */
  label?: string;
  points: readonly {
    epsilon: number;
    accuracy: number;
    /** Share of rows that were right and are misled. */
    misled: number;
    /** Of a single row: what it is taken for. */
    label?: string;
  }[];
  text: string;
}

const defaultEpsilons = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5];

/** @throws bad-request for a model of numbers, of whole-number inputs, a row or an epsilon that cannot be. */
export async function robustnessRun(
  request: RobustnessRequest,
  engineFor: (backend: string | undefined) => Promise<Engine>,
  options: { signal?: AbortSignal; onProgress?(done: number): void } = {},
): Promise<Robustness> {
  const { attack = 'pgd', epsilons = defaultEpsilons, row } = request;
  const run = await openRun(request.run);
  const { model } = run;
  const dataset = await run.dataset();
  if (dataset.target.kind !== 'classes')
    throw new VitrineError(
      'bad-request',
      `The model predicts a number ("${dataset.target.name}"); it cannot be misled to another class. Robustness is for models that predict classes.`,
    );
  if (model.values[model.inputs[0] ?? '']?.dtype.startsWith('int'))
    throw new VitrineError(
      'bad-request',
      `${model.name} takes whole numbers (such as tokens), which cannot be disturbed a little.`,
    );
  for (const e of epsilons)
    if (!(e > 0 && Number.isFinite(e)))
      throw new VitrineError('bad-request', `${e} is no size of a disturbance; expected numbers above 0.`);
  const rows = rowsOf(dataset, row, request.rows ?? 256);
  const weights = await run.weights();
  const engine = await engineFor(run.record.backend);
  const trained = lossSpec(run.experiment);
  const { input, ...batch } = dataset.batch(rows);
  const size = takesAnyBatch(model) ? rows.length : Number(model.values[model.inputs[0]!]!.shape[0]);
  if (size !== rows.length)
    throw new VitrineError(
      'bad-request',
      `${model.name} takes exactly ${size} rows at once: use --rows ${size}.`,
    );
  const subject = {
    engine,
    model,
    weights,
    dataset,
    loss: trained,
    ...(options.signal && { signal: options.signal }),
  };
  const clean = await predict({ ...subject, input });
  // Of a policy nobody knows what is right: it is misled from what it would do (Huang et al., "Adversarial Attacks on
  // Neural Network Policies", 2017), by the cross entropy of its actions.
  const [loss, targets] = dataset.target.untold
    ? [
        { name: 'cross_entropy' } as const,
        { shape: [rows.length], data: Int32Array.from(clean, p => p.index) },
      ]
    : [trained, batch.targets];
  const bindings = bindingsFor(model, dataset.sampleShape, rows.length);
  const outputShape = [rows.length, clean[0]!.output.length];
  const fitted = fitTargets(targets, targetTypeFor(dataset, loss, outputShape, rows.length));
  const evaluator = await engine.evaluator(model, { bindings, weights, loss, gradients: [model.inputs[0]!] });
  try {
    const gradient: LossGradient = async data => {
      throwIfCancelled(options.signal);
      const { gradients } = await evaluator.run(
        { [model.inputs[0]!]: { shape: input.shape, data } },
        { targets: fitted },
      );
      return Float32Array.from(gradients[model.inputs[0]!]!.data);
    };
    const right = (p: readonly Prediction[]) => p.map((x, i) => x.index === targets.data[i]);
    const before = right(clean);
    const bounds = boundsOf(dataset);
    const start = Float32Array.from(input.data);
    const points: Robustness['points'][number][] = [];
    for (const [i, epsilon] of [...epsilons].sort((a, b) => a - b).entries()) {
      const data =
        attack === 'fgsm'
          ? await fgsm(start, gradient, epsilon, bounds)
          : await pgd(start, gradient, epsilon, { bounds });
      const after = await predict({ ...subject, input: { shape: input.shape, data } });
      const still = right(after);
      points.push({
        epsilon,
        accuracy: share(still),
        misled: share(before.map((r, k) => r && !still[k]!)),
        ...(row !== undefined && { label: after[0]!.label }),
      });
      options.onProgress?.((i + 1) / epsilons.length);
    }
    return {
      attack,
      row: row ?? null,
      rows: rows.length,
      accuracy: share(before),
      ...(row !== undefined && { label: clean[0]!.label }),
      points,
      text: tell(points, share(before), { row, label: clean[0]!.label, untold: dataset.target.untold }),
    };
  } finally {
    await evaluator.dispose();
  }
}

function rowsOf(dataset: Dataset, row: number | undefined, most: number): Int32Array {
  const { train, valid, test } = dataset.splits;
  if (row !== undefined) {
    if (![test, valid, train].some(rows => rows.includes(row)))
      throw new VitrineError('bad-request', `${dataset.name} has no row ${row}.`);
    return Int32Array.of(row);
  }
  if (test.length === 0)
    throw new VitrineError(
      'bad-data',
      `${dataset.name} has no test rows. Set data.split.test in the experiment.`,
    );
  const step = Math.max(1, Math.ceil(test.length / most));
  return test.filter((_, i) => i % step === 0);
}

/** The training rows' range of each entry; of pictures the range of all. One-hot codes are not disturbed. */
function boundsOf(dataset: Dataset): Bounds {
  const { train } = dataset.splits;
  const step = Math.max(1, Math.ceil(train.length / 1000));
  const rows = train.filter((_, i) => i % step === 0);
  const { data } = dataset.batch(rows).input;
  const size = data.length / Math.max(1, rows.length);
  const low = new Float32Array(size).fill(Number.POSITIVE_INFINITY);
  const high = new Float32Array(size).fill(Number.NEGATIVE_INFINITY);
  const whole = dataset.modality !== 'table';
  data.forEach((x, i) => {
    const j = i % size;
    low[j] = Math.min(low[j]!, x);
    high[j] = Math.max(high[j]!, x);
  });
  if (whole) {
    low.fill(low.reduce((a, b) => Math.min(a, b)));
    high.fill(high.reduce((a, b) => Math.max(a, b)));
  }
  for (const f of dataset.features) if (f.kind === 'category') high.set(low.subarray(...f.span), f.span[0]);
  return { low, high };
}

function share(flags: readonly boolean[]): number {
  return flags.filter(Boolean).length / Math.max(1, flags.length);
}

function tell(
  points: Robustness['points'],
  accuracy: number,
  { row, label, untold }: { row: number | undefined; label: string; untold: true | undefined },
): string {
  const last = points.at(-1);
  if (!last) return '';
  const percent = (x: number) => `${(x * 100).toFixed(1)} %`;
  if (row !== undefined) {
    const changed = points.find(p => p.label !== label);
    return changed
      ? `Row ${row} is taken for "${label}", and for "${changed.label}" once its entries are changed by ${changed.epsilon}.`
      : `Row ${row} is taken for "${label}", and still is when its entries are changed by ${last.epsilon}.`;
  }
  const half = points.find(p => p.accuracy <= accuracy / 2);
  if (untold)
    return half
      ? `Less than half of its actions (${percent(half.accuracy)}) stay once states are changed by ${half.epsilon}.`
      : `Of its actions ${percent(last.accuracy)} stay when states are changed by ${last.epsilon}.`;
  return half
    ? `Of ${percent(accuracy)} right answers less than half (${percent(half.accuracy)}) remain once entries are changed by ${half.epsilon}.`
    : `Of ${percent(accuracy)} right answers ${percent(last.accuracy)} remain when entries are changed by ${last.epsilon}.`;
}
