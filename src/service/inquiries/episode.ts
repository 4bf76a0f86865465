/** One episode as a run's policy plays it now, with what in each state made it choose as it did. */
import { EnvironmentDataset } from '../../data/kinds/environment';
import type { Engine } from '../../engine/engine';
import { look } from '../../explain/layers/inside';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { Random } from '../../model/random';
import type { Grid } from '../../rl/environment';
import { likeliest } from '../../rl/likeliest';
import { openRun } from '../../train/open/openRun';

export interface EpisodeRequest {
  /** A run's folder, or an experiment file (its newest finished run is taken). */
  run: string;
  /** Where chance begins: another number, another start. */
  seed: number;
}

export interface Episode {
  /** As in the experiment file, e.g. "CartPole-v1". */
  env: string;
  actions: readonly string[];
  /** What the numbers of a state are. */
  names: readonly string[];
  grid?: Grid;
  /** Epochs that the policy has learned for. */
  epoch: number;
  /** Steps taken; there is one state more. */
  steps: number;
  /** [steps + 1, names]. */
  observations: Float32Array;
  taken: Int32Array;
  rewards: Float64Array;
  /** Scores of the actions, [steps, actions]; of policies probabilities. */
  scores: Float32Array;
  /** Whether the scores are probabilities; else they are what the actions are worth. */
  probabilities: boolean;
  /**
   * What spoke for the action that was taken, against the mean of the others: gradient × state, [steps, names].
   */
  saliency: Float32Array;
  /** Where a state is one cell of a grid: the scores in each of them, [names, actions]. */
  everywhere?: Float32Array;
  terminated: boolean;
}

/** @throws bad-request for a run that was not trained in an environment; what opening the run throws; cancelled */
export async function episode(
  request: EpisodeRequest,
  engineFor: (backend: string | undefined) => Promise<Engine>,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?(done: number): void } = {},
): Promise<Episode> {
  const run = await openRun(request.run);
  const dataset = await run.dataset();
  if (!(dataset instanceof EnvironmentDataset))
    throw new VitrineError(
      'bad-request',
      `Run ${run.record.id} was trained on rows, not in an environment: there is no episode to watch.`,
    );
  const { definition } = dataset;
  const { names } = definition.observation;
  const engine = await engineFor(run.record.backend);
  const weights = await run.weights();
  const [width, actions] = [names.length, definition.actions.length];
  const environment = definition.create();
  const states: Float32Array[] = [Float32Array.from(environment.reset(new Random(request.seed, 'watch')))];
  const taken: number[] = [];
  const rewards: number[] = [];
  const scores: number[] = [];
  let terminated = false;
  const input = run.model.inputs[0]!;
  const output = run.model.outputs[0]!;
  const batch = run.model.values[input]!.shape[0];
  const evaluator = await engine.evaluator(run.model, {
    bindings: typeof batch === 'string' ? { [batch]: 1 } : {},
    weights,
  });
  try {
    for (;;) {
      throwIfCancelled(signal);
      const { values } = await evaluator.run({
        [input]: { shape: [1, width], data: states.at(-1)!.slice() },
      });
      const own = Array.from(values[output]!.data).slice(0, actions);
      const action = likeliest(own);
      scores.push(...own);
      taken.push(action);
      const step = environment.step(action);
      rewards.push(step.reward);
      states.push(Float32Array.from(step.observation));
      if (taken.length % 50 === 0) onProgress?.((0.8 * taken.length) / definition.maxSteps);
      terminated = step.terminated;
      if (step.terminated || step.truncated) break;
    }
  } finally {
    await evaluator.dispose();
  }
  const steps = taken.length;
  const subject = {
    engine,
    model: run.model,
    weights,
    dataset,
    input: { shape: [1, width], data: states[0]! },
    target: 0,
    ...(signal && { signal }),
  };
  const saliency = new Float32Array(steps * width);
  await look(
    subject,
    {
      rows: steps,
      feed: { [input]: (row, into) => into.set(states[row]!) },
      gradients: [input],
      seed(row, into) {
        into.fill(actions > 1 ? -1 / (actions - 1) : 0, 0, actions);
        into[taken[row]!] = 1;
      },
    },
    (row, { gradients }) => {
      const g = gradients[input]!;
      for (let i = 0; i < width; i++) saliency[row * width + i] = g[i]! * states[row]![i]!;
    },
  );
  const probabilities = run.experiment.loss !== 'dqn';
  const all = Float32Array.from(scores);
  let everywhere: Float32Array | undefined;
  if (definition.grid) {
    everywhere = new Float32Array(width * actions);
    await look(
      subject,
      { rows: width, feed: { [input]: (row, into) => void into.fill(0).fill(1, row, row + 1) } },
      (row, view) => everywhere!.set(view.output.subarray(0, actions), row * actions),
    );
  }
  onProgress?.(1);
  return {
    env: definition.id,
    actions: definition.actions,
    names,
    ...(definition.grid && { grid: definition.grid }),
    epoch: run.record.epochsDone,
    steps,
    observations: Float32Array.from(states.flatMap(s => Array.from(s))),
    taken: Int32Array.from(taken),
    rewards: Float64Array.from(rewards),
    scores: probabilities ? softmax(all, actions) : all,
    probabilities,
    saliency,
    ...(everywhere && { everywhere: probabilities ? softmax(everywhere, actions) : everywhere }),
    terminated,
  };
}

/** Of each row of so many scores. */
function softmax(scores: Float32Array, width: number): Float32Array {
  const out = new Float32Array(scores.length);
  for (let at = 0; at < scores.length; at += width) {
    const row = scores.subarray(at, at + width);
    const top = Math.max(...row);
    const parts = Array.from(row, x => Math.exp(x - top));
    const sum = parts.reduce((a, b) => a + b, 0);
    out.set(
      parts.map(p => p / sum),
      at,
    );
  }
  return out;
}
