/**
 * How long each node of a trained model takes in a pass forward and back, measured kernel by kernel on the CPU. What
 * several nodes are joined into is shared out evenly among them.
 */
import { createEngine } from '../../engine/create';
import type { KernelCall } from '../../engine/op';
import { yieldToOthers } from '../../engine/yielding';
import { bindShape } from '../../model/dim';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { openRun } from '../../train/open/openRun';
import { bindingsFor, takesAnyBatch } from '../../train/setup/bindings';
import type { LayerTimes } from '../protocol';

const mostRows = 32;
/** Passes; of each kernel the shortest time counts, which other work on the machine disturbs least. */
const passes = { least: 3, most: 20, milliseconds: 600 };

/** @throws what opening the run, loading its data and compiling throw; cancelled. */
export async function timingRun(request: { run: string }, signal: AbortSignal): Promise<LayerTimes> {
  const run = await openRun(request.run);
  const { model } = run;
  const dataset = await run.dataset();
  const { valid, test, train } = dataset.splits;
  const all = [valid, test, train].find(s => s.length > 0) ?? train;
  const fixed = model.values[model.inputs[0]!]?.shape[0];
  const size =
    !takesAnyBatch(model) && typeof fixed === 'number'
      ? fixed
      : Math.max(1, Math.min(mostRows, all.length, run.experiment.batchSize ?? mostRows));
  const { input } = dataset.batch(Int32Array.from({ length: size }, (_, i) => all[i % all.length]!));
  const shortest = new Map<KernelCall, number>();
  // One thread: shares of a step that several compute are not told apart.
  const engine = await createEngine({
    backend: 'webasm',
    threads: 1,
    observe: (call, ms) => shortest.set(call, Math.min(shortest.get(call) ?? Number.POSITIVE_INFINITY, ms)),
  });
  let backward = true;
  try {
    const bindings = bindingsFor(model, input.shape.slice(1), size);
    const request = { bindings, weights: await run.weights() };
    const gradients = model.parameters.filter(p => p.kind === 'parameter').map(p => p.name);
    const evaluator = await engine.evaluator(model, { ...request, gradients }).catch(e => {
      // Of what has no gradient, the way forward can still be timed.
      if (!(e instanceof VitrineError && e.code === 'unsupported-op')) throw e;
      backward = false;
      return engine.evaluator(model, request);
    });
    const shape = bindShape(model.values[model.outputs[0]!]!.shape, bindings).map(Number);
    const seed: Tensor = { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1) };
    const end = performance.now() + passes.milliseconds;
    for (let i = 0; i < passes.most && (i < passes.least || performance.now() < end); i++) {
      throwIfCancelled(signal);
      await evaluator.run({ [model.inputs[0]!]: input }, backward && gradients.length > 0 ? { seed } : {});
      await yieldToOthers();
    }
  } finally {
    await engine.dispose();
  }
  const seconds: Record<string, number> = {};
  for (const [{ nodes = [] }, ms] of shortest)
    for (const id of nodes) seconds[id] = (seconds[id] ?? 0) + ms / 1000 / nodes.length / size;
  return { rows: size, backward, seconds };
}
