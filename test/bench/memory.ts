/**
 * `npm run bench -- --memory`: what `vitrine graph` says that a model takes, beside the highest mark of a process that
 * runs it, above where it stood before. Each in a process of its own, which has computed with another net before, as the
 * engine's process has: what V8 and the C library keep for themselves is there then. Linux.
 */
import { fork } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../src/engine/create';
import type { LossSpec } from '../../src/engine/engine';
import { footprintOf } from '../../src/engine/footprint';
import { initializeWeights } from '../../src/engine/initialize';
import { PytorchReader } from '../../src/formats/pytorch/reader';
import type { Model, Tensor } from '../../src/model/graph';
import { sourceOf } from './models';
import { readModel } from './vitrine';

interface Case {
  name: string;
  batch: number;
  source: string;
  input: readonly number[];
  /** Modules whose activations are computed again. */
  recompute: readonly string[];
  loss: LossSpec;
}

const cases: readonly Case[] = [
  {
    name: 'MLP 784-2048-1024-10',
    batch: 512,
    source: sourceOf('wide'),
    input: [784],
    recompute: ['body'],
    loss: { name: 'cross_entropy' },
  },
  {
    name: 'LeNet',
    batch: 512,
    source: sourceOf('lenet'),
    input: [1, 28, 28],
    recompute: ['conv1', 'conv2'],
    loss: { name: 'cross_entropy' },
  },
  {
    name: 'ResNet-18 3x64x64',
    batch: 32,
    source: sourceOf('resnet18'),
    input: [3, 64, 64],
    recompute: ['blocks.*'],
    loss: { name: 'cross_entropy' },
  },
  {
    name: 'GPT 6x192, 128 tokens',
    batch: 16,
    source: sourceOf('gpt'),
    input: [128],
    recompute: ['blocks.*'],
    loss: { name: 'cross_entropy', classAxis: -1 },
  },
  {
    name: 'U-Net 3x64x64',
    batch: 16,
    source: sourceOf('unet'),
    input: [3, 64, 64],
    recompute: ['down1', 'down2', 'middle', 'up2', 'up1'],
    loss: { name: 'mse' },
  },
  {
    name: 'LSTM 2x128, 32 steps',
    batch: 256,
    source: sourceOf('lstm'),
    input: [32],
    recompute: ['layers'],
    loss: { name: 'cross_entropy' },
  },
];

const modes = ['inference', 'training', 'training, activations computed again'] as const;
type Mode = (typeof modes)[number];

interface Request {
  model: Model;
  batch: number;
  mode: Mode;
  recompute: readonly string[];
  loss: LossSpec;
}

/** In a process of its own: bytes at the highest mark above those before. */
async function taken({ model, batch, mode, recompute, loss }: Request, small: Model): Promise<number> {
  const engine = await createEngine({ backend: 'webasm', threads: 1 });
  const use = async (
    of: Model,
    rows: number,
    training: boolean,
    again: readonly string[],
    by: LossSpec,
  ): Promise<void> => {
    const { feed, targets } = feedsOf(of, rows, by);
    const feeds = { [of.inputs[0]!]: feed };
    const weights = initializeWeights(of, 0);
    const bindings = { N: rows };
    if (!training) {
      const evaluator = await engine.evaluator(of, { bindings, weights });
      for (let i = 0; i < 3; i++) await evaluator.run(feeds);
      return evaluator.dispose();
    }
    const trainer = await engine.trainer(of, {
      bindings,
      weights,
      loss: by,
      optimizer: { name: 'Adam', options: {} },
      targets: { shape: targets.shape, dtype: targets.data instanceof Int32Array ? 'int64' : 'float32' },
      ...(again.length > 0 && { recompute: again }),
    });
    for (let i = 0; i < 3; i++) await trainer.step(feeds, targets, { learningRate: 0.001 });
    return trainer.dispose();
  };
  for (let i = 0; i < 20; i++)
    for (const training of [false, true]) await use(small, 8, training, [], { name: 'cross_entropy' });
  for (let i = 0; i < 3; i++) {
    globalThis.gc!();
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  const before = process.memoryUsage().rss;
  // The highest mark begins anew.
  writeFileSync('/proc/self/clear_refs', '5');
  await use(model, batch, mode !== 'inference', mode === modes[2] ? recompute : [], loss);
  const highest = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))!;
  return Number(highest[1]) * 1024 - before;
}

function feedsOf(model: Model, rows: number, loss: LossSpec): { feed: Tensor; targets: Tensor } {
  const tensor = (id: string): Tensor => {
    const { shape, dtype } = model.values[id]!;
    const sizes = [rows, ...shape.slice(1).map(Number)];
    const length = sizes.reduce((p, d) => p * d, 1);
    if (/int/.test(dtype)) return { shape: sizes, data: Int32Array.from({ length }, (_, i) => (i * 7) % 64) };
    return { shape: sizes, data: Float32Array.from({ length }, (_, i) => Math.sin(i)) };
  };
  const output = tensor(model.outputs[0]!);
  if (loss.name === 'mse') return { feed: tensor(model.inputs[0]!), targets: output };
  const shape = output.shape.slice(0, -1);
  const data = Int32Array.from({ length: shape.reduce((p, d) => p * d, 1) }, (_, i) => i % 10);
  return { feed: tensor(model.inputs[0]!), targets: { shape, data } };
}

/** The child's side: measures what it is asked for and answers with the bytes. */
export async function measureMemory(): Promise<void> {
  const { request, small } = await new Promise<{ request: Request; small: Model }>(resolve =>
    process.once('message', asked => resolve(asked as never)),
  );
  const bytes = await taken(request, small);
  await new Promise<void>(sent => process.send!(bytes, () => sent()));
}

function apart(request: Request, small: Model): Promise<number> {
  return new Promise((resolve, reject) => {
    const other = fork(__filename, ['--measure-memory'], {
      execArgv: ['--expose-gc'],
      // Large arrays are given back when they are collected: holes that a process kept would be used again unseen.
      env: { ...process.env, MALLOC_MMAP_THRESHOLD_: '65536' },
    });
    other.once('message', bytes => resolve(Number(bytes)));
    other.once('error', reject);
    other.once('exit', code => reject(new Error(`the process that measures ended with ${code}`)));
    other.send({ request, small });
  });
}

/** A table in Markdown: MB said, taken, and their ratio. */
export async function memoryTable(only: string): Promise<string> {
  if (!existsSync('/proc/self/clear_refs')) return 'Only Linux tells the highest mark of a process.';
  const reader = new PytorchReader({ distFolder: join(__dirname, '../../../dist') });
  const small = await readModel(reader, { source: sourceOf('lenet'), input: [1, 28, 28] });
  const lines = [`| net, batch | ${modes.join(' | ')} |`, '|---|---|---|---|'];
  for (const { name, batch, source, input, recompute, loss } of cases) {
    if (!name.includes(only)) continue;
    const model = await readModel(reader, { source, input });
    const cells: string[] = [];
    for (const mode of modes) {
      const again = mode === modes[2] ? { recompute } : {};
      const said = footprintOf(model, { batch, loss, ...again })!;
      const bytes = mode === 'inference' ? said.inference : said.training!;
      const took = await apart({ model, batch, mode, recompute, loss }, small);
      const mb = (n: number): string => (n / 1e6).toFixed(0);
      cells.push(`${mb(bytes)}, ${mb(took)} (${(took / bytes).toFixed(2)})`);
      process.stderr.write(`${name}, ${mode}: ${cells.at(-1)}\n`);
    }
    lines.push(`| ${name}, ${batch} | ${cells.join(' | ')} |`);
  }
  await reader.dispose();
  return lines.join('\n');
}
