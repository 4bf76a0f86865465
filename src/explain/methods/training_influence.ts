/** TracIn: which training rows taught the network this answer, and which spoke against it, over the run's checkpoints. */
import { Type } from '@sinclair/typebox';
import { evenly } from '../../data/evenly';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Tensor, Tensors } from '../../model/graph';
import { formatNumber, linkOf, probabilitiesOf } from '../answers/predict';
import type { Figure } from '../figure';
import { look } from '../layers/inside';
import type { ExplanationMethod, ExplanationRequest } from '../method';
import { descending, spearman } from '../numerics/statistics';
import { readOptions } from '../options';
import { isPicture } from '../perturbation/units';
import { sampleOf, withWeights } from '../probe';
import { oneInput, passesGradients } from '../suits';
import { wordsFor } from '../words/words';

const options = Type.Object(
  {
    rows: Type.Integer({
      minimum: 2,
      maximum: 20000,
      default: 500,
      description: 'At most this many training rows, evenly spaced.',
    }),
    checkpoints: Type.Integer({
      minimum: 1,
      maximum: 50,
      default: 5,
      description: 'At most this many of the weights that the run kept, evenly spaced.',
    }),
    shown: Type.Integer({
      minimum: 1,
      maximum: 50,
      default: 6,
      description: 'Rows that are shown for and against.',
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'training_influence',
  title: 'Training influence (TracIn)',
  paper: {
    authors: 'Pruthi, Liu, Kale and Sundararajan',
    year: 2020,
    title: 'Estimating Training Data Influence by Tracing Gradient Descent',
    url: 'https://arxiv.org/abs/2002.08484',
  },
  summary: 'Which training rows taught the network this answer, and which speak against it.',
  scope: 'prediction',
  of: 'rows',
  needs: ['gradients', 'training-data', 'targets'],
  options,
  judgedBy: ['influence_agrees'],
  suits(model, dataset) {
    if (dataset?.target.perPosition)
      return `${dataset.name} has a target for each position, and influence is told for one target a row. Use token_integrated_gradients.`;
    return oneInput(model) ?? passesGradients(model);
  },
  async explain(request, given) {
    const { rows, checkpoints, shown } = readOptions(options, given, 'training_influence');
    const { dataset } = request;
    if (!dataset)
      throw new VitrineError('bad-request', 'Influence is told of training rows: give a data set.');
    const chosen = evenly(dataset.splits.train, rows);
    if (chosen.length < 2)
      throw new VitrineError(
        'bad-request',
        `${dataset.name} has ${chosen.length} training rows; at least 2 are needed.`,
      );
    const kept = (await request.checkpoints?.()) ?? [];
    const all = kept.length > 0 ? kept : [{ weights: request.weights, rate: 1 }];
    const picked = Array.from(evenly(Int32Array.from(all.keys()), checkpoints), i => all[i]!);
    const { input, targets } = dataset.batch(chosen);
    const truth = answerOf(request);
    const width = targets.data.length / chosen.length;
    const { each, total } = await influences(
      request,
      picked,
      { data: sampleOf(request).data, truth },
      { input, truth: Float64Array.from(chosen, (_, r) => targets.data[r * width]!) },
    );
    const order = descending(total);
    const helped = Array.from(order.slice(0, shown)).filter(i => total[i]! > 0);
    const opposed = Array.from(order.slice(-shown))
      .reverse()
      .filter(i => total[i]! < 0);
    const half = picked.length >> 1;
    const sum = (from: number, to: number) =>
      Array.from(chosen, (_, r) => each.slice(from, to).reduce((s, e) => s + e[r]!, 0));
    // One set of weights has nothing to agree with.
    const agreement = picked.length > 1 ? spearman(sum(0, half), sum(half, picked.length)) : Number.NaN;
    const { figures, model: told } = wordsFor(request.language);
    const targetOf = (i: number) => String(dataset.raw(chosen[i]!).target ?? '');
    return {
      values: { shape: [chosen.length], data: Float32Array.from(total) },
      names: Array.from(chosen, r => String(r)),
      figures: figuresOf(request, chosen, total, helped, opposed),
      facts: {
        rows: chosen.length,
        checkpoints: picked.length,
        ...(Number.isFinite(agreement) && { agreement }),
        self: helped.length,
      },
      told: [
        told.influence(
          helped.slice(0, 3).map(i => figures.rowNamed(chosen[i]!, targetOf(i))),
          opposed.slice(0, 3).map(i => figures.rowNamed(chosen[i]!, targetOf(i))),
        ),
      ],
    };
  },
};

/** The answer whose learning is traced: the explained class, or the true number. */
function answerOf({ dataset, target = 0, sign = 1, model, truth }: ExplanationRequest): number {
  const shape = model.values[model.outputs[0]!]!.shape.slice(1);
  const width = shape.reduce<number>((n, d) => n * (typeof d === 'number' ? d : 1), 1);
  if (dataset!.target.kind === 'classes') return width === 1 ? (sign === -1 ? 0 : 1) : target;
  const number = Number(truth ?? Number.NaN);
  if (truth !== null && truth !== '' && Number.isFinite(number)) return number;
  throw new VitrineError(
    'bad-request',
    'The influence on a number needs to know the true one. Explain a row of the data set.',
  );
}

/**
 * Σ over checkpoints of rate · ∇loss(row) · ∇loss(sample), over all trainable parameters: Captum's TracInCP.
 *
 * @returns by checkpoint and row, and their sum.
 */
export async function influences(
  request: ExplanationRequest,
  checkpoints: readonly { weights: Tensors; rate: number }[],
  sample: { data: Float32Array; truth: number },
  train: { input: Tensor; truth: Float64Array },
): Promise<{ each: Float64Array[]; total: Float64Array }> {
  const count = train.truth.length;
  const size = train.input.data.length / count;
  const parameters = request.model.parameters
    .filter(p => p.kind === 'parameter' && p.trainable)
    .map(p => p.name);
  const source = request.model.inputs[0]!;
  const each: Float64Array[] = [];
  for (const [k, { weights, rate }] of checkpoints.entries()) {
    throwIfCancelled(request.signal);
    const subject = withWeights(request, weights);
    const rowOf = (r: number) =>
      r === count ? sample.data : train.input.data.subarray(r * size, (r + 1) * size);
    const feed = { [source]: (r: number, into: Float32Array) => into.set(rowOf(r)) };
    // The loss's own gradient needs the output, so that it is computed first.
    const outputs: Float32Array[] = [];
    await look(subject, { rows: count + 1, feed }, (_, view) => outputs.push(view.output.slice()));
    let own: Float32Array[] = [];
    const found = new Float64Array(count);
    const gradient = (
      order: (r: number) => number,
      rows: number,
      each: (r: number, g: Float32Array[]) => void,
    ) =>
      look(
        subject,
        {
          rows,
          batch: 1,
          gradients: parameters,
          feed: { [source]: (r, into) => into.set(rowOf(order(r))) },
          seed: (r, into) => {
            const i = order(r);
            lossGradient(request, outputs[i]!, i === count ? sample.truth : train.truth[i]!, into);
          },
          onProgress: done => request.onProgress?.((k + done) / checkpoints.length),
        },
        (r, view) =>
          each(
            r,
            parameters.map(p => view.gradients[p]!),
          ),
      );
    await gradient(
      () => count,
      1,
      (_, g) => {
        own = g.map(v => v.slice());
      },
    );
    await gradient(
      r => r,
      count,
      (r, g) => {
        let dot = 0;
        g.forEach((v, p) => {
          const w = own[p]!;
          for (let i = 0; i < v.length; i++) dot += v[i]! * w[i]!;
        });
        found[r] = rate * dot;
      },
    );
    each.push(found);
  }
  return { each, total: Float64Array.from({ length: count }, (_, r) => each.reduce((s, e) => s + e[r]!, 0)) };
}

/** dLoss/dOutput of the loss that the link stands for; squared errors are a mean over outputs, as PyTorch's. */
function lossGradient(
  { model, loss, dataset }: ExplanationRequest,
  output: Float32Array,
  truth: number,
  into: Float32Array,
): void {
  const width = output.length;
  const link = linkOf(model, loss, dataset?.target, width);
  if (link === 'value') {
    for (let i = 0; i < width; i++) into[i] = (2 * (output[i]! - truth)) / width;
    return;
  }
  if (width === 1) {
    const p = probabilitiesOf(output, link)![1]!;
    into[0] = link === 'probability' ? (p - truth) / Math.max(1e-12, p * (1 - p)) : p - truth;
    return;
  }
  if (link === 'exp') {
    into[truth] = -1;
    return;
  }
  const p = probabilitiesOf(output, link)!;
  for (let i = 0; i < width; i++) {
    const y = i === truth ? 1 : 0;
    into[i] = link === 'probability' ? -y / Math.max(1e-12, p[i]!) : p[i]! - y;
  }
}

function figuresOf(
  request: ExplanationRequest,
  rows: Int32Array,
  total: Float64Array,
  helped: readonly number[],
  opposed: readonly number[],
): Figure[] {
  const { dataset, language } = request;
  const { figures } = wordsFor(language);
  const all = [...helped, ...opposed];
  const raw = all.map(i => dataset!.raw(rows[i]!));
  const { sampleShape } = dataset!;
  const picture = isPicture(sampleShape);
  // Pixels are looked at, not read.
  const unread = picture ? new Set(dataset!.features.map(f => f.name)) : new Set<string>();
  const values = raw.map(r => Object.entries(r.values).filter(([name]) => !unread.has(name)));
  const readable = values.some(v => v.length > 0);
  const table: Figure = {
    kind: 'table',
    columns: [
      { title: figures.row, align: 'right' },
      { title: figures.influence, align: 'right' },
      { title: dataset!.target.name },
      ...(readable ? [{ title: figures.values }] : []),
    ],
    rows: all.map((i, k) => [
      String(rows[i]!),
      formatNumber(Number(total[i]!.toPrecision(4))),
      String(raw[k]!.target ?? ''),
      ...(readable
        ? [
            values[k]!.slice(0, 4)
              .map(([name, v]) => `${name} ${v}`)
              .join(', '),
          ]
        : []),
    ]),
  };
  if (!picture) return [table];
  const data = dataset!.batch(all.map(i => rows[i]!)).input.data as Float32Array;
  const size = data.length / Math.max(1, all.length);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const v of data) {
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  return [
    {
      kind: 'images',
      images: all.map((i, k) => ({
        title: `${total[i]! > 0 ? '+' : '−'} ${figures.rowNamed(rows[i]!, String(raw[k]!.target ?? ''))}`,
        shape: sampleShape,
        values: Array.from(data.subarray(k * size, (k + 1) * size)),
        low,
        high,
        scale: 'grey' as const,
        row: rows[i]!,
      })),
    },
    table,
  ];
}
