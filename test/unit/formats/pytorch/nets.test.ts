/** Models that no class of the file names: made in functions and under the main guard. */
import { strict as assert } from 'node:assert';
import { parameterCount } from '../../../../src/model/elements';
import { readText, said } from './_reader';

const counts = async (text: string, options = {}) =>
  Object.entries(await readText(text, options)).map(([name, { model }]) => [
    name,
    model && parameterCount(model),
  ]);

/** A script that trains what it makes in a function, with data that is not there. */
const inFunction = `
import torch
from torch import nn
import gym

def mlp(sizes):
    return nn.Sequential(*[nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])])

def train(env_name="CartPole-v1", hidden=[32]):
    env = gym.make(env_name)
    policy = mlp([env.observation_space.shape[0]] + hidden + [env.action_space.n])
    value = mlp([env.observation_space.shape[0], 1])
    optimizer = torch.optim.Adam(policy.parameters())
    state, _ = env.reset()
    for step in range(10):
        action = torch.distributions.Categorical(logits=policy(torch.as_tensor(state))).sample()
        state, reward, done, cut, _ = env.step(action.item())
        loss = -reward * value(torch.as_tensor(state)).mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()

if __name__ == "__main__":
    train()
`;

describe('a file whose models are no classes of it', function () {
  this.timeout(60_000);

  it('shows those that a function makes and holds, also where it does not come to its end', async () => {
    assert.deepEqual(await counts(inFunction), [
      ['policy', 4 * 32 + 32 + 32 * 2 + 2],
      ['value', 5],
    ]);
    const { policy } = await readText(inFunction);
    assert.deepEqual(
      policy!.model!.inputs.map(i => policy!.model!.values[i]!.shape),
      [['N', 4]],
    );
    assert.equal(policy!.model!.definition!.line, 11);
    assert.deepEqual(await counts(inFunction, { class: 'value' }), [['value', 5]]);
  });

  it('shows those under the main guard, whole and not in parts', async () => {
    const text = `
from torch import nn

def block(i, o):
    layers = nn.Sequential(nn.Linear(i, o), nn.ReLU())
    return layers

if __name__ == "__main__":
    net = nn.Sequential(block(20, 4), nn.Linear(4, 3))
    loss = nn.CrossEntropyLoss()
    flat = nn.Flatten()
    other = block(3, 2)
`;
    assert.deepEqual(await counts(text), [
      ['net', 84 + 15],
      ['other', 8],
    ]);
  });

  it('shows what functions return that nothing calls, by their names', async () => {
    const text = `
from torch import nn

def small(width=8):
    model = nn.Sequential(nn.Linear(4, width), nn.ReLU(), nn.Linear(width, 2))
    return model

def needs(width):
    return nn.Linear(width, width)

def fails():
    return nn.Linear(width, width)

def rate():
    return 0.1
`;
    assert.deepEqual(await counts(text), [['small', 40 + 18]]);
    assert.deepEqual(said((await readText('from torch import nn\ndef rate():\n    return 0.1\n'))['']), [
      'information no-model 1:1 There is no model here: no class derives from nn.Module.',
    ]);
  });
});

describe('a class that functions of its file make', function () {
  this.timeout(60_000);
  const net = (init: string, main: string) => `
from torch import nn

class Net(nn.Module):
    def __init__(self, ${init}):
        super().__init__()
        self.fc = nn.Linear(widths[0], widths[1])

    def forward(self, x):
        return self.fc(x)

def small(**options):
    return Net(widths=[2, 3], **options)

def large(**options):
    return build([4, 5], **options)

def build(widths, **options):
    return Net(widths=widths, **options)

${main}
`;
  const guarded = (call: string) => `if __name__ == "__main__":\n    model = ${call}\n    model.eval()`;

  it('is made as the main guard calls them, else as the first one does', async () => {
    assert.deepEqual(await counts(net('widths', '')), [['Net', 9]]);
    assert.deepEqual(await counts(net('widths', guarded('large()'))), [['Net', 25]]);
    assert.deepEqual(await counts(net('widths', guarded('build(widths=[1, 1])'))), [['Net', 2]]);
    assert.deepEqual(await counts(net('widths', guarded('build(unknown.widths)'))), [['Net', 9]]);
  });

  it('is made so, too, where its defaults do not make it', async () => {
    assert.deepEqual(await counts(net('widths=None', guarded('large()'))), [['Net', 25]]);
    assert.deepEqual(await counts(net('widths=None', '')), [['Net', 9]]);
    assert.deepEqual(await counts(net('widths=(1, 1)', guarded('large()'))), [['Net', 2]]);
  });
});

describe('an answer that is well-formed and wrong', function () {
  this.timeout(60_000);
  const net = `
from torch import nn

class Net(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        if width % heads:
            raise ValueError("width must be divisible by heads")
        self.conv = nn.Conv2d(3, width, 3)
        self.fc = nn.Linear(width * 36, 10)

    def forward(self, x):
        return self.fc(self.conv(x).flatten(1))
`;
  const asked = async (options: Parameters<typeof readText>[1]) => {
    const { Net } = await readText(net, { class: 'Net', ...options });
    return Net!.diagnostics.map(d => d.ask);
  };

  it('is asked for again', async () => {
    const Net = { class: 'Net' };
    assert.deepEqual(await asked({ arguments: { width: 7, heads: 2 } }), [
      { arguments: ['width', 'heads'], ...Net },
    ]);
    assert.deepEqual(await asked({ arguments: { width: 8, heads: 2 }, input: [1, 8, 8] }), [
      { arguments: ['width', 'heads'], input: true, ...Net },
    ]);
    assert.deepEqual(await asked({ arguments: { width: 8, heads: 2 }, input: [3, 8, 8] }), []);
  });
});

describe('complex parameters', () => {
  it('count once a number, as in PyTorch', async () => {
    const text = `
import torch
from torch import nn

class Filter(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(8, 5, dtype=torch.cfloat))
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        y = torch.fft.irfft(torch.fft.rfft(x) * self.weight, n=8)
        return self.fc(y)
`;
    const { Filter } = await readText(text, { class: 'Filter', input: [8, 8] });
    assert.equal(parameterCount(Filter!.model!), 40 + 18);
  });

  it('enter layers as their two parts', async () => {
    const text = `
import torch
from torch import nn

class Turn(nn.Module):
    def forward(self, x, angles):
        return torch.view_as_real(torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2)) * angles).flatten(-2)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.angles = torch.polar(torch.ones(6, 4), torch.arange(24.0).view(6, 4))
        self.turn, self.fc = Turn(), nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(self.turn(x, self.angles[: x.size(1)]))
`;
    const { Net } = await readText(text, { class: 'Net', input: [6, 8] });
    assert.deepEqual(said(Net), []);
    assert.equal(parameterCount(Net!.model!), 18);
  });

  const mixer = `
from torch import nn

class Residual(nn.Module):
    def __init__(self, fn):
        super().__init__()
        self.fn = fn
    def forward(self, x):
        return self.fn(x) + x

def small(i, o):
    return nn.Sequential(nn.Linear(i, o), nn.ReLU())

def Mixer(dim, depth, classes=10):
    return nn.Sequential(
        nn.Conv2d(3, dim, 4, stride=4),
        *[Residual(nn.Sequential(nn.Conv2d(dim, dim, 3, padding="same"), nn.GELU(), nn.BatchNorm2d(dim))) for _ in range(depth)],
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(dim, classes))
`;
  const mixed = 3 * 16 * 8 + 8 + 2 * (8 * 8 * 9 + 8 + 16) + 8 * 10 + 10;

  it('shows those that a function makes of the file’s own layers, and asks for its arguments', async () => {
    const asked = await readText(mixer);
    assert.deepEqual(Object.keys(asked), ['Residual', 'Mixer']);
    assert.match(said(asked['Mixer']).join(), /^information argument-needed 14:1 .* dim, depth: /);
    const options = { class: 'Mixer', arguments: { dim: 8, depth: 2 } };
    assert.deepEqual(await counts(mixer, options), [['Mixer', mixed]]);
  });

  it('makes it as the file does', async () => {
    const made = `${mixer}\nif __name__ == "__main__":\n    model = Mixer(8, depth=2)\n`;
    assert.deepEqual(Object.fromEntries(await counts(made))['Mixer'], mixed);
  });
});
