/** Blocks that are like one before are drawn without being run: what comes out is what running them gives. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ReadModel } from '../../../../src/formats/_format';
import { PytorchReader } from '../../../../src/formats/pytorch/reader';
import { distFolder, folderWith } from './_reader';

const plain = (models: Record<string, ReadModel>) =>
  Object.entries(models).map(([name, m]) => [name, { ...m, milliseconds: 0 }]);

/** A model of three blocks that are made and called as said. */
const stack = (parts: {
  above?: string;
  init?: string;
  forward: string;
  make?: string;
  call?: string;
  before?: string;
}) => `
import math
import random
import torch
from torch import nn
import torch.nn.functional as F

${parts.above ?? ''}

class Block(nn.Module):
    def __init__(self, index=0, other=None):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.norm = nn.LayerNorm(8)
        ${parts.init ?? 'pass'}

    def forward(self, x, *more):
        x = self.norm(F.relu(self.fc(x)))
        ${parts.forward}

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        blocks = []
        for i in range(5):
            ${parts.make ?? 'blocks.append(Block(i))'}
        self.blocks = nn.ModuleList(blocks)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        ${parts.before ?? 'seen = []'}
        for i, b in enumerate(self.blocks):
            ${parts.call ?? 'x = b(x)'}
        return self.head(x)
`;

const cases: Record<string, Parameters<typeof stack>[0]> = {
  'that are alike': { forward: 'return x + torch.sigmoid(x) * 0.5' },
  'that know their number': { init: 'self.index = index', forward: 'return x * (self.index + 2)' },
  'that know a number and do not ask for it': { init: 'self.index = index', forward: 'return x * 2' },
  'that ask for their number by a text': {
    init: 'self.index = index',
    forward: 'return x * (getattr(self, "in" + "dex") + 2)',
  },
  'whose number another function asks for': {
    above: 'def scale(m):\n    return m.index + 2',
    init: 'self.index = index',
    forward: 'return x * scale(self)',
  },
  'whose number is matched': {
    init: 'self.index = index',
    forward:
      'match self:\n            case Block(index=1): return x * 2\n            case Block(index=3): return x * 5\n        return x',
  },
  'whose number is asked for by a function in a function': {
    init: 'self.index = index',
    forward: 'return (lambda: x * (self.index % 2 + 2))()',
  },
  'whose number changes while they run': {
    init: 'self.index = index; self.count = 0',
    forward: 'self.count = self.index\n        return x * 2',
    before: 'self.blocks[2].index = 7',
  },
  'whose forward is called by its name': { forward: 'return x * 2', call: 'x = b.forward(x)' },
  'that count in a global': {
    above: 'count = 1\ndef step():\n    global count\n    count += 1\n    return count',
    forward: 'return x * step()',
  },
  'that count in a list outside': {
    above: 'seen = []',
    forward: 'seen.append(1)\n        return x * (len(seen) % 7 + 2)',
  },
  'that count in their class': {
    above: 'class Counter:\n    n = 0',
    forward: 'Counter.n += 1\n        return x * (Counter.n % 7 + 2)',
  },
  'that count in themselves': {
    init: 'self.n = 0',
    forward: 'self.n += 1\n        return x * (self.n + 2)',
    make: 'blocks = blocks or [Block()]; blocks.append(blocks[0])',
  },
  'that keep what they computed': {
    init: 'self.kept = None',
    forward: 'self.kept = x * 3\n        return x + 1',
  },
  'that share weights in pairs': {
    init: 'self.fc = other.fc if other is not None else self.fc',
    forward: 'return x * 2',
    make: 'blocks.append(Block(i, blocks[-1] if i % 2 else None))',
  },
  'that are one and the same': {
    forward: 'return x * 2',
    make: 'blocks = blocks or [Block()]; blocks.append(blocks[0])',
  },
  'that change what they are given': {
    forward: 'more[0].add_(1)\n        return x * 2 + more[0]',
    call: 'x = b(x, x)',
  },
  'that add to a list they are given': {
    forward: 'more[0].append(x)\n        return x * len(more[0])',
    call: 'x = b(x, seen)',
  },
  'that are told a number': { forward: 'return x * more[0]', call: 'x = b(x, i)' },
  'that are given a flag by their owner': {
    above: 'class Config:\n    scale = 2\nconfig = Config()',
    forward: 'return x * config.scale',
    call: 'config.scale = i + 2; x = b(x)',
  },
  'whose class the owner changes': {
    forward: 'return x * self.scale',
    call: 'Block.scale = i + 2; x = b(x)',
  },
  'that draw at random': { forward: 'return x * 2 if random.random() < 0.5 else x * 3' },
  'that ask whether they train': { forward: 'return x * 2 if self.training else x * 3' },
  'whose owner asks whether it trains': {
    forward: 'return x * 2',
    call: 'x = b(x) if self.training else b(x) * 2',
  },
  'whose owner trains them in another order': {
    forward: 'return x * 2',
    call: 'x = b(torch.relu(x)) if self.training and i == 2 else b(x)',
  },
  'whose owner trains behind them': {
    forward: 'return x * 2',
    call: 'x = b(x)\n        if self.training:\n            x = self.blocks[1](x) + self.blocks[0](seen[0] if seen else x)',
  },
  'that ask whether they train, of an owner that asks': {
    forward: 'return self.fc(x) * 2 if self.training else self.fc(x) * 3',
    call: 'x = b(x) if self.training else b(x) + 1',
  },
  'of an owner that trains, with parts that have no weights': {
    init: 'self.first, self.second = Part(), Part()',
    above:
      'class Part(nn.Module):\n    def forward(self, x):\n        return torch.relu(x) + torch.tanh(x) + torch.relu(x)',
    forward: 'return self.first(x) + self.second(x)',
    call: 'x = b(x)\n            if self.training: x = b.second(x) + b.first(x)',
  },
  'that make constants, of an owner that trains': {
    forward: 'return x * torch.ones(8) + torch.zeros(8)',
    call: 'x = b(x)\n            if self.training: x = x * 2',
  },
  'that change what they made, of an owner that trains': {
    forward: 'return F.relu(x * 2, inplace=True).add_(1)',
    call: 'x = b(x)\n            if self.training: x = x + b(x)',
  },
  'that ask twice whether they train, with parts that change what they made': {
    above:
      'class Part(nn.Module):\n    def forward(self, x):\n        return torch.tanh(F.relu(torch.sigmoid(torch.tanh(x)), inplace=True))',
    init: 'self.part = Part()',
    forward:
      'x = self.inner(x)\n        return x * 2 if self.training else x\n\n    def inner(self, x):\n        x = self.part(x)\n        return x + 1 if self.training else x',
  },
  'that return several things to an owner that trains': {
    forward: 'return x.chunk(2, -1), {"kept": x * 2}',
    call: '(a, c), more = b(x); x = torch.cat([c, a], -1) + more["kept"] if self.training else torch.cat([a, c], -1)',
  },
  'that go through the rows': {
    forward: 'y = 1\n        for i in range(x.shape[0]): y = y + i\n        return x * y',
  },
  'whose owner goes through the rows': {
    forward: 'return x * 2',
    call: 'x = b(x) * (2 if range(x.shape[0])[1] else 3)',
  },
  'with a hook': {
    init: 'self.fc.register_forward_hook(lambda m, a, out: out * (index + 2))',
    forward: 'return x * 2',
  },
  'with a function of their own': {
    init: 'self.act = lambda v: v * (index + 2)',
    forward: 'return self.act(x)',
  },
  'with a default that grows': {
    forward:
      'return self.grow(x)\n    def grow(self, x, kept=[]):\n        kept.append(1)\n        return x * (len(kept) % 5 + 2)',
  },
  'with different weights': {
    init: 'self.fc = nn.Linear(8, 8, bias=index % 2 == 0)',
    forward: 'return x * 2',
  },
  'with frozen weights': { init: 'self.fc.weight.requires_grad = index > 2', forward: 'return x * 2' },
  'without gradients': { forward: 'return x * 2', call: 'with torch.no_grad():\n                x = b(x)' },
  'that return several things': {
    forward: 'return x, {"kept": [x * 2, None]}',
    call: 'x, more = b(x); x = x + more["kept"][0]',
  },
  'that give back what they are given': { forward: 'return more[0]', call: 'x = x + b(x, x)' },
  'that fail now and then': {
    init: 'self.index = index',
    forward: 'return x.reshape(3, 5) if self.index == 3 else x * 2',
  },
  'that build layers while they run': { forward: 'return nn.Linear(8, 8)(x) * 2' },
  'that read numbers of a buffer': {
    init: 'self.register_buffer("k", torch.tensor(float(index)))',
    forward: 'return x * (2 if self.k.item() > 2 else 3)',
  },
};

describe('blocks', function () {
  this.timeout(60_000);
  const short = new PytorchReader({ distFolder });
  const whole = new PytorchReader({ distFolder, replays: false });
  after(() => Promise.all([short.dispose(), whole.dispose()]));

  const same = async (file: string, text: string, what: string) => {
    const [a, b] = await Promise.all([short, whole].map(r => r.read({ file, texts: { [file]: text } })));
    assert.deepEqual(plain(a!), plain(b!), what);
    return a!;
  };

  for (const [name, parts] of Object.entries(cases)) {
    it(`${name} are read as if each were run, also after edits`, async () => {
      const file = `/vitrine-test/${name.replace(/\W/g, '_')}.py`;
      const text = stack(parts);
      const { Net } = await same(file, text, 'first');
      assert.ok(Net?.model, name);
      if (!/fail|train|build/.test(name))
        assert.ok(Net.model.outputs.length, JSON.stringify(Net.diagnostics));
      await same(file, `${text}\nadded = 1\n`, 'with a line at the end');
      await same(file, text.replace('self.head(x)', 'self.head(x) * 2'), 'with another forward of the whole');
      await same(file, text.replace('nn.LayerNorm(8)', 'nn.LayerNorm(8, eps=0.1)'), 'with another layer');
      await same(file, text.replace('F.relu', 'F.gelu'), 'with another forward of the block');
      await same(file, text, 'as it was');
    });
  }

  it('may use what other files define, which change as well', async () => {
    const parts = (factor: number) =>
      `from torch import nn\nimport helpers\nFACTOR = ${factor}\nclass Block(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(8, 8)\n    def forward(self, x):\n        x = helpers.grow(self.fc(x))\n        return x * FACTOR + x\n`;
    const helpers = (by: number) => `BY = ${by}\ndef grow(x):\n    return (x + BY) * 2\n`;
    const net =
      'from torch import nn\nfrom parts import Block\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.net = nn.Sequential(*[Block() for _ in range(4)])\n    def forward(self, x):\n        return self.net(x)\n';
    const folder = folderWith({ 'net.py': net, 'parts.py': parts(2), 'helpers.py': helpers(2) });
    const file = `${folder}/net.py`;
    for (const [a, b] of [
      [2, 2],
      [3, 2],
      [3, 5],
      [2, 2],
    ] as const) {
      const texts = { [`${folder}/parts.py`]: parts(a), [`${folder}/helpers.py`]: helpers(b) };
      const [x, y] = await Promise.all([short, whole].map(r => r.read({ file, texts })));
      assert.deepEqual(plain(x!), plain(y!));
      assert.equal(x!['Net']!.model!.nodes.length, 20);
    }
  });

  it('that share a layer without weights in another way are told apart', async () => {
    const text = `
from torch import nn
class Trio(nn.Module):
    def __init__(self, a, b, c):
        super().__init__()
        self.a, self.b, self.c = a, b, c
    def forward(self, x):
        return self.c(self.b(self.a(x * 2) * 3) * 4) + x
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        a, b, c, d = nn.ReLU(), nn.ReLU(), nn.ReLU(), nn.ReLU()
        self.first, self.second = Trio(a, b, a), Trio(c, d, d)
        self.head = nn.Linear(8, 2)
    def forward(self, x):
        return self.head(self.second(self.first(x)))
`;
    const { Net } = await same('/vitrine-test/trio.py', text, 'first');
    assert.equal(Net?.model?.nodes.length, 15, JSON.stringify(Net?.diagnostics));
  });

  it('that ask twice whether they train emit once what they emit for both answers', async () => {
    const text = `
import torch
import torch.nn.functional as F
from torch import nn
class Part(nn.Module):
    def forward(self, x):
        return torch.tanh(F.relu(torch.sigmoid(torch.tanh(x)), inplace=True))
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.part, self.fc = Part(), nn.Linear(8, 2)
    def inner(self, x):
        x = self.part(x)
        return x + 1 if self.training else x
    def forward(self, x):
        x = self.fc(self.inner(x))
        return x * 2 if self.training else x
`;
    for (const t of [text, text.replace('x * 2 if', 'x * 5 if'), text.replace('x + 1', 'x + 7')]) {
      const { Net } = await same('/vitrine-test/twice.py', t, t);
      assert.equal(
        Net?.model?.nodes.filter(n => n.op === 'Relu').length,
        1,
        JSON.stringify(Net?.diagnostics),
      );
    }
  });

  for (const name of ['gpt', 'resnet', 'vit'])
    it(`of ${name} are read as if each were run`, async () => {
      const text = readFileSync(resolve('test/reference/pytorch', `${name}.py`), 'utf8');
      await same(`/vitrine-test/${name}.py`, text, 'first');
      await same(`/vitrine-test/${name}.py`, `${text}\nadded = 1\n`, 'again');
    });
});
