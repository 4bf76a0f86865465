/** Letting a policy act in environments side by side. */
import type { Tensor } from '../model/graph';
import type { Random } from '../model/random';
import type { Rollout } from './advantages';
import type { Environment, EnvironmentDefinition } from './environment';
import { likeliest } from './likeliest';

/** Scores of the actions and the worth of the state, [rows × (actions + 1)], for observations [rows × width]. */
export type Policy = (observations: Float32Array, rows: number) => Promise<Float32Array>;

export interface Experience extends Rollout {
  observations: Float32Array;
  actions: Int32Array;
  /** Log probabilities of the actions when they were taken. */
  logs: Float64Array;
  /** Of the episodes that ended, whole. */
  returns: number[];
}

/** The observations of these steps, and of each what the loss compares. */
export function minibatch(
  { observations, actions }: Experience,
  rows: Int32Array,
  targetsOf: (row: number, place: number) => readonly number[],
): { input: Tensor; targets: Tensor } {
  const width = observations.length / actions.length;
  const input = new Float32Array(rows.length * width);
  rows.forEach((r, i) => {
    input.set(observations.subarray(r * width, (r + 1) * width), i * width);
  });
  const targets = Array.from(rows, targetsOf);
  return {
    input: { shape: [rows.length, width], data: input },
    targets: { shape: [rows.length, targets[0]?.length ?? 0], data: Float32Array.from(targets.flat()) },
  };
}

/** Acts by chance as the policy says, for so many steps; a truncated episode's last reward has the worth of what follows. */
export async function collect(
  definition: EnvironmentDefinition,
  policy: Policy,
  shape: { environments: number; steps: number; discount: number },
  random: Random,
): Promise<Experience> {
  const { environments: n, steps } = shape;
  const width = definition.observation.names.length;
  const a = definition.actions.length;
  const all = Array.from({ length: n }, () => definition.create());
  const now = new Float32Array(n * width);
  for (const [e, environment] of all.entries()) now.set(environment.reset(random), e * width);
  const out: Experience = {
    steps,
    environments: n,
    observations: new Float32Array(n * steps * width),
    actions: new Int32Array(n * steps),
    logs: new Float64Array(n * steps),
    rewards: new Float64Array(n * steps),
    values: new Float64Array(n * steps),
    ended: new Uint8Array(n * steps),
    last: [],
    returns: [],
  };
  const sums = new Float64Array(n);
  for (let t = 0; t < steps; t++) {
    const output = await policy(now, n);
    out.observations.set(now, t * n * width);
    const after: { at: number; observation: Float64Array }[] = [];
    for (const [e, environment] of all.entries()) {
      const i = t * n + e;
      const scores = output.subarray(e * (a + 1), e * (a + 1) + a);
      const { action, log } = draw(scores, random);
      const step = environment.step(action);
      sums[e]! += step.reward;
      out.actions[i] = action;
      out.logs[i] = log;
      out.values[i] = output[e * (a + 1) + a]!;
      out.rewards[i] = step.reward;
      let { observation } = step;
      if (step.terminated || step.truncated) {
        out.ended[i] = 1;
        out.returns.push(sums[e]!);
        sums[e] = 0;
        if (!step.terminated) after.push({ at: i, observation });
        observation = environment.reset(random);
      }
      now.set(observation, e * width);
    }
    if (after.length > 0) {
      const rows = new Float32Array(n * width);
      for (const [k, { observation }] of after.entries()) rows.set(observation, k * width);
      const worth = await policy(rows, n);
      for (const [k, { at }] of after.entries()) out.rewards[at]! += shape.discount * worth[k * (a + 1) + a]!;
    }
  }
  const output = await policy(now, n);
  out.last = Array.from({ length: n }, (_, e) => output[e * (a + 1) + a]!);
  return out;
}

/** Returns of whole episodes with the likeliest action each time. */
export async function evaluate(
  definition: EnvironmentDefinition,
  policy: Policy,
  episodes: number,
  random: Random,
): Promise<number[]> {
  const width = definition.observation.names.length;
  const a = definition.actions.length;
  const all: Environment[] = Array.from({ length: episodes }, () => definition.create());
  const now = new Float32Array(episodes * width);
  for (const [e, environment] of all.entries()) now.set(environment.reset(random), e * width);
  const returns = new Array<number>(episodes).fill(0);
  const done = new Uint8Array(episodes);
  while (done.includes(0)) {
    const output = await policy(now, episodes);
    // With the worth of the state or without it.
    const columns = output.length / episodes;
    for (const [e, environment] of all.entries()) {
      if (done[e]) continue;
      const scores = output.subarray(e * columns, e * columns + a);
      const step = environment.step(likeliest(scores));
      returns[e]! += step.reward;
      if (step.terminated || step.truncated) done[e] = 1;
      now.set(step.observation, e * width);
    }
  }
  return returns;
}

function draw(scores: Float32Array, random: Random): { action: number; log: number } {
  const top = scores[likeliest(scores)]!;
  const sum = scores.reduce((s, x) => s + Math.exp(x - top), 0);
  let left = random.uniform() * sum;
  let action = scores.length - 1;
  for (const [i, x] of scores.entries()) {
    left -= Math.exp(x - top);
    if (left < 0) {
      action = i;
      break;
    }
  }
  return { action, log: scores[action]! - top - Math.log(sum) };
}
