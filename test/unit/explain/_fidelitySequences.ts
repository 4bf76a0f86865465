/** Against PyTorch: where a translator looks, and what it loses without each word. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Dataset } from '../../../src/data/dataset';
import type { Engine } from '../../../src/engine/engine';
import { initializeWeights } from '../../../src/engine/initialize';
import type { ExplanationRequest } from '../../../src/explain/method';
import { method as crossAttention } from '../../../src/explain/methods/cross_attention';
import { method as sourceRemoval } from '../../../src/explain/methods/source_removal';
import { format } from '../../../src/formats/pytorch';
import type { Tensors } from '../../../src/model/graph';
import { packInputs } from '../../../src/train/setup/packInputs';
import reference from '../../reference/explain_sequences.json';
import type { Notes } from './_fidelityPropagation';

const torch = 'hooks in PyTorch 2.5.1';

export async function measureSequences(engine: Engine, { exact }: Pick<Notes, 'exact'>): Promise<void> {
  const { sizes, source, given, end } = reference;
  const file = path.resolve('media/samples/translation/translator.py');
  const parts = [
    { name: 'source', shape: [sizes.source_length], dtype: 'int64', modality: 'text' },
    { name: 'target', shape: [sizes.target_length], dtype: 'int64', modality: 'text' },
  ] as const;
  const read = await format.read(
    {
      file,
      texts: { [file]: readFileSync(file, 'utf8') },
      class: 'Translator',
      arguments: sizes,
      inputs: parts.map(p => ({ name: p.name, shape: ['N', ...p.shape], dtype: p.dtype })),
    },
    { distFolder: path.resolve(process.env['VITRINE_DIST'] ?? 'dist') },
  );
  const model = packInputs(read['Translator']!.model!, parts);
  const weights: Tensors = { ...initializeWeights(model, 0) };
  model.parameters
    .filter(p => p.kind === 'parameter')
    .forEach((p, k) => {
      const data = Float32Array.from(
        { length: p.shape.reduce((a, b) => a * b, 1) },
        (_, i) => Math.sin(1.7 * i + k) * 0.6,
      );
      weights[p.name] = { shape: p.shape, data };
    });
  const words = Array.from({ length: sizes.target_words }, (_, i) => `w${i}`);
  const dataset = {
    parts,
    target: {
      name: 'target',
      kind: 'classes',
      classes: words,
      perPosition: true,
      positions: sizes.target_length,
      ignore: 0,
      writes: { part: 1, begin: 2, end, tokens: 'words' },
    },
    entryNames: input => Array.from(input.data, id => (id === 0 ? '' : `w${id}`)),
  } as Partial<Dataset> as Dataset;
  const input = { shape: [1, source.length + given.length], data: Int32Array.from([...source, ...given]) };
  const request: ExplanationRequest = { engine, model, weights, dataset, input };
  const flat = (m: readonly (readonly number[])[]) => m.flat();
  for (const [layer, heads] of reference.attention.entries()) {
    for (const [head, map] of heads.entries())
      exact(
        'cross_attention',
        torch,
        (await crossAttention.explain(request, { layer, head })).values.data,
        flat(map),
      );
    const mean = flat(heads[0]!).map((v, i) => (v + flat(heads[1]!)[i]!) / 2);
    exact('cross_attention', torch, (await crossAttention.explain(request, { layer })).values.data, mean);
  }
  exact(
    'source_removal',
    torch,
    (await sourceRemoval.explain(request, {})).values.data,
    flat(reference.removal),
  );
}
