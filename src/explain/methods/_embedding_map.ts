/** Embedding map: rows as points in the plane, near where a layer of the network answers to them alike. */
import { Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { evenly } from '../baseline';
import { hasLayers, layerOutput, moduleOption } from '../layers';
import type { ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { principalComponents } from '../principalComponents';
import { withProbe } from '../probe';
import { all, hasGradients } from '../suits';
import { wordsFor } from '../words';

const options = Type.Object(
  {
    layer: moduleOption,
    rows: Type.Integer({
      minimum: 3,
      maximum: 400,
      default: 200,
      description: 'At most this many rows, evenly spaced.',
    }),
    split: Type.Union(
      (['test', 'valid', 'train'] as const).map(s => Type.Literal(s)),
      { default: 'test', description: 'Which rows.' },
    ),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'embedding_map',
  title: 'Embedding map (principal components)',
  paper: {
    authors: 'Pearson',
    year: 1901,
    title: 'On Lines and Planes of Closest Fit to Systems of Points in Space',
    url: 'https://doi.org/10.1080/14786440109462720',
  },
  summary: 'Which rows a layer of the network sees as alike, on a map.',
  scope: 'model',
  needs: ['training-data'],
  options,
  judgedBy: ['neighbourhood'],
  suits: all(hasGradients, hasLayers),
  async explain(request, given) {
    const { layer, rows, split } = readOptions(options, given, 'embedding_map');
    const { dataset, model } = request;
    if (!dataset) throw new VitrineError('bad-request', 'A map shows rows of a data set; none was given.');
    const chosen = evenly(dataset.splits[split], rows);
    if (chosen.length < 3)
      throw new VitrineError(
        'bad-request',
        `A map needs at least 3 ${split} rows, and ${dataset.name} has ${chosen.length}. Use another split.`,
      );
    const output = layerOutput(model, layer);
    const seen = await layerValues(request, output.id, chosen);
    const { scores, variances, total } = principalComponents(seen, 2);
    const share = total > 0 ? variances.reduce((a, b) => a + b, 0) / total : 0;
    const words = wordsFor(request.language);
    const width = seen[0]!.length;
    return {
      values: {
        shape: [chosen.length, 2],
        data: Float32Array.from(scores.flatMap(s => [s[0] ?? 0, s[1] ?? 0])),
      },
      repeats: { shape: [chosen.length, width], data: Float32Array.from(seen.flatMap(r => Array.from(r))) },
      names: ['1', '2'],
      kind: 'points',
      facts: { rows: chosen.length, share },
      told: [words.model.embedding(output.name, words.percent(share), chosen.length)],
    };
  },
};

/** What a value of the model is for each row, flat. */
async function layerValues(
  request: ExplanationRequest,
  id: string,
  rows: Int32Array,
): Promise<Float32Array[]> {
  const { sampleShape } = request.dataset!;
  const size = sampleShape.reduce((a, b) => a * b, 1);
  const data = request.dataset!.batch(rows).input.data as Float32Array;
  const found: Float32Array[] = [];
  await withProbe(request, sampleShape, { rows: Math.min(64, rows.length), inner: id }, probe =>
    probe.gradients(
      rows.length,
      (r, into) => into.set(data.subarray(r * size, (r + 1) * size)),
      (_row, _gradient, _score, value) => found.push(value!.slice()),
      request.onProgress,
    ),
  );
  return found;
}
