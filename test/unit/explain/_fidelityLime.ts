/** Against lime and scikit-image: superpixels, and LIME of pictures, tables and texts from end to end. */
import assert from 'node:assert/strict';
import type { Engine } from '../../../src/engine/engine';
import type { Attribution, ExplanationRequest } from '../../../src/explain/method';
import { method as lime } from '../../../src/explain/methods/lime';
import { labPicture } from '../../../src/explain/superpixels/colour';
import { limeQuickShift, quickshift } from '../../../src/explain/superpixels/quickshift';
import { slic } from '../../../src/explain/superpixels/slic';
import type { Model, Tensors } from '../../../src/model/graph';
import base from '../../reference/explain.json';
import reference from '../../reference/explain_lime.json';
import type { Notes, SampledCase } from './_fidelityPropagation';
import { layersOf } from './_layers';
import { memoryData, network, tensor } from './_nets';

const authority = 'lime 0.2.0.1';
const runs = 16;

export async function measureLime(engine: Engine, { sampled }: Pick<Notes, 'sampled'>): Promise<void> {
  const { picture, table, text } = reference;
  const shape = [3, 12, 16];
  const image: ExplanationRequest = {
    engine,
    ...network(shape, layersOf(picture.layers)),
    target: picture.target,
    input: tensor([1, ...shape], picture.image),
  };
  const perPart = (values: ArrayLike<number>) =>
    picture.values.map((_, p) => values[picture.labels.indexOf(p)]!);
  const size = shape.reduce((a, b) => a * b, 1);
  // A superpixel's value stands, divided, at each of its entries.
  const entries = picture.values.map((_, p) => (3 * picture.labels.filter(l => l === p).length) as number);
  assert.equal(
    size,
    entries.reduce((a, b) => a + b, 0),
  );
  const options = { samples: picture.neighbours, baseline: 'own', units: picture.units };
  const ofParts = await repeated(image, options, v => perPart(v).map((x, p) => x * entries[p]!));
  sampled('lime', authority, ofParts, picture);

  const rows = Array.from({ length: table.rows.length / 6 }, (_, r) => table.rows.slice(6 * r, 6 * r + 6));
  const row: ExplanationRequest = {
    engine,
    ...network([6], layersOf(base.mlp.layers)),
    dataset: memoryData({ inputs: rows, targets: rows.map(() => 0), test: 0 }),
    target: table.target,
    input: tensor([1, 6], table.input),
  };
  // lime lists the coefficients; ours are what a column adds, coefficient times place.
  const place = table.input.map((v, i) => (v - table.mean_row[i]!) / table.std_row[i]!);
  for (const [theirs, more, scale] of [
    [table.around_input, { around: 'input' }, place],
    [table.mean, { around: 'mean' }, place],
    [table.quartile, { discretize: 'quartile' }, place.map(() => 1)],
  ] as [SampledCase & { neighbours: number }, Record<string, string>, number[]][]) {
    const chosen = { samples: theirs.neighbours, ...more };
    sampled(
      'lime',
      authority,
      await repeated(row, chosen, v => Array.from(v, (x, i) => x / scale[i]!)),
      theirs,
    );
  }

  const words: ExplanationRequest = {
    engine,
    ...reader(text.embedding, network([40], layersOf(text.layers).slice(1)), 10, 4),
    target: text.target,
    input: { shape: [1, 10], data: Int32Array.from(text.tokens) },
  };
  sampled(
    'lime',
    authority,
    await repeated(words, { samples: text.neighbours }, v => Array.from(v).slice(0, 8)),
    text,
  );
}

/** The mean over runs with other neighbours, and its standard error. */
async function repeated(
  request: ExplanationRequest,
  options: Readonly<Record<string, unknown>>,
  read: (values: ArrayLike<number>) => number[],
): Promise<Attribution> {
  const found: number[][] = [];
  for (let seed = 0; seed < runs; seed++)
    found.push(read((await lime.explain(request, { ...options, seed })).values.data));
  const mean = found[0]!.map((_, i) => found.reduce((s, r) => s + r[i]!, 0) / runs);
  const error = mean.map((m, i) =>
    Math.sqrt(found.reduce((s, r) => s + (r[i]! - m) ** 2, 0) / (runs - 1) / runs),
  );
  return { values: tensor([mean.length], mean), spread: tensor([mean.length], error) };
}

/** A network over embedded tokens [N, T] instead of numbers [N, T × E]. */
function reader(
  embedding: readonly number[],
  { model, weights }: { model: Model; weights: Tensors },
  length: number,
  width: number,
): { model: Model; weights: Tensors } {
  const table = tensor([embedding.length / width, width], embedding);
  return {
    weights: { ...weights, embedding: table },
    model: {
      ...model,
      inputs: ['tokens'],
      values: {
        ...model.values,
        tokens: { id: 'tokens', dtype: 'int64', shape: ['N', length] },
        embedding: { id: 'embedding', dtype: 'float32', shape: table.shape },
        embedded: { id: 'embedded', dtype: 'float32', shape: ['N', length, width] },
      },
      parameters: [
        ...model.parameters,
        {
          name: 'embedding',
          dtype: 'float32',
          shape: table.shape,
          kind: 'parameter',
          trainable: true,
          initializer: { kind: 'normal', mean: 0, std: 1 },
        },
      ],
      nodes: [
        {
          id: 'gather',
          op: 'Gather',
          module: 'embedding',
          inputs: ['embedding', 'tokens'],
          outputs: ['embedded'],
          attributes: { axis: 0 },
        },
        {
          id: 'flatten',
          op: 'Flatten',
          module: '',
          inputs: ['embedded'],
          outputs: ['x'],
          attributes: { axis: 1 },
        },
        ...model.nodes,
      ],
    },
  };
}

/** How many pixels are in another part than scikit-image has them in, by picture and algorithm. */
export function superpixelDifferences(): { what: string; different: number }[] {
  return reference.superpixels.flatMap(c => {
    const picture = labPicture(c.image, c.shape);
    const off = (what: string, ours: Int32Array, theirs: readonly number[]) => ({
      what: `${what} of ${c.shape.join(' x ')}`,
      different: theirs.filter((v, i) => v !== ours[i]).length,
    });
    return [
      ...Object.entries(c.slic).map(([n, theirs]) => off(`slic ${n}`, slic(picture, Number(n)), theirs)),
      off('quickshift', quickshift(picture, { ...limeQuickShift, seed: 0 }), c.quickshift),
      off(
        'quickshift, fine',
        quickshift(picture, { kernel: 3, reach: 8, ratio: 0.5, seed: 0 }),
        c.quickshift_fine,
      ),
    ];
  });
}
