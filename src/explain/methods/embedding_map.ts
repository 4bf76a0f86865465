/** Embedding map: rows as points in the plane, near where a layer of the network answers to them alike. */
import { Type } from '@sinclair/typebox';
import { UMAP } from 'umap-js';
import { evenly } from '../../data/evenly';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { Random } from '../../model/random';
import { predict } from '../answers/predict';
import { hasLayers, layerOutput, moduleOption } from '../layers/layers';
import { layerValues } from '../layers/layerValues';
import type { ExplanationMethod } from '../method';
import { principalComponents } from '../numerics/principalComponents';
import { readOptions } from '../options';
import { all, oneInput } from '../suits';
import { wordsFor } from '../words/words';

const options = Type.Object(
  {
    layer: moduleOption,
    projection: Type.Union([Type.Literal('umap'), Type.Literal('pca')], {
      default: 'umap',
      description:
        'How the layer becomes a map: UMAP keeps neighbours together, PCA keeps the directions of largest variance.',
    }),
    neighbours: Type.Integer({
      minimum: 2,
      maximum: 200,
      default: 15,
      description: 'Of UMAP: how many rows count as near.',
    }),
    distance: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.1,
      description: 'Of UMAP: how near points may come to each other.',
    }),
    rows: Type.Integer({
      minimum: 4,
      maximum: 2000,
      default: 300,
      description: 'At most this many rows, evenly spaced.',
    }),
    split: Type.Union(
      (['test', 'valid', 'train'] as const).map(s => Type.Literal(s)),
      { default: 'test', description: 'Which rows.' },
    ),
    seed: Type.Integer({ default: 0, description: 'The same seed gives the same map.' }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'embedding_map',
  title: 'Embedding map',
  paper: {
    authors: 'McInnes, Healy and Melville',
    year: 2018,
    title: 'UMAP: Uniform Manifold Approximation and Projection for Dimension Reduction',
    url: 'https://arxiv.org/abs/1802.03426',
  },
  summary: 'Which rows a layer of the network sees as alike, on a map.',
  scope: 'model',
  needs: ['training-data'],
  options,
  judgedBy: ['neighbourhood'],
  suits: all(oneInput, hasLayers),
  async explain(request, given) {
    const chosen = readOptions(options, given, 'embedding_map');
    const { dataset, model } = request;
    if (!dataset) throw new VitrineError('bad-request', 'A map shows rows of a data set; none was given.');
    const rows = evenly(dataset.splits[chosen.split], chosen.rows);
    if (rows.length < 4)
      throw new VitrineError(
        'bad-request',
        `A map needs at least 4 ${chosen.split} rows, and ${dataset.name} has ${dataset.splits[chosen.split].length}. Use another split.`,
      );
    const output = layerOutput(model, chosen.layer);
    const { input, targets } = dataset.batch(rows);
    const seen = await layerValues({ ...request, onProgress: undefined }, output.id, input);
    const words = wordsFor(request.language);
    const pca = chosen.projection === 'pca' ? principalComponents(seen, 2) : undefined;
    const points = pca
      ? pca.scores.map(s => [s[0] ?? 0, s[1] ?? 0])
      : await umap(seen, chosen, request.signal, request.onProgress);
    const share = pca && pca.total > 0 ? pca.variances.reduce((a, b) => a + b, 0) / pca.total : undefined;
    const predictions = await predict({ ...request, input, onProgress: undefined });
    const classes = dataset.target.kind === 'classes' ? dataset.target.classes : undefined;
    const width = targets.data.length / rows.length;
    const truth = (r: number) => targets.data[r * width]!;
    const numbers = classes ? [] : Array.from(rows, (_, r) => truth(r)).sort((a, b) => a - b);
    const third = (p: number) => numbers[Math.floor(p * (numbers.length - 1))]!;
    const groupOf = (r: number) =>
      classes ? truth(r) : truth(r) <= third(1 / 3) ? 0 : truth(r) >= third(2 / 3) ? 2 : 1;
    const axis = (i: number) =>
      pca
        ? words.figures.component(i + 1, words.percent(pca.variances[i]! / (pca.total || 1)))
        : `UMAP ${i + 1}`;
    const named = classes && !dataset.target.perPosition;
    return {
      values: { shape: [rows.length, 2], data: Float32Array.from(points.flat()) },
      repeats: {
        shape: [rows.length, seen[0]!.length],
        data: Float32Array.from(seen.flatMap(r => Array.from(r))),
      },
      names: [axis(0), axis(1)],
      figures: [
        {
          kind: 'map',
          x: { title: axis(0) },
          y: { title: axis(1) },
          points: points.map(([x, y], r) => ({
            x: x!,
            y: y!,
            row: rows[r]!,
            group: dataset.target.perPosition ? 0 : groupOf(r),
            label: named
              ? `${rows[r]}: ${classes[truth(r)]}${predictions[r]!.index === truth(r) ? '' : ` → ${predictions[r]!.label}`}`
              : String(rows[r]),
            ...(named && predictions[r]!.index !== truth(r) && { wrong: true }),
          })),
          groups: dataset.target.perPosition
            ? [words.figures.rows]
            : (classes ?? [words.figures.lowValue, words.figures.middleValue, words.figures.highValue]),
        },
      ],
      facts: { rows: rows.length, ...(share !== undefined && { share }) },
      told: [
        share === undefined
          ? words.model.neighbours(output.name, rows.length)
          : words.model.embedding(output.name, words.percent(share), rows.length),
      ],
    };
  },
};

/** Seeded, and cancellable between its epochs. */
export async function umap(
  rows: readonly ArrayLike<number>[],
  { neighbours, distance, seed }: { neighbours: number; distance: number; seed: number },
  signal?: AbortSignal,
  onProgress?: (done: number) => void,
): Promise<number[][]> {
  const random = new Random(seed, 'umap');
  const plan = new UMAP({
    nComponents: 2,
    nNeighbors: Math.min(neighbours, rows.length - 1),
    minDist: distance,
    random: () => random.uniform(),
  });
  const epochs = plan.initializeFit(rows.map(r => Array.from(r)));
  for (let e = 0; e < epochs; e++) {
    throwIfCancelled(signal);
    plan.step();
    if (e % 20 === 0) {
      onProgress?.((e + 1) / epochs);
      await new Promise<void>(resolve => setTimeout(resolve));
    }
  }
  return plan.getEmbedding();
}
