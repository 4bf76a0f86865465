/** An edit in the body of a function: the file stands, and only what ran the function is read again. */
import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadModel } from '../../../../src/formats/_format';
import { PytorchReader } from '../../../../src/formats/pytorch/reader';
import { distFolder, folderWith } from './_reader';

const plain = (models: Record<string, ReadModel>) =>
  Object.entries(models).map(([name, m]) => [name, { ...m, milliseconds: 0 }]);

/** Two models, one of which is made of a part that stands before it and one behind it. */
const file = (
  parts: { above?: string; part?: string; init?: string; forward?: string; late?: string } = {},
) => `
import functools
import random
import torch
from torch import nn

${parts.above ?? ''}

class Part(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.fc = nn.Linear(width, width)
        self.other = nn.Linear(width, 3)
        ${parts.init ?? 'self.scale = 2'}

    def forward(self, x):
        ${parts.part ?? 'y = 1'}
        return self.fc(x) * self.scale

    def extra_repr(self):
        return "as it is"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Part()
        self.last = Late()

    def forward(self, x):
        x = self.first(x)
        ${parts.forward ?? 'x = torch.relu(x)'}
        # The end.
        return self.last(x)


class Late(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(8)

    def forward(self, x):
        ${parts.late ?? 'return self.norm(x)'}


class Alone(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    @torch.no_grad()
    def forward(self, x):
        return self.help(x)

    def help(self, x):
        return self.fc(x)  # helps
`;

/** Two models with a part whose width the first one says, and a helper that both make a layer with. */
const built = (parts: { above?: string; part?: string; net?: string; help?: string; init?: string }) => `
from torch import nn

${parts.above ?? ''}

def extra():
    return nn.Sequential(${parts.help ?? 'nn.Dropout(0.1)'})


class Part(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = ${parts.part ?? 'nn.Linear(width, width)'}
        ${parts.init ?? 'y = 1'}

    def forward(self, x):
        return self.fc(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([${parts.net ?? 'Part(8)'}])
        self.extra = extra()

    def forward(self, x):
        return self.extra(self.blocks[0](x))


class Late(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.extra = extra()

    def forward(self, x):
        return self.extra(self.norm(x))
`;

describe('a file of which the body of a function is edited', function () {
  this.timeout(120_000);
  const path = '/vitrine-test/model.py';
  const known = new PytorchReader({ distFolder });
  const fresh = new PytorchReader({ distFolder });
  after(() => Promise.all([known.dispose(), fresh.dispose()]));
  let other = 0;

  /** Reads texts one after the other; each must be what a reader that never saw the file makes of it. */
  async function follow(texts: readonly string[], read: readonly (readonly string[] | undefined)[] = []) {
    let before: Record<string, ReadModel> = {};
    for (const [i, text] of texts.entries()) {
      const now = await known.read({ file: path, texts: { [path]: text } });
      const anew = await fresh.read({ file: path, texts: { [path]: `${text}\nother = ${other++}\n` } });
      assert.deepEqual(plain(now), plain(anew), `text ${i}`);
      const again = Object.keys(now).filter(n => now[n]!.milliseconds !== before[n]?.milliseconds);
      if (read[i]) assert.deepEqual(again, read[i], `text ${i}`);
      before = now;
    }
  }

  it('is read again where the function ran, and nowhere else', async () => {
    const start = file();
    const edit = (from: string, to: string) => {
      assert.ok(start.includes(from), from);
      return start.replace(from, to);
    };
    await follow(
      [
        start,
        edit('x = torch.relu(x)', 'x = torch.relu(x)\n        y = x + 1  # ü🙂'),
        edit('x = torch.relu(x)', 'x = torch.tanh(x)\n\n        z = 3'),
        start,
        edit('# helps', '+ 1'),
        edit('return self.fc(x)  # helps', 'y = 2\n        return self.fc(x) * y'),
        start,
        edit('y = 1', 'y = self.other(x)'),
        edit('y = 1', 'y = self.othr(x)'),
        edit('y = 1', 'y = self.fc(x.mean(1))'),
        start,
        edit('return self.norm(x)', 'return self.norm(x + 1)'),
      ],
      [
        undefined,
        ['Net'],
        ['Net'],
        ['Net'],
        ['Alone'],
        ['Alone'],
        ['Alone'],
        ['Part', 'Net'],
        ['Part', 'Net', 'Late'],
        ['Part', 'Net', 'Late'],
        ['Part', 'Net', 'Late'],
        ['Net', 'Late'],
      ],
    );
  });

  it('stands with numbers of numpy in its layers, which do not change', async () => {
    const text = (forward: string) =>
      file({ above: 'import numpy as np', init: 'self.scale = np.sqrt(2.0)', forward });
    await follow([text('y = 1'), text('y = 2')], [undefined, ['Net']]);
  });

  it('stands while a line is typed that is no Python before it is whole', async () => {
    const line = 'x = self.first(torch.relu(x))';
    const texts = Array.from({ length: 8 }, (_, i) => file({ forward: line.slice(0, 4 * (i + 1)) }));
    await follow([file(), ...texts, file({ forward: line }), file()]);
  });

  it('makes those classes again that ran an edited constructor, or whose arguments it names', async () => {
    const start = built({});
    await follow(
      [
        start,
        built({ part: 'nn.Linear(width, 2 * width)' }),
        built({ part: 'nn.Linear(width, 3 * width)' }),
        built({ part: 'nn.Linear(width, 3 * ' }),
        start,
        built({ net: 'Part(16)' }),
        built({ net: 'Part(16), Part(8)' }),
        built({ net: 'Part(made)' }),
        built({ net: 'Part(16), Late(4)' }),
        built({ net: 'Part("no")' }),
        start,
        built({ help: 'nn.Dropout(0.2)' }),
        built({ help: 'nn.Dropout(0.2), nn.Linear(3)' }),
        built({ help: 'nn.Dropout(settings.p)' }),
        built({ help: 'nn.Dropout(0.1), nn.ReLU()', part: 'nn.Linear(width, 3 * width)' }),
        start,
        built({ init: 'self.spare = nn.Linear(3, 4)' }),
        built({ init: 'self.spare = [nn.Linear(3, 4)]' }),
        built({ init: 'y = 2' }),
      ],
      [
        undefined,
        ['Part', 'Net'],
        ['Part', 'Net'],
        undefined,
        undefined,
        ['Part', 'Net'],
        ['Part', 'Net'],
        ['Part', 'Net', 'Late'],
        undefined,
        undefined,
        undefined,
        ['Net', 'Late'],
      ],
    );
  });

  it('is read anew where a constructor changes what outlasts it', async () => {
    const cases = [
      { above: 'made_so_far = []', init: 'made_so_far.append(1)' },
      { above: 'class Counter:\n    n = 0', init: 'Counter.n += 1' },
      { above: 'import random', init: 'self.p = random.random()' },
      { above: 'import functools\n@functools.lru_cache\ndef more(n):\n    return n + 1', init: 'more(2)' },
      { above: 'import itertools\nnumbers = itertools.count(2)', init: 'self.n = next(numbers)' },
      { above: 'shared = nn.Linear(8, 8)', init: 'self.shared = shared' },
      { above: 'import torch\nshown = torch.zeros(2, 8)', init: 'self.register_buffer("b", shown)' },
      { above: 'cfg = dict(a=1)', init: 'self.n = cfg.setdefault("b", 2)' },
    ];
    for (const parts of cases)
      await follow([1, 2, 3].map(i => built({ ...parts, part: `nn.Linear(width, ${8 * i})` })));
  });

  it('is read anew where more than the function may differ', async () => {
    const cases: [string, string][] = [
      ['def extra_repr(self):\n        return "as', 'def extra_repr(self):\n        return "not as'],
      ['nn.Linear(width, 3)', 'nn.Linear(width, 4)'],
      ['x = torch.relu(x)', 'x = torch.relu(x)\n        torch.randn(1, 8)'],
      ['x = torch.relu(x)', 'x = Part(8)(x)'],
      [
        'def forward(self, x):\n        return self.help(x)',
        'def forward(self, y):\n        return self.help(y)',
      ],
      ['@torch.no_grad()', '@torch.enable_grad()'],
      ['y = 1', 'y = 1 if self.training else 2'],
      ['y = 1', 'y = 1\n\n    def more(self):\n        pass'],
      ['y = 1', 'y = 1\n\nclass Other(nn.Module):\n    pass\n\ndef more(x):\n    if x:\n        pass'],
      ['x = torch.relu(x)', 'global made\n        made = 1'],
      ['# The end.', 'for name, m in self.named_children(): x = m(x)'],
    ];
    for (const [from, to] of cases) {
      assert.ok(file().includes(from), from);
      await follow([file(), file().replace(from, to), file()]);
    }
  });

  it('is read anew where a forward changes what outlasts it', async () => {
    const cases: Parameters<typeof file>[0][] = [
      { above: 'seen = []', part: 'seen.append(1); x = x * (len(seen) + 1)' },
      { above: 'class Counter:\n    n = 0', part: 'Counter.n += 1; x = x * (Counter.n + 1)' },
      { above: 'n = 1', part: 'global n; n += 1; x = x * n' },
      { init: 'self.scale = 2; self.seen = [1]', part: 'self.seen.append(1); x = x * len(self.seen)' },
      { init: 'self.scale = 2; self.n = 1', part: 'self.n += 1; x = x * self.n' },
      { above: '@functools.lru_cache\ndef ones(n):\n    return torch.ones(n)', part: 'x = x + ones(8)' },
      { above: 'def more(a=[]):\n    a.append(1)\n    return len(a)', part: 'x = x * (more() + 1)' },
      { above: 'import itertools\nnumbers = itertools.count(2)', part: 'x = x * next(numbers)' },
      { part: 'x = x * random.random()' },
      { init: 'self.scale = torch.ones(8)', part: 'self.scale += 1' },
      { init: 'self.scale = 2; self.made = nn.LazyLinear(8)', part: 'x = self.made(x)' },
      {
        above:
          'def counter():\n    n = 1\n    def more():\n        nonlocal n\n        n += 1\n        return n\n    return more\nmore = counter()',
        part: 'x = x * more()',
      },
      {
        above: 'def more():\n    return 1',
        part: 'more.n = getattr(more, "n", 1) + 1; x = x * more.n',
      },
      {
        above: 'class Box:\n    pass\nbox = Box()',
        part: 'box.n = getattr(box, "n", 1) + 1; x = x * box.n',
      },
      {
        above: 'from collections import deque\nseen = deque([1])',
        part: 'seen.append(1); x = x * len(seen)',
      },
      { above: 'seen = {1}', part: 'seen.add(len(seen) + 1); x = x * len(seen)' },
      { above: 'seen = {}', part: 'seen[len(seen)] = 1; x = x * (len(seen) + 1)' },
      { part: 'torch.set_default_dtype(torch.float64); x = x * torch.ones(8)' },
      {
        init: 'self.scale = 2; self.parts = nn.ModuleList([nn.Linear(8, 8)])',
        part: 'self.parts.append(nn.Identity()); x = x * len(self.parts)',
      },
      {
        init: 'self.scale = 2; self.parts = nn.ModuleList([nn.Linear(8, 8)])',
        part: 'x = self.parts[0](x); self.parts[0] = self.other',
      },
      {
        init: 'self.scale = 2; self.parts = nn.ModuleDict({"a": nn.Linear(8, 8)})',
        part: 'x = self.parts.pop("a")(x) if "a" in self.parts else x',
      },
      { part: 'object.__setattr__(self, "scale", self.scale + 1)' },
      { part: 'x = x * (2 if self.fc.weight.requires_grad else 3); self.fc.weight.requires_grad = False' },
      { init: 'self.scale = 2; nn.utils.spectral_norm(self.fc)', part: 'y = 1' },
    ];
    for (const parts of cases)
      await follow([1, 2, 3, 4].map(i => file({ ...parts, forward: `x = torch.relu(x) * ${i}` })));
  });

  it('tells of all that differs from the text that was answered last, if that was read from the start', async () => {
    const helpers = (f: string, g: string) =>
      file({
        above: `def f(x):\n    x = torch.relu(x)\n${f}    return x\n\ndef g(x):\n    x = torch.tanh(x)\n${g}    return x`,
        part: 'x = f(x)',
        late: 'return self.norm(g(x))',
      });
    const more = '    x = torch.relu(x)\n';
    await follow([
      helpers(more, ''),
      // Two functions are not read again alone, and what draws random numbers does not stand: the first text still does.
      helpers('', '    random.random()\n'),
      helpers(more, '    x = torch.tanh(x)\n'),
    ]);
  });

  it('is read anew where a class that is told of ends in lines that are no more', async () => {
    const late = (body: string) =>
      `return self.norm(x)\n\n    def more(self, x):\n        ${body}\n        return y`;
    await follow([
      file({ late: late('y = 1') }),
      // The first text still stands, and what is known is of this one.
      file({ late: late('y = 2'), part: 'x = x * random.random()' }),
      file({ late: late('y = 3\n        y = 4') }),
    ]);
  });

  it('says again for what its forward took an example', async () => {
    const text = (line: string) => `
import settings
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self, rates):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.rates = rates

    def forward(self, x):
        x = self.fc(x)
        ${line}
        return x.repeat(1, int(self.rates[0]))

if __name__ == "__main__":
    Net(settings.rates)
`;
    await follow([text('y = 1'), text('y = 2'), text('y = 3')]);
  });

  it('is read anew where what shows an example of its input is edited', async () => {
    const text = (size: number) => `
import torch
from torch import nn

def size():
    return ${size}

class First(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x)

class Second(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 3)

    def forward(self, x):
        return self.conv(x)

def show():
    print(First()(torch.rand(1, 3, size(), size())))
`;
    await follow([text(30), text(31)]);
  });

  it('knows the type of numbers that another file set as nothing of its own', async () => {
    const typed = (name: string, dtype: string, line: string) =>
      known.read({
        file: name,
        texts: {
          [name]: `import torch\nfrom torch import nn\n${dtype}\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.scale = nn.Parameter(torch.ones(4))\n    def forward(self, x):\n        ${line}\n        return torch.ones(4) * self.scale\n`,
        },
      });
    const dtypes = async (...of: Parameters<typeof typed>) => {
      const { Net } = await typed(...of);
      return [...new Set(Net?.model?.parameters.map(p => p.dtype))];
    };
    const wide = 'torch.set_default_dtype(torch.float64)';
    assert.deepEqual(await dtypes('/vitrine-test/wide.py', wide, 'y = 1'), ['float64']);
    assert.deepEqual(await dtypes('/vitrine-test/plain.py', '', 'y = 1'), ['float32']);
    assert.deepEqual(await dtypes('/vitrine-test/wide.py', wide, 'y = 2'), ['float64']);
  });

  it('stands beside other files, and gives way to what they say anew', async () => {
    const text = (line: string) => `
from torch import nn

class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, 2)

    def forward(self, x):
        ${line}
        return self.fc(x)
`;
    const folder = folderWith({
      'model.py': text('y = 0'),
      'train.py': 'from model import Net\nnet = Net(12)\n',
    });
    const model = join(folder, 'model.py');
    const by = new PytorchReader({ distFolder, workspaceFolder: folder });
    const width = async (line: string) => {
      const read = await by.read({ file: model, texts: { [model]: text(line) } });
      return read['Net']?.model?.parameters[0]?.shape[1];
    };
    try {
      assert.equal(await width('y = 0'), 12);
      assert.equal(await width('y = 1'), 12);
      assert.equal(await width('y = 2'), 12);
      writeFileSync(join(folder, 'train.py'), 'from model import Net\nnet = Net(13)\n');
      assert.equal(await width('y = 3'), 13);
      writeFileSync(join(folder, 'train.py'), 'from model import Net\nnet = Net(14)\n');
      assert.equal(await width('y = 3'), 14);
    } finally {
      await by.dispose();
    }
  });
});
