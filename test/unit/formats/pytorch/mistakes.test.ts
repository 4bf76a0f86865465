/** Mistakes as people make them: each is told at its line with PyTorch's words, and its fix makes the file right. */
import { strict as assert } from 'node:assert';
import type { ReadModel } from '../../../../src/formats/_format';
import { readText, said } from './_reader';

const head = 'import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n\n';

function net(init: string[], forward: string[], more = ''): string {
  const body = (lines: string[]) => lines.map(l => `        ${l}\n`).join('');
  return `${head}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n${body(init)}\n    def forward(self, x):\n${body(forward)}${more}`;
}

/** The text with the first fix of a reading made in it. */
function mended(text: string, read: ReadModel | undefined): string | undefined {
  const fix = read?.diagnostics.find(d => d.fix)?.fix;
  if (!fix) return undefined;
  const lines = text.split('\n');
  const offset = (line: number, column: number) =>
    lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0) + column - 1;
  const { line, column, endLine, endColumn } = fix.range;
  return text.slice(0, offset(line, column)) + fix.text + text.slice(offset(endLine, endColumn));
}

const called = (shape: string, made = 'torch.randn') =>
  `\n\nif __name__ == "__main__":\n    net = Net().to("cpu")\n    x = ${made}(${shape})\n    print(net(x).shape)\n`;

describe('mistakes in model files', () => {
  const cases: { name: string; text: string; says: RegExp; fixed?: boolean; left?: RegExp }[] = [
    {
      name: 'a size that the call in the file does not give, where another image would fit',
      text: net(
        ['self.conv = nn.Conv2d(1, 16, 5)', 'self.fc = nn.Linear(16 * 14 * 14, 10)'],
        ['x = F.max_pool2d(self.conv(x), 2)', 'return self.fc(torch.flatten(x, 1))'],
        called('1, 1, 28, 28'),
      ),
      says: /^error shape-mismatch 14:16 RuntimeError: mat1 and mat2 shapes cannot be multiplied \(Nx2304 and 3136x10\)$/,
      fixed: true,
    },
    {
      name: 'a product that forgets to transpose, where a length would fit',
      text: net(
        ['self.q = nn.Linear(64, 64)'],
        ['q = self.q(x)', 'return torch.softmax(torch.matmul(q, q), -1)'],
        called('2, 10, 64'),
      ),
      says: /^error shape-mismatch 13:30 RuntimeError: Expected size for first two dimensions/,
    },
    {
      name: 'a dimension that is not there, where nobody gave an input',
      text: net(
        ['self.conv = nn.Conv2d(1, 4, 3)', 'self.fc = nn.Linear(4, 10)'],
        ['x = self.conv(x).mean((2, 3))', 'return F.softmax(self.fc(x), dim=2)'],
      ),
      says: /^warning python-error 14:16 IndexError: Dimension out of range \(expected to be in range of \[-2, 1\], but got 2\)/,
    },
    {
      name: 'numbers where a call gives indices',
      text: net(
        ['self.emb = nn.Embedding(100, 16)'],
        ['return self.emb(x).mean(1)'],
        called('4, 12', 'torch.rand'),
      ),
      says: /^error dtype-mismatch 12:16 RuntimeError: Expected tensor for argument #1 'indices'/,
      fixed: true,
    },
    {
      name: 'a missing flatten',
      text: net(
        [
          'self.pool = nn.AdaptiveAvgPool2d(4)',
          'self.conv = nn.Conv2d(3, 16, 3)',
          'self.head = nn.Linear(256, 10)',
        ],
        ['x = self.pool(self.conv(x))', 'return self.head(x)'],
      ),
      says: /^error shape-mismatch 15:16 RuntimeError: mat1 and mat2 .* 16 x 4 x 4 are the 256/,
      fixed: true,
    },
    {
      name: 'a missing flatten behind an image of any size',
      text: net(
        [
          'self.features = nn.Sequential(nn.Conv2d(3, 48, 11, stride=4, padding=2), nn.MaxPool2d(3, 2))',
          'self.classifier = nn.Sequential(nn.Dropout(), nn.Linear(48 * 27 * 27, 10))',
        ],
        ['x = self.features(x)', 'return self.classifier(x)'],
      ),
      says: /^error shape-mismatch 14:16 RuntimeError: mat1 and mat2 shapes cannot be multiplied \(1296\*Nx27 and 34992x10\): the input's 48 x 27 x 27 are the 34992/,
      fixed: true,
    },
    {
      name: 'a padding that a skip connection lacks',
      text: net(['self.conv = nn.Conv2d(8, 8, 3)'], ['return F.relu(x + self.conv(x))']),
      says: /^error shape-mismatch 12:23 RuntimeError: The size of tensor a \(H\) must match the size of tensor b \(H-2\)/,
    },
    {
      name: 'a normalisation of another dimension',
      text: net(
        ['self.conv = nn.Conv2d(3, 16, 3)', 'self.bn = nn.BatchNorm1d(16)'],
        ['return F.relu(self.bn(self.conv(x)))'],
      ),
      says: /^error shape-mismatch 13:23 ValueError: expected 2D or 3D input \(got 4D input\)/,
      fixed: true,
    },
    {
      name: 'both directions of a recurrent layer',
      text: net(
        ['self.lstm = nn.LSTM(8, 32, bidirectional=True, batch_first=True)', 'self.fc = nn.Linear(32, 1)'],
        ['out, _ = self.lstm(x)', 'return self.fc(out[:, -1])'],
      ),
      says: /^error shape-mismatch 14:16 RuntimeError: mat1 and mat2 shapes cannot be multiplied \(Nx64 and 32x1\)$/,
      fixed: true,
    },
    {
      name: 'the state that a recurrent layer gives, too',
      text: net(
        ['self.lstm = nn.LSTM(8, 32, batch_first=True)', 'self.fc = nn.Linear(32, 1)'],
        ['out = self.lstm(x)', 'return self.fc(out[:, -1])'],
      ),
      says: /^error python-error 14:24 TypeError: tuple indices .* lstm gives \(output, state\)/,
      fixed: true,
    },
    {
      name: 'a layer that is made without self',
      text: net(['self.a = nn.Linear(8, 16)', 'b = nn.Linear(16, 2)'], ['return self.b(self.a(x))']),
      says: /^error unknown-name 13:16 AttributeError: 'Net' object has no attribute 'b': line 10 makes b without self$/,
      fixed: true,
    },
    {
      name: 'a layer that is called without self',
      text: net(['self.a = nn.Linear(8, 16)', 'self.b = nn.Linear(16, 2)'], ['return b(self.a(x))']),
      says: /^error unknown-name 13:16 NameError: name 'b' is not defined. Is self.b meant\?$/,
      fixed: true,
    },
    {
      name: 'a name that is nearly another',
      text: net(['self.a = nn.Linear(8, 16)'], ['hidden = self.a(x)', 'return hiden']),
      says: /^error unknown-name 13:16 NameError: name 'hiden' is not defined. Did you mean: 'hidden'\?$/,
      fixed: true,
    },
    {
      name: 'a name that nothing binds, in a method that nobody calls',
      text: net(
        ['self.a = nn.Linear(8, 16)'],
        ['return self.a(x)'],
        '\n    def features(self, x):\n        hidden = self.a(x)\n        return hiden\n',
      ),
      says: /^warning unknown-name 16:16 NameError: name 'hiden' is not defined. Did you mean: 'hidden'\?$/,
      fixed: true,
    },
    {
      name: 'a name that nothing binds, in a class whose arguments nobody gives',
      text: net(['self.a = nn.Linear(8, size)'], ['z = self.a(x)', 'return zz + x']).replace(
        '__init__(self)',
        '__init__(self, size)',
      ),
      says: /^information argument-needed 6:1 .*\nerror unknown-name 13:16 NameError: name 'zz' is not defined. Did you mean: 'z'\?$/,
      fixed: true,
      left: /argument-needed/,
    },
    {
      name: 'a part that lacks an argument, in a class whose arguments nobody gives',
      text: `${net(
        ['self.a = Part()', 'self.b = Part(size, 2)', 'self.c = Part(sice=2)'],
        ['return self.a(x)'],
      ).replace(
        '__init__(self)',
        '__init__(self, size)',
      )}\n\nclass Part(nn.Module):\n    def __init__(self, size):\n        super().__init__()\n        self.fc = nn.Linear(size, size)\n`,
      says: /^information argument-needed .*\nerror python-error 9:18 TypeError: Part.__init__\(\) missing 1 required positional argument: 'size'\nerror python-error 10:18 TypeError: Part.__init__\(\) takes 2 positional arguments but 3 were given\nerror python-error 11:18 TypeError: Part.__init__\(\) got an unexpected keyword argument 'sice'/,
    },
    {
      name: 'a view of what was permuted behind layers that halve the image',
      text: net(
        [
          'self.conv = nn.Conv2d(1, 4, 3)',
          'self.pool = nn.MaxPool2d(2, 2)',
          'self.fc = nn.Linear(4 * 13 * 13, 2)',
        ],
        ['x = self.pool(self.conv(x)).permute(0, 2, 3, 1)', 'return self.fc(x.view(x.size(0), -1))'],
      ),
      says: /^error shape-mismatch 15:24 RuntimeError: view size is not compatible with input tensor's size and stride/,
      fixed: true,
    },
    {
      name: 'half of an argument’s name',
      text: net(['self.conv = nn.Conv2d(3, 16, kernel=3)'], ['return self.conv(x)']),
      says: /^error unknown-name 9:21 TypeError: Conv2d.__init__\(\) got an unexpected keyword argument 'kernel'. Did you mean: 'kernel_size'\?$/,
      fixed: true,
    },
    {
      name: 'a layer made of a tensor',
      text: net(['self.fc = nn.Linear(8, 2)'], ['x = nn.ReLU(self.fc(x))', 'return x']),
      says: /^error layer-not-called 12:13 nn.ReLU\(…\) makes a layer/,
      fixed: true,
    },
    {
      name: 'a layer made of a tensor, on the way',
      text: net(['self.a = nn.Linear(8, 8)'], ['x = nn.ReLU(self.a(x))', 'return self.a(x)']),
      says: /^error layer-not-called 12:13 nn.ReLU\(…\) makes a layer/,
      fixed: true,
    },
  ];
  for (const c of cases)
    it(`tells ${c.name}${c.fixed ? ', and mends it' : ''}`, async () => {
      const { Net } = await readText(c.text);
      assert.match(said(Net).join('\n'), c.says);
      const text = mended(c.text, Net);
      assert.equal(text !== undefined, !!c.fixed);
      if (text === undefined) return;
      const { Net: again } = await readText(text);
      assert.deepEqual(
        said(again).filter(d => !c.left?.test(d)),
        [],
        text,
      );
    });

  it('leaves alone what binds names in ways of its own, and code that is read well', async () => {
    const more = `
try:
    import fast
except ImportError:
    fast = None
for kind in ("a", "b"):
    last = kind
def outer(n, *rest, key=None, **more):
    global later
    later = [i for i in range(n)]
    def inner():
        nonlocal key
        key = more, rest, __file__, (lambda v: v)(n)
        return key
    try:
        return inner()
    except ValueError as error:
        raise TypeError(error)
    if (m := n) > 2:
        print(m, fast, last, kind, later, WIDTH)
    match n:
        case [a, *b]:
            return a, b
        case {"c": c, **d}:
            return c, d
def plain(a, b=1, *, c=2):
    return outer(a, 1, 2, key=b, more=c), outer(*[a]), plain(**{"a": 1})
if __name__ == "__main__":
    WIDTH = 3
`;
    const given = `
import gin, torch
from detectron2.config import configurable
@gin.configurable
class Given(nn.Module):
    def __init__(self, size):
        super().__init__()
@gin.configurable
def told(size):
    return size
class Own(nn.Module):
    @configurable
    def __init__(self, *, size):
        super().__init__()
class Other(nn.Module):
    def __new__(cls, *sizes):
        return nn.Linear(*sizes) if sizes else super().__new__(cls)
class Below(Other):
    def __init__(self):
        super().__init__()
if torch.cuda.is_available():
    def fast(a, b):
        return a
else:
    def fast(a):
        return a
def made(cfg):
    if torch.cuda.is_available():
        fast(1, 2)
    return Given(), told(), Own(cfg), Below(1, 2), _("text")
`;
    const typed = `
from __future__ import annotations
class Typed[T, *Ts](nn.Module):
    def __init__(self, size):
        super().__init__()
    def forward(self, x):
        return cast(T, x)
    def more[U](self):
        return T, U, Ts
def cast[V](kind, x: V) -> V:
    type Many[W] = list[W]
    def inner[Z](a: Nowhere, *rest: Nowhere) -> Nowhere:
        return Z, a, rest
    return inner(V), Many
`;
    for (const text of [
      given,
      typed,
      more,
      `${more}\nfrom somewhere import *\ndef g():\n    return from_there\n`,
    ])
      assert.deepEqual(
        said((await readText(net(['self.fc = nn.Linear(4, 3)'], ['return self.fc(x)'], text)))['Net']).filter(
          d => !/module-not|not-run/.test(d),
        ),
        [],
      );
  });

  it('puts a forgotten self where it is missing, and knows the names of Python', async () => {
    const lost = net(
      ['self.a = nn.Linear(4, 4)', 'self.b = nn.Linear(4, 3)'],
      ['return F.relu(F.relu(b(self.a(x))))'],
    );
    const text = `${lost}\n    def other(self):\n        b = 3\n        return b\n`;
    const { Net } = await readText(text);
    assert.equal(mended(text, Net), text.replace(' F.relu(F.relu(b(', ' F.relu(F.relu(self.b('));
    const range = net(['self.a = nn.Linear(4, 4)'], ['for _ in rnage(2): x = self.a(x)', 'return x']);
    assert.match(
      said((await readText(range))['Net']).join(),
      /name 'rnage' is not defined. Did you mean: 'range'/,
    );
  });

  const sized = `${head}class Net(nn.Module):\n    def __init__(self, channels=3, width=32):\n        super().__init__()\n        self.conv = nn.Conv2d(channels, 8, 3)\n        self.fc = nn.Linear(8 * (width - 2) ** 2, 2)\n\n    def forward(self, x):\n        return self.fc(self.conv(x).flatten(1))\n`;
  const linear = net(['self.fc = nn.Linear(4, 8)'], ['return self.fc(x)']);
  const guard = 'if __name__ == "__main__":\n';
  for (const [name, text] of [
    ['of one made with other sizes', `${sized}${guard}    Net(1, 28)(torch.randn(1, 1, 28, 28))\n`],
    [
      'of a name that a loop makes anew',
      `${linear}net = Net()\nx = torch.randn(3, 6)\nfor x in [x[:, :4]]:\n    net(x)\n`,
    ],
    ['of a name that is one of two', `${linear}x = torch.randn(3, 6)\nx, y = x[:, :4], 2\nNet()(x)\n`],
    [
      'of one that was given another layer',
      `${linear}net = Net()\nnet.fc = nn.Linear(6, 8)\nnet(torch.randn(3, 6))\n`,
    ],
    ['of a tensor that was turned in place', `${linear}x = torch.randn(4, 6)\nx.t_()\nNet()(x)\n`],
  ] as const)
    it(`does not hold a call against a model ${name}`, async () => {
      assert.deepEqual(said((await readText(text))['Net']), []);
    });

  it('holds a call against a model that is made with the same, spelt or left out', async () => {
    const text = `${sized}${guard}    Net(3, width=32)(torch.randn(1, 3, 28, 28))\n`;
    assert.match(said((await readText(text))['Net']).join(), /^error shape-mismatch .*Nx5408 and 7200x2/);
  });

  it('believes a call in the file that is right', async () => {
    const text = net(
      ['self.emb = nn.Embedding(100, 16)', 'self.fc = nn.Linear(16, 3)'],
      ['return self.fc(self.emb(x)).mean(1)'],
      called('0, 100, (2, 7)', 'torch.randint'),
    );
    const { Net } = await readText(text);
    assert.deepEqual(said(Net), []);
    assert.deepEqual(Net!.model!.values[Net!.model!.inputs[0]!]!.shape, ['N', 'T']);
  });
});
