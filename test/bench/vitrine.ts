/** Vitrine itself as a peer: the engine as the service uses it, on models that the reader reads. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../../src/engine/create';
import type { BackendName, BindsInputs, Engine } from '../../src/engine/engine';
import type { Profile } from '../../src/engine/executors/profile';
import { initializeWeights } from '../../src/engine/initialize';
import { PytorchReader } from '../../src/formats/pytorch/reader';
import type { Model, Tensor } from '../../src/model/graph';
import { modelOf } from './models';
import type { PeerSession, Workload } from './peer';

/** A source's model, read like a user's file. */
export async function readModel(
  reader: PytorchReader,
  { source, input }: { source: string; input: readonly number[] },
): Promise<Model> {
  const file = join(tmpdir(), 'vitrine-bench', 'model.py');
  const found = (await reader.read({ file, texts: { [file]: source }, class: 'Model', input }))['Model'];
  if (!found?.model) throw new Error(`unreadable: ${found?.diagnostics[0]?.message ?? 'no model'}`);
  return found.model;
}

export function feedsOf(w: Workload, model: Model): { feed: Tensor; targets: Tensor } {
  if (w.kind === 'gpt') {
    const ids = Int32Array.from({ length: w.batch * w.length }, (_, i) => (i * 7) % w.vocabulary);
    return {
      feed: { shape: [w.batch, w.length], data: ids },
      targets: { shape: [w.batch, w.length], data: ids },
    };
  }
  const shape = [w.batch, ...model.values[model.inputs[0]!]!.shape.slice(1).map(Number)];
  const length = shape.reduce((p, d) => p * d, 1);
  const data = /int/.test(model.values[model.inputs[0]!]!.dtype)
    ? Int32Array.from({ length }, (_, i) => (i * 7) % 64)
    : Float32Array.from({ length }, Math.random);
  const targets: Tensor =
    w.kind !== 'gemm' && w.loss === 'mse'
      ? { shape: [w.batch, 1], data: Float32Array.from({ length: w.batch }, Math.random) }
      : { shape: [w.batch], data: Int32Array.from({ length: w.batch }, (_, i) => i % 10) };
  return { feed: { shape, data }, targets };
}

/** The input where the plan reads it, as the other contestants' tensors are made once, too. */
async function filled(on: BindsInputs, model: Model, feed: Tensor): Promise<Tensor> {
  const place = await on.bindInput(model.inputs[0]!);
  place.data.set(feed.data);
  return place;
}

export async function vitrine(
  profile?: Profile,
  backend: BackendName | 'auto' = 'auto',
): Promise<PeerSession> {
  const reader = new PytorchReader({ distFolder: join(__dirname, '../../../dist') });
  const engines = new Map<number, Promise<Engine>>();
  const engineOf = (threads: number) => {
    const engine = engines.get(threads) ?? createEngine({ backend, threads, ...(profile && { profile }) });
    engines.set(threads, engine);
    return engine;
  };
  return {
    async prepare(w, mode, threads) {
      if (w.kind === 'gemm' && mode === 'train') return undefined;
      const engine = await engineOf(threads);
      const model = await readModel(reader, modelOf(w));
      const weights = initializeWeights(model, 0);
      const { feed, targets } = feedsOf(w, model);
      const bindings = { N: w.batch };
      if (mode === 'infer') {
        const evaluator = await engine.evaluator(model, { bindings, weights });
        const bound = { [model.inputs[0]!]: await filled(evaluator, model, feed) };
        return {
          call: async () => void (await evaluator.run(bound, { inPlace: true })),
          dispose: () => void evaluator.dispose(),
        };
      }
      const trainer = await engine.trainer(model, {
        bindings,
        weights,
        loss: {
          name: w.kind === 'gemm' || w.kind === 'gpt' ? 'cross_entropy' : w.loss,
          ...(w.kind === 'gpt' && { classAxis: -1 }),
        },
        optimizer: { name: 'Adam', options: {} },
        targets: { shape: targets.shape, dtype: targets.data instanceof Int32Array ? 'int64' : 'float32' },
      });
      const bound = { [model.inputs[0]!]: await filled(trainer, model, feed) };
      return {
        call: async () => void (await trainer.step(bound, targets, { learningRate: 0.001, inPlace: true })),
        dispose: () => void trainer.dispose(),
      };
    },
    dispose: () => {
      void reader.dispose();
      for (const engine of engines.values()) void engine.then(e => e.dispose());
    },
  };
}
