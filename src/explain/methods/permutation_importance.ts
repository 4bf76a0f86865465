/**
 * Permutation importance: how much worse the model gets when a column's values are dealt out to other rows. Entries
 * that stem from one column (its one-hot code) move together.
 */
import { Type } from '@sinclair/typebox';
import { evenly } from '../../data/evenly';
import { VitrineError } from '../../model/errors';
import { Random } from '../../model/random';
import { linkOf } from '../answers/predict';
import { type ScorerId, scorerFor, scorerIds } from '../answers/scorers';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { deviation, mean } from '../numerics/statistics';
import { readOptions } from '../options';
import { isPicture, spreadOverUnits, type Unit, unitsOf } from '../perturbation/units';
import { withProbe } from '../probe';
import { oneInput } from '../suits';

const options = Type.Object(
  {
    repeats: Type.Integer({
      minimum: 2,
      maximum: 1000,
      default: 10,
      description: 'Permutations per column.',
    }),
    metric: Type.Union(
      scorerIds.map(s => Type.Literal(s)),
      {
        default: 'auto',
        description: 'What must get worse: accuracy for classes and R² for numbers if "auto".',
      },
    ),
    split: Type.Union(
      (['test', 'valid', 'train'] as const).map(s => Type.Literal(s)),
      {
        default: 'test',
        description: 'The rows that are permuted; rows that were not trained on tell the most.',
      },
    ),
    rows: Type.Integer({ minimum: 2, default: 500, description: 'At most this many rows, evenly spaced.' }),
    seed: Type.Integer({ default: 0, description: 'The same seed gives the same permutations.' }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'permutation_importance',
  title: 'Permutation importance',
  paper: {
    authors: 'Breiman',
    year: 2001,
    title: 'Random Forests',
    url: 'https://doi.org/10.1023/A:1010933404324',
  },
  summary: 'How much worse the model gets, over many rows, when it cannot rely on a column.',
  scope: 'model',
  needs: ['training-data', 'targets'],
  options,
  judgedBy: ['repeat_stability'],
  suits: oneInput,
  async explain(request, given) {
    const { repeats, metric, split, rows, seed } = readOptions(options, given, 'permutation_importance');
    const { dataset } = request;
    if (!dataset)
      throw new VitrineError(
        'bad-request',
        'Permutation importance needs a data set to permute; none was given.',
      );
    const part = dataset.splits[split];
    if (part.length < 2) {
      throw new VitrineError(
        'bad-request',
        `Permutation importance needs at least 2 rows; the ${split} split of ${dataset.name} has ${part.length}. Choose another split.`,
      );
    }
    const chosen = evenly(part, rows);
    const { input, targets } = dataset.batch(chosen);
    const units = unitsOf(dataset.sampleShape, dataset);
    // As in scikit-learn, every column sees the same permutations.
    const random = new Random(seed, 'permutation_importance');
    const order = Int32Array.from({ length: chosen.length }, (_, i) => i);
    const permutations = Array.from({ length: repeats }, () => random.shuffle(order).slice());
    const { attribution, baseline, scorer } = await permutationImportance(
      request,
      { input: input.data as Float32Array, targets: targets.data, sampleShape: dataset.sampleShape },
      units,
      metric,
      permutations,
    );
    const facts = { score: baseline, metric: scorerIds.indexOf(scorer), rows: chosen.length, repeats };
    if (!isPicture(dataset.sampleShape)) return { ...attribution, facts };
    // A picture's units are drawn where they lie.
    const size = dataset.sampleShape.reduce((a, b) => a * b, 1);
    const draw = (t: Attribution['values']) => ({
      shape: dataset.sampleShape,
      data: spreadOverUnits(t.data, units, size),
    });
    return {
      ...attribution,
      values: draw(attribution.values),
      spread: attribution.spread && draw(attribution.spread),
      facts,
    };
  },
};

/**
 * Drop of the score when a unit's entries are permuted over the rows: its mean over the permutations, their standard
 * deviation (divided by n), and the single drops, as scikit-learn's `permutation_importance` gives them.
 *
 * @param data prepared rows, flat, and their targets.
 * @param permutations each an order of the rows.
 */
export async function permutationImportance(
  request: ExplanationRequest,
  data: { input: Float32Array; targets: ArrayLike<number>; sampleShape: readonly number[] },
  units: readonly Unit[],
  metric: (typeof scorerIds)[number],
  permutations: readonly Int32Array[],
): Promise<{ attribution: Attribution; baseline: number; scorer: ScorerId }> {
  const { input, targets, sampleShape } = data;
  const rows = targets.length;
  const size = sampleShape.reduce((a, b) => a * b, 1);
  const target = request.dataset!.target;
  return withProbe(
    { ...request, target: 0, sign: 1 },
    sampleShape,
    { rows: Math.min(rows, 512) },
    async probe => {
      const link = linkOf(request.model, request.loss, target, probe.width);
      const scorer = scorerFor(metric, target, link, probe.width);
      const copy = (row: number, into: Float32Array) =>
        into.set(input.subarray(row * size, (row + 1) * size));
      const baseline = scorer.score(await probe.outputs(rows, copy), targets);
      const repeats = permutations.length;
      const drops = new Float32Array(repeats * units.length);
      for (const [u, { indices }] of units.entries()) {
        // A column that never changes cannot be told from itself when permuted.
        const constant = indices.every(i => {
          for (let r = 1; r < rows; r++) if (input[r * size + i] !== input[i]) return false;
          return true;
        });
        for (let k = 0; k < repeats && !constant; k++) {
          const order = permutations[k]!;
          const outputs = await probe.outputs(rows, (row, into) => {
            copy(row, into);
            const from = order[row]! * size;
            for (const i of indices) into[i] = input[from + i]!;
          });
          drops[k * units.length + u] = baseline - scorer.score(outputs, targets);
          request.onProgress?.((u + (k + 1) / repeats) / units.length);
        }
      }
      const ofUnit = (u: number) => Array.from({ length: repeats }, (_, k) => drops[k * units.length + u]!);
      const shape = [units.length];
      const named = units.every(u => u.name !== undefined);
      return {
        baseline,
        scorer: scorer.id,
        attribution: {
          values: { shape, data: Float32Array.from(units, (_, u) => mean(ofUnit(u))) },
          spread: { shape, data: Float32Array.from(units, (_, u) => deviation(ofUnit(u))) },
          repeats: { shape: [repeats, units.length], data: drops },
          ...(named && { names: units.map(u => u.name!) }),
        },
      };
    },
  );
}
