/**
 * Deep Q-learning: Mnih et al., "Human-level control through deep reinforcement learning" (2015), algorithm 1; `double` as in
 * van Hasselt, Guez and Silver, "Deep Reinforcement Learning with Double Q-learning" (2016), equation 4.
 */
import type { Tensors } from '../../model/graph';
import type { Random } from '../../model/random';
import type { Agent, AgentContext, AgentDefinition, Learner } from '../agent';
import { likeliest } from '../likeliest';
import { ReplayBuffer } from '../replay';

/** The action taken, and what it was worth. */
const columns = 2;

export const agent: AgentDefinition = {
  loss: 'dqn',
  columns,
  critic: 'never',
  decays: false,
  first: {
    data: { environments: 4, steps: 250, passes: 16 },
    lossOptions: { double: true, target_every: 250 },
    lr: 0.0005,
    epochs: 60,
    batchSize: 64,
  },
  create: context => new DeepQ(context),
};

class DeepQ implements Agent {
  readonly stepsPerEpoch: number;
  private readonly replay: ReplayBuffer;
  private target: Tensors | undefined;
  /** The optimiser's steps since the target network was copied. */
  private age: number;

  constructor(private readonly c: AgentContext) {
    const { environments, steps, passes } = c.options;
    this.stepsPerEpoch = passes * Math.ceil((environments * steps) / c.batch);
    this.replay = new ReplayBuffer(
      Number(c.loss['buffer']),
      c.definition.observation.names.length,
      taken('replay.', c.state),
    );
    const target = taken('target.', c.state);
    if (Object.keys(target).length > 0) this.target = target;
    this.age = Number(c.state['age']?.data[0] ?? 0);
  }

  async epoch(epoch: number, learner: Learner, random: Random): Promise<readonly number[]> {
    const { definition, options, loss, epochs } = this.c;
    const { environments: n, steps } = options;
    const width = definition.observation.names.length;
    const actions = definition.actions.length;
    const all = Array.from({ length: n }, () => definition.create());
    const now = new Float32Array(n * width);
    for (const [e, environment] of all.entries()) now.set(environment.reset(random), e * width);
    const sums = new Float64Array(n);
    const returns: number[] = [];
    // Some steps of the optimiser are due for each step taken, so that each is learned from about `passes` times.
    let due = 0;
    for (let t = 0; t < steps; t++) {
      const chance = epsilonAt((epoch + t / steps) / epochs, loss);
      const scores = await (await learner.policy(n))(now, n);
      for (const [e, environment] of all.entries()) {
        const action =
          random.uniform() < chance
            ? random.integer(actions)
            : likeliest(scores.subarray(e * actions, (e + 1) * actions));
        const { observation, reward, terminated, truncated } = environment.step(action);
        this.replay.add({
          state: now.subarray(e * width, (e + 1) * width),
          action,
          reward,
          next: observation,
          terminated,
        });
        sums[e]! += reward;
        const over = terminated || truncated;
        if (over) {
          returns.push(sums[e]!);
          sums[e] = 0;
        }
        now.set(over ? environment.reset(random) : observation, e * width);
      }
      if (this.replay.size < Math.min(Number(loss['warmup']), this.replay.capacity)) continue;
      for (due += this.stepsPerEpoch / steps; due >= 1; due--) await this.learn(learner, random);
    }
    return returns;
  }

  state(): Tensors {
    return {
      ...named('replay.', this.replay.state()),
      ...named('target.', this.target ?? {}),
      age: { shape: [1], data: Int32Array.of(this.age) },
    };
  }

  private async learn(learner: Learner, random: Random): Promise<void> {
    const { definition, options, loss, batch } = this.c;
    const actions = definition.actions.length;
    if (!this.target || this.age >= Number(loss['target_every'])) {
      this.target = await learner.weights();
      this.age = 0;
    }
    this.age++;
    const { states, nexts, actions: acted, rewards, terminated } = this.replay.sample(batch, random);
    const worth = await (await learner.policy(batch, this.target))(nexts, batch);
    const chooser = loss['double'] === true ? await (await learner.policy(batch))(nexts, batch) : worth;
    const targets = new Float32Array(batch * columns);
    for (let i = 0; i < batch; i++) {
      const after = terminated[i]
        ? 0
        : worth[i * actions + likeliest(chooser.subarray(i * actions, (i + 1) * actions))]!;
      targets.set([acted[i]!, rewards[i]! + options.discount * after], i * columns);
    }
    await learner.step(
      { shape: [batch, states.length / batch], data: states },
      { shape: [batch, columns], data: targets },
    );
  }
}

/** Chance of an action by chance, falling in a straight line. @param progress share of the run that is over. */
export function epsilonAt(progress: number, loss: Readonly<Record<string, unknown>>): number {
  const [from, to] = [Number(loss['epsilon_start']), Number(loss['epsilon_end'])];
  return from + (to - from) * Math.min(1, progress / Number(loss['exploration']));
}

function named(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([k, t]) => [prefix + k, t]));
}

function taken(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([k, t]) => (k.startsWith(prefix) ? [[k.slice(prefix.length), t]] : [])),
  );
}
