import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { PytorchReader } from '../../../../src/formats/pytorch/reader';
import { VitrineError } from '../../../../src/model/errors';
import type { Diagnostic, Model, SourceRange } from '../../../../src/model/graph';
import { distFolder, folderWith, reader, readText, said } from './_reader';

const head = 'import torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n';

/** A class Net from lines of its constructor and of forward. */
function net(init: string, forward: string, more = ''): string {
  const indent = (s: string) =>
    s
      .split('\n')
      .map(l => `        ${l}`)
      .join('\n');
  return `${head}class Net(nn.Module):\n    def __init__(self${more}):\n        super().__init__()\n${indent(init)}\n\n    def forward(self, x):\n${indent(forward)}\n`;
}

function textAt(text: string, { line, column, endLine, endColumn }: SourceRange): string {
  const lines = text.split('\n');
  if (line === endLine) return lines[line - 1]!.slice(column - 1, endColumn - 1);
  return [
    lines[line - 1]!.slice(column - 1),
    ...lines.slice(line, endLine - 1),
    lines[endLine - 1]!.slice(0, endColumn - 1),
  ].join('\n');
}

async function model(text: string, input?: number[]): Promise<Model> {
  const { Net } = await readText(text, input ? { input } : {});
  assert.ok(Net?.model, said(Net).join('\n'));
  return Net.model;
}

function errorOf(diagnostics: readonly Diagnostic[] | undefined): Diagnostic {
  const found = diagnostics?.find(d => d.severity === 'error');
  assert.ok(found, JSON.stringify(diagnostics));
  return found;
}

describe('reading PyTorch source', function () {
  this.timeout(30_000);

  it('ties every node to its call and every module to its constructor', async () => {
    const text = net(
      'self.fc1 = nn.Linear(2, 5)\nself.fc2 = nn.Linear(\n    5,\n    1,\n)',
      'x = torch.relu(self.fc1(x))\nreturn self.fc2(x)',
    );
    const m = await model(text);
    assert.deepEqual(
      m.nodes.map(n => [n.op, n.module, textAt(text, n.call!)]),
      [
        ['Gemm', 'fc1', 'self.fc1(x)'],
        ['Relu', '', 'torch.relu(self.fc1(x))'],
        ['Gemm', 'fc2', 'self.fc2(x)'],
      ],
    );
    assert.deepEqual(
      m.modules.slice(1).map(x => textAt(text, x.definition!)),
      ['nn.Linear(2, 5)', 'nn.Linear(\n            5,\n            1,\n        )'],
    );
    assert.equal(m.values[m.nodes[1]!.outputs[0]!]!.name, 'x');
    assert.ok(textAt(text, m.definition!).startsWith('class Net(nn.Module):'));
  });

  it('counts columns as editors do, behind letters of any width', async () => {
    const text = net('self.größe = nn.Linear(2, 5)', "α = '🙂'; x = self.größe(x); return x  # 🙂");
    const m = await model(text);
    assert.equal(textAt(text, m.nodes[0]!.call!), 'self.größe(x)');
    assert.equal(textAt(text, m.modules[1]!.definition!), 'nn.Linear(2, 5)');
  });

  it('says what does not fit at the call, in PyTorch’s words, and fixes the constructor', async () => {
    const text = net(
      'self.conv = nn.Conv2d(1, 16, 5)\nself.fc = nn.Linear(400, 10)',
      'x = F.max_pool2d(F.relu(self.conv(x)), 2)\nx = torch.flatten(x, 1)\nreturn self.fc(x)',
    );
    const { Net } = await readText(text, { input: [1, 16, 16] });
    const error = errorOf(Net!.diagnostics);
    assert.equal(error.code, 'shape-mismatch');
    assert.equal(error.message, 'RuntimeError: mat1 and mat2 shapes cannot be multiplied (Nx576 and 400x10)');
    assert.equal(textAt(text, error), 'self.fc(x)');
    assert.equal(textAt(text, error.fix!.range), '400');
    assert.equal(error.fix!.text, '576');
    // What was read before the error is there.
    assert.deepEqual(
      Net!.model!.nodes.map(n => n.op),
      ['Conv', 'Relu', 'MaxPool', 'Flatten'],
    );
    assert.equal(Net!.model!.parameters.length, 4);
  });

  it('says it of the likeliest input where no other gets further', async () => {
    const text = net(
      'self.fc1 = nn.Linear(4, 16)\nself.fc2 = nn.Linear(32, 3)',
      'return self.fc2(torch.relu(self.fc1(x)))',
    );
    const { Net } = await readText(text);
    const error = errorOf(Net!.diagnostics);
    assert.equal(error.message, 'RuntimeError: mat1 and mat2 shapes cannot be multiplied (Nx16 and 32x3)');
    assert.deepEqual([error.fix!.text, textAt(text, error.fix!.range)], ['16', '32']);
    assert.deepEqual(
      Net!.model!.nodes.map(n => n.op),
      ['Gemm', 'Relu'],
    );
  });

  it('fixes keyword arguments and layers inside of nn.Sequential', async () => {
    const text = net(
      'self.net = nn.Sequential(\n    nn.Conv2d(3, 8, 3, padding=1),\n    nn.ReLU(),\n    nn.Conv2d(in_channels=16, out_channels=8, kernel_size=3),\n)',
      'return self.net(x)',
    );
    const { Net } = await readText(text, { input: [3, 8, 8] });
    const error = errorOf(Net!.diagnostics);
    assert.match(
      error.message,
      /expected input\[N, 8, 8, 8\] to have 16 channels, but got 8 channels instead/,
    );
    assert.equal(textAt(text, error.fix!.range), '16');
    assert.equal(error.fix!.text, '8');
  });

  it('checks products of more dimensions as PyTorch does', async () => {
    const text = net('self.fc = nn.Linear(4, 3)', 'return self.fc(x)');
    const { Net } = await readText(text, { input: [7, 5] });
    assert.match(
      errorOf(Net!.diagnostics).message,
      /mat1 and mat2 shapes cannot be multiplied \((7\*N|N)x5 and 4x3\)|\(7x5 and 4x3\)/,
    );
  });

  it('finds image sizes that a later layer fixes', async () => {
    const m = await model(
      net(
        'self.c = nn.Conv2d(1, 4, 3)\nself.fc = nn.Linear(4 * 13 * 13, 10)',
        'x = F.max_pool2d(self.c(x), 2)\nx = x.view(x.size(0), -1)\nreturn self.fc(x)',
      ),
    );
    assert.deepEqual(m.values[m.inputs[0]!]!.shape, ['N', 1, 28, 28]);
    assert.deepEqual(m.values[m.outputs[0]!]!.shape, ['N', 10]);
  });

  it('keeps image sizes symbolic where nothing fixes them', async () => {
    const m = await model(
      net(
        'self.c = nn.Conv2d(3, 4, 3, stride=2, padding=1)\nself.p = nn.AdaptiveAvgPool2d(1)',
        'return self.p(self.c(x)).flatten(1)',
      ),
    );
    assert.deepEqual(m.values[m.inputs[0]!]!.shape, ['N', 3, 'H', 'W']);
    assert.deepEqual(m.values[m.outputs[0]!]!.shape, ['N', 4]);
  });

  it('takes an input with and without the batch', async () => {
    const text = net('self.c = nn.Conv2d(1, 2, 3)', 'return self.c(x)');
    for (const input of [
      [1, 8, 8],
      [64, 1, 8, 8],
    ])
      assert.deepEqual((await model(text, input)).values['x']!.shape, ['N', 1, 8, 8]);
  });

  it('reads a two-parameter regression', async () => {
    const m = await model(
      net(
        'self.theta = nn.Parameter(torch.randn(2, requires_grad=True))',
        'return self.theta[0] + self.theta[1] * x',
      ),
      [1],
    );
    assert.deepEqual(
      m.parameters.filter(p => p.kind === 'parameter').map(p => [p.name, p.shape, p.initializer]),
      [['theta', [2], { kind: 'normal', mean: 0, std: 1 }]],
    );
    assert.deepEqual(m.values[m.outputs[0]!]!.shape, ['N', 1]);
  });

  it('takes constructor arguments from the request, a main block, or asks for them', async () => {
    const text = net('self.fc = nn.Linear(wide, 2)', 'return self.fc(x)', ', wide');
    const asked = await readText(text, { class: 'Net' });
    assert.equal(asked['Net']!.model, undefined);
    assert.match(
      errorOf(asked['Net']!.diagnostics).message,
      /give a value for its constructor argument wide/,
    );
    const given = await readText(text, { class: 'Net', arguments: { wide: 7 } });
    assert.deepEqual(given['Net']!.model!.parameters[0]!.shape, [2, 7]);
    const main = await readText(
      `${text}\nif __name__ == "__main__":\n    size = 3 * 3\n    model = Net(wide=size).to("cuda")\n    train(model)\n`,
    );
    assert.deepEqual(main['Net']!.model!.parameters[0]!.shape, [2, 9]);
    const loose = await readText(text, { class: 'Net', arguments: { wide: 7, high: 3 } });
    assert.match(
      said(loose['Net']).join(),
      /unknown-argument .* has no constructor argument high; it takes: wide/,
    );
  });

  it('asks for arguments that a constructor does not name and hands on to its bases', async () => {
    const text = `import torch
from torch import nn
class Base(nn.Module):
    def __init__(self, wide, *, classes, dropout=0.1):
        super().__init__()
        self.out = nn.Linear(wide, classes)
class Between(Base):
    def __init__(self, size=4, **rest):
        super(Between, self).__init__(classes=3, **rest)
class Head(Between):
    def __init__(self, scale=2.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale
    def forward(self, x):
        return self.out(x) * self.scale
`;
    const asked = await readText(text, { class: 'Head' });
    assert.deepEqual(
      asked['Head']!.diagnostics.map(d => [d.code, d.ask]),
      [['argument-needed', { arguments: ['wide'], class: 'Head' }]],
    );
    const given = await readText(text, { class: 'Head', arguments: { wide: 7 } });
    assert.deepEqual(said(given['Head']), []);
    assert.deepEqual(given['Head']!.model!.parameters[0]!.shape, [3, 7]);
    const made = await readText(`${text}head = Head(wide=5)\n`);
    assert.deepEqual(made['Head']!.model!.parameters[0]!.shape, [3, 5]);
    // What is done to them before is not seen: Python says what is missing then.
    const changed = await readText(
      text.replace('super().__init__(**kwargs)', 'kwargs["wide"] = 2\n        super().__init__(**kwargs)'),
      { class: 'Head' },
    );
    assert.deepEqual(said(changed['Head']), []);
    assert.deepEqual(changed['Head']!.model!.parameters[0]!.shape, [3, 2]);
  });

  it('takes no argument from a call in a branch that defaults do not reach', async () => {
    const text = (kernel: string) => `import torch
from torch import nn
class Several(nn.Module):
    def __init__(self, kernels):
        super().__init__()
        self.pools = nn.ModuleList([nn.AvgPool1d(k, stride=1) for k in kernels])
    def forward(self, x):
        return self.pools[0](x)
class Layer(nn.Module):
    def __init__(self, kernel=${kernel}):
        super().__init__()
        if isinstance(kernel, list):
            self.decomposed = Several(kernel)
        else:
            self.decomposed = nn.AvgPool1d(kernel)
    def forward(self, x):
        return self.decomposed(x)
`;
    const codes = async (kernel: string) =>
      (await readText(text(kernel)))['Several']!.diagnostics.map(d => d.code);
    assert.deepEqual(await codes('25'), ['argument-needed']);
    assert.ok(!(await codes('[3, 5]')).includes('argument-needed'));
  });

  it('does not run training loops at the top of a file', async () => {
    const text = `${net('self.fc = nn.Linear(2, 1)', 'return self.fc(x)')}
model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loader = load_everything()
for epoch in range(10 ** 9):
    optimizer.zero_grad()
    loss = nn.MSELoss()(model(torch.randn(3, 2)), torch.randn(3, 1))
    loss.backward()
    optimizer.step()
while True:
    pass
`;
    const { Net } = await readText(text);
    assert.equal(Net!.model!.nodes.length, 1);
    assert.match(said(Net).join('\n'), /hint not-run 15:10 NameError: name 'load_everything' is not defined/);
  });

  it('stands in for modules that are not there, and says so', async () => {
    const text = `import numpy as np\nimport torchvision.transforms as T\nfrom einops import rearrange\nfrom fairseq import tasks\n@np.vectorize\ndef f(x):\n    return x\nnorm = T.Normalize((0.5,), (0.5,))\n${net('self.fc = nn.Linear(2, 1)', 'return self.fc(x)')}`;
    const { Net } = await readText(text);
    assert.equal(Net!.model!.nodes.length, 1);
    const hints = said(Net).filter(s => s.includes('module-not-available'));
    assert.ok(
      hints.some(h => /hint module-not-available 4:1 .*fairseq is not available here/.test(h)),
      hints.join('\n'),
    );
  });

  it('finds the channels that a layer behind a rearrangement wants', async () => {
    // As YOLO's Focus: four times the channels of the image reach the first convolution.
    const text = net(
      'self.conv = nn.Conv2d(12, 8, 3, 1, 1)',
      'x = torch.cat((x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]), 1)\nreturn self.conv(x)',
    );
    const { Net } = await readText(text);
    assert.deepEqual(said(Net), []);
    assert.deepEqual(Net!.model!.values[Net!.model!.inputs[0]!]!.shape.slice(0, 2), ['N', 3]);
  });

  it('finds the channels of which a layer wants some more', async () => {
    const text = net(
      'self.conv = nn.Conv2d(9, 8, 1)',
      'n, c, h, w = x.shape\nreturn self.conv(torch.cat([x, x.new_zeros(n, 3, h, w)], 1))',
    );
    const { Net } = await readText(text);
    assert.deepEqual(said(Net), []);
    assert.equal(Net!.model!.values[Net!.model!.inputs[0]!]!.shape[1], 6);
  });

  it('says as an error what fails whatever the input is', async () => {
    const wrong = net(
      'self.a = nn.Conv2d(3, 8, 3)\nself.b = nn.Conv2d(16, 4, 3)',
      'return self.b(self.a(x))',
    );
    assert.match(
      said((await readText(wrong))['Net']).join(),
      /^error shape-mismatch .*16 channels, but got 8/,
    );
    const lost = net('self.a = nn.Linear(3, 8)', 'return self.fc3(self.a(x))');
    assert.match(said((await readText(lost))['Net']).join(), /^error python-error .*no attribute 'fc3'$/);
  });

  it('leaves it at a hint where a part may only have been given the wrong thing', async () => {
    const text = `${net('self.a = nn.Linear(3, 8)', 'x, skip = x[0], x[1].mask\nreturn self.a(x)')}\nclass Whole(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.net = Net()\n    def forward(self, x, mask):\n        return self.net([x, mask])\n`;
    const read = await readText(text);
    for (const name of ['Net', 'Whole'])
      assert.ok(
        read[name]!.diagnostics.every(d => d.severity === 'hint'),
        said(read[name]).join('\n'),
      );
  });

  it('makes a tensor of as many numbers as there are rows', async () => {
    const text = net(
      'self.heads = nn.Linear(4, 6)',
      'rows = torch.LongTensor(range(x.size(0)))\nh = self.heads(x).view(-1, 2, 3)\nreturn h[rows, 0], torch.tensor(range(len(x)))',
    );
    const { Net } = await readText(text);
    assert.deepEqual(said(Net), []);
    assert.deepEqual(
      Net!.model!.outputs.map(o => Net!.model!.values[o]!.shape),
      [['N', 3], ['N']],
    );
  });

  it('shifts whole numbers and takes their lowest bits', async () => {
    const text = net('self.e = nn.Embedding(8, 2)', 'return self.e(x & 7), x >> 2, x << 1, x & 4');
    const { Net } = await readText(text);
    assert.deepEqual(said(Net), []);
    const bits = net('self.e = nn.Embedding(8, 2)', 'return self.e(x), x | 2');
    assert.match(
      said((await readText(bits))['Net']).join(),
      /unsupported-op .*\| of whole numbers is not read yet/,
    );
  });

  it('names what it does not know of torch, at its place', async () => {
    const text = net('self.fc = nn.Linear(2, 1)', 'x = torch.fft.hfft(self.fc(x))\nreturn x');
    const { Net } = await readText(text);
    const error = errorOf(Net!.diagnostics);
    assert.equal(error.code, 'unsupported-op');
    assert.match(error.message, /torch\.fft\.hfft is not known/);
    assert.equal(textAt(text, error), 'torch.fft.hfft(self.fc(x))');
    assert.equal(Net!.model!.nodes.length, 1);
  });

  it('makes a class with what its file makes it with, where the defaults do not do', async () => {
    const text =
      'import torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self, width=None, out=3):\n        super().__init__()\n        self.fc = nn.Linear(width, out)\n\n    def forward(self, a, b):\n        return self.fc(a) @ self.fc(b).transpose(1, 2)\n\n\nif __name__ == "__main__":\n    x = torch.randn(2, 7, 8)\n    print(Net(width=8)(x, x))\n';
    const { Net } = await readText(text);
    assert.deepEqual(Net!.diagnostics, []);
    assert.equal(Net!.model!.parameters[0]!.shape[1], 8);
    // The example says that there are rows, which a linear layer leaves open.
    assert.deepEqual(
      Net!.model!.inputs.map(i => Net!.model!.values[i]!.shape),
      [
        ['N', 'T', 8],
        ['N', 'T', 8],
      ],
    );
  });

  it('gives a tensor to a forward that may go without, and says so of numbers that only a run could tell', async () => {
    const text = net('self.fc = nn.Linear(4, 1)', 'return self.fc(x) if int(x.argmax()) > 1 else x').replace(
      'def forward(self, x)',
      'def forward(self, x=None, mask=None)',
    );
    const { Net } = await readText(text);
    assert.match(Net!.diagnostics[0]!.message, /numbers, which are not known before the model runs/);
  });

  it('takes one name of a package from the part that has it', async () => {
    const folder = folderWith({
      'parts/__init__.py':
        'from .a import A\nfrom .b import B\nraise RuntimeError("the whole is not asked for")\n',
      'parts/a.py': 'from torch import nn\n\n\nclass A(nn.Linear):\n    pass\n',
      'parts/b.py': 'from parts import A\n\n\nclass B(A):\n    pass\n',
      'net.py':
        'from torch import nn\nfrom parts.b import B\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.b = B(4, 2)\n\n    def forward(self, x):\n        return self.b(x)\n',
    });
    const r = new PytorchReader({ distFolder, workspaceFolder: folder });
    try {
      const { Net } = await r.read({ file: join(folder, 'net.py') });
      assert.deepEqual(Net!.diagnostics, []);
    } finally {
      await r.dispose();
    }
  });

  it('takes of a package what its file takes from a part of the same name, not the part', async () => {
    const folder = folderWith({
      'parts/__init__.py': 'from .block import Block\nfrom .grow import grow\n',
      'parts/block.py':
        'from torch import nn\nfrom .grow import grow\n\n\nclass Block(nn.Linear):\n    def forward(self, x):\n        return grow(super().forward(x))\n',
      'parts/grow.py': 'def grow(x):\n    return x * 2\n',
      'net.py':
        'from torch import nn\nfrom parts import Block, grow\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.b = Block(4, 2)\n\n    def forward(self, x):\n        return grow(self.b(x))\n',
    });
    const r = new PytorchReader({ distFolder, workspaceFolder: folder });
    try {
      const { Net } = await r.read({ file: join(folder, 'net.py') });
      assert.deepEqual(Net!.diagnostics, []);
      assert.equal(Net!.model!.nodes.filter(n => n.op === 'Mul').length, 2);
    } finally {
      await r.dispose();
    }
  });

  it('takes a part of a package that a part asks for without what the package takes from that part', async () => {
    const folder = folderWith({
      'parts/__init__.py': 'from .block import Block\n',
      'parts/block.py':
        'from torch import nn\nfrom . import start\n\n\nclass Block(nn.Linear):\n    def forward(self, x):\n        return super().forward(x) * start.SCALE\n',
      'parts/start.py': 'SCALE = 3\n',
      'net.py':
        'from torch import nn\nfrom parts import Block\n\n\nclass Net(Block):\n    def __init__(self):\n        super().__init__(4, 2)\n',
    });
    const r = new PytorchReader({ distFolder, workspaceFolder: folder });
    try {
      const { Net } = await r.read({ file: join(folder, 'net.py') });
      assert.deepEqual(Net?.diagnostics, []);
      assert.deepEqual(Net!.model!.values[Net!.model!.outputs[0]!]!.shape, ['N', 2]);
    } finally {
      await r.dispose();
    }
  });

  it('imports other files of the workspace, relative and absolute, and finds places in them', async () => {
    const block =
      'from torch import nn\n\n\nclass Block(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n        self.fc = nn.Linear(n, n)\n\n    def forward(self, x):\n        return self.fc(x) + x\n';
    const folder = folderWith({
      'models/__init__.py': 'from .net import Net\n',
      'models/net.py':
        'import torch\nfrom torch import nn\nfrom .blocks.block import Block\nfrom config import WIDTH\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.b = Block(WIDTH)\n\n    def forward(self, x):\n        return self.b(x)\n',
      'models/blocks/__init__.py': '',
      'models/blocks/block.py': block,
      'config.py': 'WIDTH = 6\n',
    });
    const r = new PytorchReader({ distFolder, workspaceFolder: folder });
    try {
      const { Net, ...others } = await r.read({ file: join(folder, 'models/net.py') });
      assert.deepEqual(Object.keys(others), []);
      assert.deepEqual(said(Net), []);
      assert.deepEqual(Net!.model!.parameters[0]!.shape, [6, 6]);
      const call = Net!.model!.nodes[0]!.call!;
      assert.equal(call.file, join(folder, 'models/blocks/block.py'));
      assert.equal(textAt(block, call), 'self.fc(x)');
      // The editor's text goes before the file's.
      const edited = await r.read({
        file: join(folder, 'models/net.py'),
        texts: { [join(folder, 'config.py')]: 'WIDTH = 4\n' },
      });
      assert.deepEqual(edited['Net']!.model!.parameters[0]!.shape, [4, 4]);
    } finally {
      await r.dispose();
    }
  });

  it('puts exceptions of the code at their line, also in the constructor', async () => {
    const text = net("self.fc = nn.Linear(2, 1)\nraise ValueError('no such mode')", 'return self.fc(x)');
    const { Net } = await readText(text);
    const error = errorOf(Net!.diagnostics);
    assert.equal(error.message, 'ValueError: no such mode');
    assert.equal(error.line, 9);
    assert.equal(Net!.model, undefined);
  });

  it('reads branches of evaluation and keeps dropout', async () => {
    const m = await model(
      net(
        'self.fc = nn.Linear(2, 1)\nself.aux = nn.Linear(2, 3)',
        'y = F.dropout(x, 0.3, training=self.training)\nif self.training:\n    return self.fc(y), self.aux(y)\nreturn self.fc(y)',
      ),
    );
    assert.deepEqual(
      m.nodes.map(n => n.op),
      ['Dropout', 'Gemm'],
    );
    assert.equal(m.outputs.length, 1);
  });

  it('reads with an example where a number is needed of a symbolic size', async () => {
    const text = net(
      'self.c = nn.LSTMCell(3, 4)',
      'h = torch.zeros(x.size(0), 4)\nc = h\nfor t in range(x.size(1)):\n    h, c = self.c(x[:, t], (h, c))\nreturn h',
    );
    const open = await readText(text, { class: 'Net' });
    assert.match(said(open['Net']).join(), /^hint example-size 13:\d+ The size T decides here/);
    const { Net } = await readText(text, { input: [5, 3] });
    assert.deepEqual(said(Net), []);
    assert.deepEqual(Net!.model!.values[Net!.model!.outputs[0]!]!.shape, ['N', 4]);
  });

  it('holds the layers to the input that is given', async () => {
    for (const first of [5, 2]) {
      const text = net(
        `self.layers = nn.Sequential(nn.Linear(${first}, 16), nn.ReLU())`,
        'return self.layers(x)',
      );
      const { Net } = await readText(text, { input: [4] });
      const error = errorOf(Net?.diagnostics);
      assert.equal(
        error.message,
        `RuntimeError: mat1 and mat2 shapes cannot be multiplied (Nx4 and ${first}x16)`,
      );
      assert.equal(textAt(text, error), 'self.layers(x)');
      assert.equal(error.fix?.title, `Change in_features from ${first} to 4`);
      assert.deepEqual(Net?.model?.values[Net.model.inputs[0]!]?.shape, ['N', 4]);
    }
  });

  it('reads a loop over a length of the input for one length, and says so there', async () => {
    const text = net(
      'self.embed = nn.Embedding(9, 4)\nself.cell = nn.GRUCell(4, 3)',
      'e = self.embed(x)\nh = e.new_zeros(e.size(0), 3)\nfor t in range(e.size(1)):\n    h = self.cell(e[:, t], h)\nreturn h',
    );
    const { Net } = await readText(text);
    const [hint] = Net?.diagnostics ?? [];
    assert.equal(hint?.severity, 'hint');
    assert.equal(hint.code, 'example-size');
    assert.equal(textAt(text, hint), 'range(e.size(1))');
    assert.deepEqual(Net?.model?.values[Net.model.outputs[0]!]?.shape, ['N', 3]);
  });

  it('reads a part with the shapes that its forward is called with by name', async () => {
    const read = await readText(`
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(10, 8)
        self.places = nn.Embedding(64, 8)
        self.turned = Turned()
    def forward(self, x):
        return self.turned.forward(self.words(x), self.places.weight[:x.shape[1]])

class Turned(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
    def forward(self, x, angles, mask=None):
        n, t, width = x.shape
        assert angles.shape == (t, width)
        return self.fc(x) * angles
`);
    assert.deepEqual(said(read['Turned']), []);
    const { inputs, values } = read['Turned']!.model!;
    assert.deepEqual(
      inputs.map(i => values[i]!.shape),
      [
        ['N', 'T', 8],
        ['T', 8],
      ],
    );
  });

  it('takes starred arguments from the call that the file makes', async () => {
    const text = `${net('self.a = nn.Linear(width, depth)', 'return self.a(x)', ', width, *, depth')}\noptions = {"depth": 7}\nif __name__ == "__main__":\n    Net(*[3], **options)\n`;
    const m = await model(text);
    assert.deepEqual(m.parameters[0]?.shape, [7, 3]);
  });

  describe('bad input', () => {
    it('syntax errors, at their place', async () => {
      const read = await readText(`${head}class Net(nn.Module):\n    def __init__(self)\n        pass\n`);
      assert.match(said(read['']).join(), /error syntax-error 6:23 SyntaxError: expected ':'/);
    });

    it('an empty file, and one without a model', async () => {
      for (const text of ['', '\n\n', 'x = 1\nclass A:\n    pass\n'])
        assert.match(
          said((await readText(text))['']).join(),
          /information no-model 1:1 There is no model here/,
        );
    });

    it('a class that is not there: those that are', async () => {
      await assert.rejects(
        readText(net('pass', 'return x'), { class: 'Nett' }),
        (e: VitrineError) =>
          e.code === 'class-not-found' && /has no model class Nett. It has: Net\./.test(e.message),
      );
      await assert.rejects(
        readText(`${net('pass', 'return x')}\nhelper = 3\n`, { class: 'helper' }),
        (e: VitrineError) => e.code === 'class-not-found',
      );
    });

    it('a file that is not there, not UTF-8, or far too long', async () => {
      const folder = folderWith({
        'latin.py': Buffer.from('x = 1\ny = "gr\u00fc\u00df"\n', 'latin1'),
        'long.py': `x = [\n${'1234567,\n'.repeat(700_000)}]\n`,
      });
      const rejects = (name: string, code: string, message: RegExp) =>
        assert.rejects(
          reader().read({ file: join(folder, name) }),
          (e: unknown) => e instanceof VitrineError && e.code === code && message.test(e.message),
        );
      await rejects('none.py', 'file-not-found', /does not exist/);
      await rejects('latin.py', 'bad-file', /line 2 has bytes that no text has/);
      await rejects('long.py', 'bad-file', /has 6.3 MB/);
      await rejects('.', 'file-not-found', /cannot be read/);
    });

    it('a file of 5 MB that is Python', async () => {
      const text = `${net('self.fc = nn.Linear(2, 1)', 'return self.fc(x)')}${'# a comment that is long\n'.repeat(190_000)}`;
      const { Net } = await readText(text);
      assert.equal(Net!.model!.nodes.length, 1);
    });

    it('null bytes and other odd text', async () => {
      for (const text of [
        'x = 1\0\n',
        '\ufeffx = 1\n',
        `${'('.repeat(5000)}\n`,
        `x = ${'-'.repeat(20000)}1\n`,
      ])
        assert.ok((await readText(text))['']!.diagnostics.length > 0);
      assert.equal((await model(net('self.fc = nn.Linear(2, 1)', 'return self.fc(x)'))).nodes.length, 1);
    });

    it('sizes that no layer has', async () => {
      for (const [size, message] of [
        ['-3', /negative dimension/],
        ['2.5', /TypeError: in_features must be a whole number/],
        ["'2'", /TypeError/],
        ['10 ** 30', /is no size/],
      ] as const) {
        const { Net } = await readText(net(`self.fc = nn.Linear(${size}, 1)`, 'return self.fc(x)'));
        assert.match(errorOf(Net!.diagnostics).message, message);
      }
    });
  });

  it('stops a line that runs the model again and again, as one that writes a text', async () => {
    const text = `${net('self.fc = nn.Linear(4, 4)', 'return self.fc(x)')}
def write(model, x):
    for _ in range(10 ** 9):
        x = model(x)
    return x

model = Net()
print(write(model, torch.zeros(1, 4)))
written = write(model, torch.zeros(1, 4))
wide = nn.Linear(len(written), 2)
`;
    const models = await readText(text);
    assert.equal(models['Net']!.model!.nodes.length, 1);
    const hints = said(models['Net']).filter(s => s.includes('not-run'));
    assert.equal(hints.length, 1, hints.join('\n'));
    assert.match(hints[0]!, /This runs Net again and again: the first 16 times were read\./);
  });

  it('runs a module as often as a constructor does, and counts no edits', async () => {
    const init = `self.fc = nn.Linear(4, 4)
x = torch.zeros(1, 4)
for _ in range(20):
    x = self.fc(x)
self.out = nn.Linear(start(x).shape[1], WIDTH)`;
    const text = `${net(init, 'return self.out(x)')}
def made(x):
    return Wide(start(x).shape[1])

class Wide(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.out = nn.Linear(size, WIDTH)

    def forward(self, x):
        return self.out(x)

wide = made(torch.zeros(1, 4))
`.replace('class Net', 'start = nn.Linear(4, 8)\n\nclass Net');
    for (let width = 1; width <= 18; width++) {
      const { Net, Wide } = await readText(text.replaceAll('WIDTH', String(width)));
      for (const read of [Net, Wide]) {
        assert.deepEqual(said(read), [], `with ${width}`);
        const { values, outputs } = read!.model!;
        assert.deepEqual(values[outputs[0]!]!.shape, ['N', width]);
      }
    }
  });

  it('takes a million numbers of a file at once', async () => {
    const many = `numbers = torch.tensor([i % 65 for i in range(10 ** 6)])
mixed = torch.tensor([[True, 2.5]] * 1000)
`;
    const models = await readText(
      `import torch\nfrom torch import nn\n${many}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(int(numbers.max()) + 1, int(mixed[5, 1] * 2))
    def forward(self, x):
        return self.fc(x)
`,
    );
    assert.deepEqual(models['Net']!.model!.parameters[0]!.shape, [5, 65]);
  });

  it('leaves the line when cancelled, and stops what runs', async () => {
    const r = new PytorchReader({ distFolder, timeoutMs: 20_000 });
    try {
      await r.warm();
      const endless = net('while True:\n    pass', 'return x');
      const stop = new AbortController();
      const late = new AbortController();
      const file = '/vitrine-test/model.py';
      const first = r.read({ file, texts: { [file]: endless } }, stop.signal);
      const second = r.read({ file, texts: { [file]: endless } }, late.signal);
      const third = r.read({
        file,
        texts: { [file]: net('self.fc = nn.Linear(2, 1)', 'return self.fc(x)') },
      });
      late.abort();
      setTimeout(() => stop.abort(), 300);
      await assert.rejects(first, (e: VitrineError) => e.code === 'cancelled');
      await assert.rejects(second, (e: VitrineError) => e.code === 'cancelled');
      assert.equal((await third)['Net']!.model!.nodes.length, 1);
    } finally {
      await r.dispose();
    }
  });
});
