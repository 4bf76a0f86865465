/** Agents as people write them for Gymnasium: which class acts, by which agent, and that it learns. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { formatOf } from '../../../src/formats/_registry';
import { VitrineError } from '../../../src/model/errors';
import { discountNamed, environmentNamed } from '../../../src/rl/named';
import { agentOf } from '../../../src/rl/registry';
import { launch } from '../../../src/train/launch';
import { openRun } from '../../../src/train/open/openRun';
import { type WrittenTraining, writtenTraining } from '../../../src/train/setup/asWritten';
import { experimentInEnvironment } from '../../../src/train/setup/inEnvironment';
import { actionScores, policyModel } from '../../../src/train/setup/policyModel';

const distFolder = path.resolve('dist');
const head = `import gymnasium as gym
import torch
import torch.nn as nn
import torch.nn.functional as F
`;

/** Probabilities, no critic: the policy gradient of textbooks. */
const textbook = `${head}
from torch.distributions import Categorical

GAMMA = 0.98
env = gym.make("CartPole-v1")

class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(env.observation_space.shape[0], 32)
        self.out = nn.Linear(32, env.action_space.n)

    def forward(self, x):
        return F.softmax(self.out(torch.tanh(self.hidden(x))), dim=1)

policy = Policy()

def act(state):
    m = Categorical(policy(torch.from_numpy(state).float().unsqueeze(0)))
    a = m.sample()
    return a.item(), m.log_prob(a)

state, _ = env.reset()
action, log_prob = act(state)
loss = -log_prob.sum()
loss.backward()
`;

/** What actions are worth. */
const worths = `${head}
env = gym.make("CartPole-v1")
replay = []

class Q(nn.Module):
    def __init__(self, inputs, actions):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(inputs, 32), nn.ReLU(), nn.Linear(32, actions))

    def forward(self, x):
        return self.net(x)

state, _ = env.reset()
target_net = Q(len(state), env.action_space.n)
`;

/** The worth first, as a vector of its own. */
const both = `${head}
class ActorCritic(nn.Module):
    def __init__(self, inputs, actions):
        super().__init__()
        self.body = nn.Linear(inputs, 32)
        self.critic = nn.Linear(32, 1)
        self.actor = nn.Linear(32, actions)

    def forward(self, x):
        h = torch.tanh(self.body(x))
        return self.critic(h).squeeze(-1), F.softmax(self.actor(h), dim=-1)

env = gym.make_vec("CartPole-v1", num_envs=4)
model = ActorCritic(env.single_observation_space.shape[0], env.single_action_space.n)
`;

/** No forward: methods of its own ask an actor and a critic. */
const agent = `${head}
import numpy as np

class Filmed(gym.Wrapper):
    def __init__(self, env):
        super().__init__(env)
        self.metadata = {"render_fps": 30}

def make(name):
    return lambda: gym.wrappers.RecordEpisodeStatistics(Filmed(gym.make(name)))

class Agent(nn.Module):
    def __init__(self, envs):
        super().__init__()
        size = np.array(envs.single_observation_space.shape).prod()
        self.critic = nn.Sequential(nn.Linear(size, 32), nn.Tanh(), nn.Linear(32, 1))
        self.actor = nn.Sequential(nn.Linear(size, 32), nn.Tanh(), nn.Linear(32, envs.single_action_space.n))

    def get_value(self, x):
        return self.critic(x)

envs = gym.vector.SyncVectorEnv([make("CartPole-v1") for _ in range(4)])
agent = Agent(envs)
`;

describe('Scripts that act in an environment', () => {
  let folder: string;
  let engine: Engine;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'vitrine-acting-'));
    engine = await createEngine({ backend: 'webasm', threads: 1 });
  });
  after(async () => {
    await engine.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const put = async (name: string, text: string) => {
    const file = path.join(folder, name);
    await writeFile(file, text);
    return file;
  };
  const write = async (name: string, text: string): Promise<WrittenTraining> =>
    writtenTraining({ file: await put(name, text) }, { distFolder }, folder);
  const read = async (name: string, text: string, className: string) => {
    const file = await put(name, text);
    const found = await (await formatOf(file)).read({ file, input: [4] }, { distFolder });
    return found[className]!;
  };
  const refusal = async (work: Promise<unknown>): Promise<string> => {
    const e = await work.then(
      () => undefined,
      (e: unknown) => e,
    );
    assert.ok(e instanceof VitrineError, 'nothing was refused');
    return e.message;
  };
  const trained = async (name: string, written: WrittenTraining, set: Record<string, unknown>) => {
    const experiment = await put(`${name}.vitrine.json`, written.experiment);
    const run = await launch({ experiment, distFolder, set, engineFor: async () => engine });
    return { record: await run.done, folder: run.folder };
  };

  for (const [name, text, chosen, loss] of [
    ['textbook.py', textbook, 'Policy', 'reinforce'],
    ['worths.py', worths, 'Q', 'dqn'],
    ['both.py', both, 'ActorCritic', 'ppo'],
    ['agent.py', agent, 'Agent', 'ppo'],
  ] as const)
    it(`finds in ${name} that ${chosen} acts, by ${loss}`, async () => {
      const written = await write(name, text);
      assert.equal(written.class, chosen);
      assert.deepEqual(written.acting, { env: 'CartPole-v1', loss });
      assert.match(text.split('\n')[written.at!.line - 1]!, /CartPole-v1/);
      const experiment = JSON.parse(written.experiment);
      assert.equal(experiment.loss, loss);
      assert.equal(experiment.model.file, name);
      assert.equal(experiment.data.discount, name === 'textbook.py' ? 0.98 : undefined);
    });

  it('learns from returns alone, and speaks of the actions by the same probabilities', async () => {
    const written = await write('textbook.py', textbook);
    const { record, folder: where } = await trained('textbook', written, {
      epochs: 25,
      'optimizer.lr': 0.02,
    });
    assert.equal(record.state, 'finished');
    // By chance a pole stands for some 22 steps.
    assert.ok(record.test!['mean_return']! > 80, `${record.test!['mean_return']}`);
    const { model, trained: whole } = await openRun(where);
    assert.equal(whole.nodes.at(-1)!.op, 'Softmax');
    assert.deepEqual(model.values[model.outputs[0]!]!.shape, ['N', 2]);
    assert.notEqual(model.outputs[0], whole.outputs[0], 'scores are what the softmax is given');
  });

  it('learns with a critic that is an output of its own', async () => {
    const { record } = await trained('both', await write('both.py', both), { epochs: 6 });
    assert.equal(record.state, 'finished');
    assert.ok(record.test!['mean_return']! > 80, `${record.test!['mean_return']}`);
  });

  it('takes the outputs of a policy in any order, and says what does not fit', async () => {
    const { model } = await read('both.py', both, 'ActorCritic');
    const [ppo, dqn, reinforce] = ['ppo', 'dqn', 'reinforce'].map(l => agentOf(l)!) as [never, never, never];
    const joined = policyModel(model!, ppo, 2, 'CartPole-v1');
    assert.equal(joined.worth, true);
    assert.deepEqual(joined.model.values[joined.model.outputs[0]!]!.shape, ['N', 3]);
    const scores = actionScores(model!, ppo, 2, 'CartPole-v1');
    assert.deepEqual(scores.values[scores.outputs[0]!]!.shape, ['N', 2]);
    const { model: q } = await read('worths.py', worths, 'Q');
    assert.equal(policyModel(q!, reinforce, 2, 'CartPole-v1').worth, false);
    assert.equal(policyModel(q!, dqn, 2, 'CartPole-v1').model.outputs[0], q!.outputs[0]);
    assert.throws(
      () => policyModel(q!, ppo, 2, 'CartPole-v1'),
      /Q gives \(N, 2\), but CartPole-v1 needs \(N, 3\): a score for each of 2 actions and, last, the worth of the state/,
    );
    assert.throws(
      () => policyModel(q!, dqn, 3, 'Acrobot-v1'),
      /needs \(N, 3\): the worth of each of 3 actions/,
    );
  });

  it('knows the sizes of environments that it has no physics of, and refuses to train in them', async () => {
    const lander = both.replace('CartPole-v1', 'LunarLander-v2');
    const file = await put('lander.py', lander);
    const found = await (await formatOf(file)).read({ file }, { distFolder });
    const { inputs, outputs, values } = found['ActorCritic']!.model!;
    assert.deepEqual(
      [...inputs, ...outputs].map(id => values[id]!.shape),
      [['N', 8], ['N'], ['N', 4]],
    );
    assert.match(
      await refusal(write('lander.py', lander)),
      /LunarLander-v2 is not among those that there are: .*"CartPole-v1"/,
    );
  });

  it('says what a file has where nothing in it fits', async () => {
    const file = await put(
      'other.py',
      `${head}\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 7)\n\n    def forward(self, x):\n        return self.fc(x)\n`,
    );
    assert.match(
      await refusal(experimentInEnvironment({ file }, { id: 'CartPole-v1' }, folder, { distFolder })),
      /No model of other\.py fits CartPole-v1, which needs one that takes \(N, 4\) and gives \(N, 2\).*It has Net \(N, 4\) → \(N, 7\)/,
    );
  });

  it('looks for environments only where Gymnasium is imported, and not in comments', () => {
    assert.equal(environmentNamed('x = "CartPole-v1"'), undefined);
    assert.equal(environmentNamed('import gym\n# gym.make("CartPole-v1")\n'), undefined);
    assert.equal(environmentNamed('import gym\n# "Taxi-v3"\n\ngym.make("Taxi-v3")\n')?.line, 4);
    assert.deepEqual(environmentNamed("from gym import make\n\nenv = make('ALE/Pong-v5')\n"), {
      id: 'ALE/Pong-v5',
      line: 3,
    });
    assert.equal(discountNamed("parser.add_argument('--gamma', type=float, default=0.9, metavar='G')"), 0.9);
    assert.equal(discountNamed('gamma = 7'), undefined);
  });
});
