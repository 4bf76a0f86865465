/** Against PyTorch: which letter each frame of a spoken text belongs to, and what it loses without each. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Dataset } from '../../../src/data/dataset';
import type { Engine } from '../../../src/engine/engine';
import { initializeWeights } from '../../../src/engine/initialize';
import type { ExplanationRequest } from '../../../src/explain/method';
import { method as alignment } from '../../../src/explain/methods/alignment';
import { method as removal } from '../../../src/explain/methods/removal_over_time';
import { format } from '../../../src/formats/pytorch';
import type { Tensors } from '../../../src/model/graph';
import reference from '../../reference/explain_spoken.json';
import type { Notes } from './_fidelityPropagation';

const torch = 'PyTorch 2.5.1';

export async function measureSpoken(engine: Engine, { exact }: Pick<Notes, 'exact'>): Promise<void> {
  const { sizes, text, secondsPerFrame } = reference;
  const file = path.resolve('media/samples/speech-synthesis/voice.py');
  const read = await format.read(
    {
      file,
      texts: { [file]: readFileSync(file, 'utf8') },
      class: 'Voice',
      arguments: sizes,
      input: [text.length],
    },
    { distFolder: path.resolve(process.env['VITRINE_DIST'] ?? 'dist') },
  );
  const model = read['Voice']!.model!;
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
  const dataset = {
    name: 'spoken',
    target: { name: 'sound', kind: 'number', shape: [sizes.frames, sizes.mels], spoken: { secondsPerFrame } },
    entryNames: input => Array.from(input.data, id => (id === 0 ? '' : `l${id}`)),
  } as Partial<Dataset> as Dataset;
  const input = { shape: [1, text.length], data: Int32Array.from(text) };
  const request: ExplanationRequest = { engine, model, weights, dataset, input };
  const said = await alignment.explain(request, {});
  const [map] = said.figures!;
  if (map?.kind !== 'matrix') throw new Error('the alignment is no matrix');
  exact('alignment', torch, map.values, reference.alignment.flat());
  exact(
    'alignment',
    torch,
    said.values.data.map(v => v / 1000),
    reference.milliseconds.map(v => v / 1000),
  );
  exact(
    'removal_over_time',
    torch,
    (await removal.explain(request, {})).values.data,
    reference.removal.flat(),
  );
}
