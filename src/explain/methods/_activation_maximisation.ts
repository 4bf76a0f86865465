/** Activation maximisation: the input that the network itself would draw for an output, by climbing its gradient. */
import { Type } from '@sinclair/typebox';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { evenly, trainingMean } from '../baseline';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { formatNumber } from '../predict';
import { withProbe } from '../probe';
import { hasGradients } from '../suits';
import { wordsFor } from '../words';

const options = Type.Object(
  {
    steps: Type.Integer({ minimum: 1, maximum: 10000, default: 100, description: 'Steps uphill.' }),
    length: Type.Number({
      exclusiveMinimum: 0,
      default: 0.1,
      description: 'How far a step moves each value on average, in the units that the model sees.',
    }),
    pull: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.02,
      description: 'Share of the way that each step goes back to the start: keeps the input near the data.',
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'activation_maximisation',
  title: 'Activation maximisation',
  paper: {
    authors: 'Erhan, Bengio, Courville and Vincent',
    year: 2009,
    title: 'Visualizing Higher-Layer Features of a Deep Network',
    url: 'https://www.researchgate.net/publication/265022827_Visualizing_Higher-Layer_Features_of_a_Deep_Network',
  },
  summary:
    'What an input looks like that the network finds most typical of a class, starting from the mean input.',
  scope: 'model',
  needs: ['gradients', 'training-data'],
  options,
  judgedBy: ['exceeds_examples'],
  suits: hasGradients,
  async explain(request, given) {
    const bound = readOptions(options, given, 'activation_maximisation');
    const { dataset } = request;
    if (!dataset)
      throw new VitrineError(
        'bad-request',
        'The climb starts from the mean of the training rows: give a data set.',
      );
    const shape = dataset.sampleShape;
    const size = shape.reduce((a, b) => a * b, 1);
    const found = await ascend(request, trainingMean(dataset), shape, bound);
    const rows = evenly(dataset.splits.train, 256);
    const known = dataset.batch(rows).input.data as Float32Array;
    const scores = await withProbe(request, shape, { rows: Math.min(64, Math.max(1, rows.length)) }, probe =>
      probe.scores(rows.length, (r, into) => into.set(known.subarray(r * size, (r + 1) * size))),
    );
    const highest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const words = wordsFor(request.language);
    const classes = dataset.target.kind === 'classes' ? dataset.target.classes : undefined;
    const index =
      request.sign === -1 ? 0 : classes?.length === 2 && (request.target ?? 0) === 0 ? 1 : request.target;
    const name = classes?.[index ?? 0] ?? dataset.target.name;
    const subject = words.reasons.subject(classes ? 'class' : 'number', name);
    const output = found.facts!['output']!;
    return {
      ...found,
      kind: 'example',
      facts: { ...found.facts!, ...(Number.isFinite(highest) && { highest }) },
      told: [
        words.model.example(
          subject,
          formatNumber(output),
          Number.isFinite(highest) ? formatNumber(highest) : undefined,
        ),
      ],
    };
  },
};

/**
 * x ← x + length · √size · g / |g| - pull · (x - start), `steps` times. Stops early where the gradient is zero.
 */
export async function ascend(
  request: ExplanationRequest,
  start: Float32Array,
  shape: readonly number[],
  { steps, length, pull }: { steps: number; length: number; pull: number },
): Promise<Attribution> {
  const x = Float64Array.from(start);
  let first = 0;
  let output = 0;
  await withProbe(request, shape, { rows: 1, gradients: true }, async probe => {
    for (let k = 0; k <= steps; k++) {
      throwIfCancelled(request.signal);
      let flat = false;
      await probe.gradients(
        1,
        (_, into) => into.set(x),
        (_row, g, score) => {
          output = score;
          if (k === 0) first = score;
          if (k === steps) return;
          let norm = 0;
          for (const v of g) norm += v * v;
          norm = Math.sqrt(norm);
          flat = norm === 0;
          if (flat) return;
          const way = (length * Math.sqrt(x.length)) / norm;
          for (let i = 0; i < x.length; i++) x[i]! += way * g[i]! - pull * (x[i]! - start[i]!);
        },
      );
      request.onProgress?.((k + 1) / (steps + 1));
      if (flat) break;
    }
  });
  return { values: { shape, data: Float32Array.from(x) }, facts: { output, start: first } };
}
