/** Against Transformers, Captum, NetworkX and hooks in PyTorch: attention, lenses, patches and tokens. */
import { join, resolve } from 'node:path';
import type { Engine } from '../../../src/engine/engine';
import { initializeWeights } from '../../../src/engine/initialize';
import type { ExplanationRequest } from '../../../src/explain/method';
import { patch } from '../../../src/explain/methods/activation_patching';
import { method as attention } from '../../../src/explain/methods/attention';
import { method as flow } from '../../../src/explain/methods/attention_flow';
import { rollout } from '../../../src/explain/methods/attention_rollout';
import { relevance } from '../../../src/explain/methods/attention_x_gradient';
import { directLogitAttribution } from '../../../src/explain/methods/direct_logit_attribution';
import { logitLens } from '../../../src/explain/methods/logit_lens';
import { method as tokenGradient } from '../../../src/explain/methods/token_gradient';
import { tokenIntegratedGradients } from '../../../src/explain/methods/token_integrated_gradients';
import { atPosition } from '../../../src/explain/transformer/atPosition';
import { attentionMaps } from '../../../src/explain/transformer/attention';
import { format } from '../../../src/formats/huggingface';
import reference from '../../reference/explain_transformers.json';
import type { Notes } from './_fidelityPropagation';

const hooks = 'Transformers 4.46.3, hooks in PyTorch 2.5.1';
const captum = 'Captum 0.9.0';

/** The model of a folder in test/reference/huggingface, scoring the last position where it scores all. */
export async function readFolder(name: string) {
  const file = join(resolve('test/reference/huggingface'), name, 'config.json');
  const read = await format.read({ file }, { distFolder: resolve(process.env['VITRINE_DIST'] ?? 'dist') });
  const model = Object.values(read).find(r => r.model)!.model!;
  // Constants of the graph are no part of the file.
  const weights = { ...initializeWeights(model, 0), ...(await format.weights!(model)) };
  return { model: atPosition(model, -1), weights };
}

export async function measureTransformers(engine: Engine, { exact }: Pick<Notes, 'exact'>): Promise<void> {
  const tokensOf = (ids: readonly number[]) => ({ shape: [1, ids.length], data: Int32Array.from(ids) });
  for (const name of ['gpt2', 'bert-classifier', 'vit', 'llama'] as const) {
    const c = reference[name];
    const net = await readFolder(name);
    const input =
      'pixels' in c ? { shape: [1, 3, 8, 8], data: Float32Array.from(c.pixels) } : tokensOf(c.ids);
    const request: ExplanationRequest = { engine, ...net, target: c.target, input };
    const a = c.attention;
    const maps = await attentionMaps(request, { gradients: true });
    maps.maps.forEach((m, l) => {
      exact('attention', hooks, m, a.maps[l]!);
      const gradient = maps.gradients[l]!;
      exact(
        'attention_x_gradient',
        hooks,
        m.map((v, i) => v * gradient[i]!),
        a.times_gradient[l]!,
      );
    });
    const length = maps.queries[0]!;
    const position = name === 'gpt2' || name === 'llama' ? length - 1 : 0;
    const rowOf = (m: Float64Array) => m.subarray(position * length, (position + 1) * length);
    exact('attention_rollout', hooks, rowOf(rollout(maps).matrix), a.rollout);
    const found = rowOf(relevance(maps).matrix);
    found[position]! -= 1;
    exact('attention_x_gradient', hooks, found, a.relevance);
    if (name !== 'vit') {
      exact('attention', hooks, (await attention.explain(request, {})).values.data, a.mean);
      exact('attention_flow', 'NetworkX 3.6.1', (await flow.explain(request, {})).values.data, a.flow);
    }
    if ('tokens' in c) {
      const t = c.tokens;
      const ours = await tokenIntegratedGradients(request, new Float32Array(length), {
        steps: t.steps,
        rule: 'gausslegendre',
      });
      exact('token_integrated_gradients', captum, ours.values.data, t.values);
      exact('token_integrated_gradients', captum, [ours.facts!['convergenceDelta']!], [t.delta]);
      for (const [as, theirs] of [
        ['times_embedding', t.gradient_x_embedding],
        ['norm', t.gradient_norm],
      ] as const)
        exact('token_gradient', hooks, (await tokenGradient.explain(request, { as })).values.data, theirs);
    }
  }

  const gpt = reference.gpt2;
  const request: ExplanationRequest = {
    engine,
    ...(await readFolder('gpt2')),
    target: gpt.target,
    input: tokensOf(gpt.ids),
    loss: { name: 'cross_entropy' },
  };
  const lens = await logitLens(request);
  exact('logit_lens', hooks, lens.target, gpt.lens.target);
  lens.positions!.rows.forEach((row, s) => {
    exact(
      'logit_lens',
      hooks,
      row.map(r => r.index),
      gpt.lens.top[s]!,
    );
    exact(
      'logit_lens',
      hooks,
      row.map(r => r.probability),
      gpt.lens.probability[s]!,
    );
  });
  const direct = await directLogitAttribution(request);
  exact(
    'direct_logit_attribution',
    hooks,
    direct.parts.map(p => p.value),
    gpt.direct.parts,
  );
  exact(
    'direct_logit_attribution',
    hooks,
    [direct.constant, direct.output],
    [gpt.direct.constant, gpt.direct.output],
  );
  const patched = await patch(request, tokensOf(gpt.other), gpt.rival);
  exact('activation_patching', hooks, patched.stream, gpt.patching.stream.flat());
  exact(
    'activation_patching',
    hooks,
    patched.heads.flatMap(h => [...h]),
    gpt.patching.heads.flat(),
  );

  const llama = reference.llama;
  const other: ExplanationRequest = {
    ...request,
    ...(await readFolder('llama')),
    target: llama.target,
    input: tokensOf(llama.ids),
  };
  const rms = await directLogitAttribution(other);
  exact('direct_logit_attribution', hooks, [rms.parts[0]!.value], [llama.embedding_direct]);
  // A head of root mean squares has no bias: the parts are all there is.
  exact('direct_logit_attribution', hooks, [rms.constant, rms.output], [0, llama.output]);
  const blocks = (await logitLens(other)).target.filter((_, s) => s > 0 && s % 2 === 0);
  exact('logit_lens', hooks, blocks, llama.lens);

  const bert = reference['bert-classifier'];
  const classifier: ExplanationRequest = {
    engine,
    ...(await readFolder('bert-classifier')),
    target: bert.target,
    input: tokensOf(bert.ids),
  };
  const states = (await logitLens(classifier)).outputs.filter((_, s) => s % 2 === 0);
  states.forEach((o, s) => {
    exact('logit_lens', hooks, o, bert.lens[s]!);
  });
}
