import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PytorchReader } from '../../../../src/formats/pytorch/reader';
import type { Diagnostic } from '../../../../src/model/graph';
import { distFolder, folderWith, readText, said } from './_reader';

const head = 'import torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n';

function net(init: string, forward: string, first = 'super().__init__()'): string {
  const lines = (s: string) => s.split('\n').map(l => `        ${l}\n`);
  return `${head}class Net(nn.Module):\n    def __init__(self):\n${lines(first ? `${first}\n${init}` : init).join('')}\n    def forward(self, x):\n${lines(forward).join('')}`;
}

async function finding(text: string, code: string): Promise<Diagnostic> {
  const { Net } = await readText(text);
  const found = Net?.diagnostics.find(d => d.code === code);
  assert.ok(found, said(Net).join('\n'));
  return found;
}

function mended(text: string, { fix }: Diagnostic): string {
  assert.ok(fix, 'there is a fix');
  const lines = text.split('\n');
  const offset = (line: number, column: number) =>
    lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0) + column - 1;
  const { range } = fix;
  return (
    text.slice(0, offset(range.line, range.column)) +
    fix.text +
    text.slice(offset(range.endLine, range.endColumn))
  );
}

/** What is wrong, the message that says so, and a part of the text that the fix makes. */
const cases: Record<string, [text: string, code: string, message: RegExp, fixed: string]> = {
  'a misspelt layer': [
    net('self.fc = nn.Liner(4, 3)', 'return self.fc(x)'),
    'unknown-name',
    /module 'torch\.nn' has no attribute 'Liner'\. Did you mean: 'Linear'\?/,
    'nn.Linear(4, 3)',
  ],
  'a misspelt argument': [
    net('self.fc = nn.Linear(in_feature=4, out_features=3)', 'return self.fc(x)'),
    'unknown-name',
    /got an unexpected keyword argument 'in_feature'\. Did you mean: 'in_features'\?/,
    'nn.Linear(in_features=4, out_features=3)',
  ],
  'a misspelt function': [
    net('self.fc = nn.Linear(4, 3)', 'return F.rellu(self.fc(x))'),
    'unknown-name',
    /module 'torch\.nn\.functional' has no attribute 'rellu'/,
    'F.relu(self.fc(x))',
  ],
  'a misspelt layer of its own': [
    net('self.norm = nn.LayerNorm(4)', 'return self.nrom(x)'),
    'unknown-name',
    /'Net' object has no attribute 'nrom'\. Did you mean: 'norm'\?/,
    'return self.norm(x)',
  ],
  'a forgotten super().__init__()': [
    net('self.fc = nn.Linear(4, 3)', 'return self.fc(x)', ''),
    'missing-super-init',
    /cannot assign module before Module\.__init__\(\) call/,
    'super().__init__()\n        self.fc = nn.Linear(4, 3)',
  ],
  'layers in a plain list': [
    net('self.layers = [nn.Linear(4, 4) for _ in range(2)]', 'for l in self.layers:\n    x = l(x)\nreturn x'),
    'unregistered-modules',
    /plain list: PyTorch does not see the 2 modules in it, so 40 parameters are not trained/,
    'self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(2)])',
  ],
  'layers appended to a plain list': [
    net(
      'self.layers = []\nfor i in range(2):\n    self.layers.append(nn.Linear(4, 4))',
      'return self.layers[0](x)',
    ),
    'unregistered-modules',
    /self\.layers is a plain list/,
    'self.layers = nn.ModuleList()',
  ],
  'numbers for indices': [
    net('self.embed = nn.Embedding(10, 4)', 'return self.embed(x.float())'),
    'dtype-mismatch',
    /Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int/,
    'self.embed(x.float().long())',
  ],
};

describe('advice on PyTorch source', function () {
  this.timeout(30_000);
  for (const [what, [text, code, message, fixed]] of Object.entries(cases)) {
    it(`mends ${what}`, async () => {
      const found = await finding(text, code);
      assert.match(found.message, message);
      const after = mended(text, found);
      assert.ok(after.includes(fixed), after);
      const { Net } = await readText(after);
      assert.deepEqual(
        said(Net).filter(s => s.includes(code)),
        [],
      );
    });
  }

  it('names a layer that is made and never used, unless a name in the file may lead to it', async () => {
    const text = net('self.fc = nn.Linear(4, 3)\nself.spare = nn.Linear(4, 9)', 'return self.fc(x)');
    assert.match(
      (await finding(text, 'unused-layer')).message,
      /self\.spare is made and never used in forward: its 45 /,
    );
    const { Net } = await readText(
      net(
        'self.fc = nn.Linear(4, 3)\nself.spare = nn.Linear(3, 9)',
        'return getattr(self, "spare")(self.fc(x))',
      ),
    );
    assert.deepEqual(said(Net), []);
  });

  it('does not take what PyTorch has, and Vitrine does not, for a slip', async () => {
    const { Net } = await readText(
      net('self.fc = nn.AdaptiveLogSoftmaxWithLoss(2, 2, [1])', 'return self.fc(x)'),
    );
    assert.match(
      said(Net).join(),
      /unsupported-op .*torch\.nn\.AdaptiveLogSoftmaxWithLoss is not known to Vitrine yet/,
    );
  });

  it('says of gradients of gradients why there are none, and what to do', async () => {
    const { Net } = await readText(
      net(
        'self.fc = nn.Linear(4, 1)',
        'y = self.fc(x)\nreturn y + torch.autograd.grad(y.sum(), x, create_graph=True)[0].norm()',
      ),
    );
    assert.match(said(Net).join(), /unsupported-op .*torch\.autograd\.grad .*not differentiable.*spectral/);
  });
});

describe('constructor arguments that nobody gave', function () {
  this.timeout(60_000);
  const block =
    'class Block(nn.Module):\n    def __init__(self, wide, deep):\n        super().__init__()\n        self.fc = nn.Linear(wide, deep)\n    def forward(self, x):\n        return self.fc(x)\n';
  const shapeOf = async (text: string, name = 'Block') => {
    const read = await readText(text);
    return read[name]?.model?.parameters[0]?.shape ?? said(read[name]);
  };

  it('come from a function that makes the model', async () => {
    assert.deepEqual(
      await shapeOf(
        `${head}${block}\ndef _make(wide, **more):\n    return Block(wide, **more)\n\ndef small(pretrained=False):\n    return _make(5, deep=2)\n`,
      ),
      [2, 5],
    );
  });

  it('come from the class that has it as its part', async () => {
    const owner =
      'class Net(nn.Module):\n    def __init__(self, size=6):\n        super().__init__()\n        self.block = Block(size, size * 2)\n    def forward(self, x):\n        return self.block(x)\n';
    assert.deepEqual(await shapeOf(`${head}${block}\n${owner}`), [12, 6]);
  });

  it('come from options of a command line with their defaults', async () => {
    const main =
      'if __name__ == "__main__":\n    parser = argparse.ArgumentParser()\n    parser.add_argument("--deep", type=int, default=3)\n    parser.add_argument("data")\n    args = parser.parse_args()\n    net = Block(7, args.deep)\n';
    assert.deepEqual(await shapeOf(`import argparse\n${head}${block}\n${main}`), [3, 7]);
  });

  it('come from a notebook of the workspace', async () => {
    const cell = (...source: string[]) => ({ cell_type: 'code', source, outputs: [] });
    const folder = folderWith({
      'models/block.py': `${head}${block}`,
      'try it.ipynb': JSON.stringify({
        cells: [
          { cell_type: 'markdown', source: ['# Block(1, 1)'] },
          cell('%matplotlib inline\n', 'from models.block import Block\n', 'width = 8'),
          cell('net = Block(width, deep=4)'),
        ],
      }),
    });
    const reader = new PytorchReader({ distFolder, workspaceFolder: folder });
    try {
      const { Block } = await reader.read({ file: join(folder, 'models/block.py') });
      assert.deepEqual(Block?.model?.parameters[0]?.shape, [4, 8], said(Block).join('\n'));
    } finally {
      await reader.dispose();
    }
  });

  it('come from another file of the workspace', async () => {
    const folder = folderWith({
      'models/block.py': `${head}${block}`,
      'train.py':
        'import torch\nfrom models.block import Block\nwidth = 8\n\ndef main():\n    net = Block(width, deep=4)\n    data = open("data.bin").read()\n\nif __name__ == "__main__":\n    main()\n',
    });
    const reader = new PytorchReader({ distFolder, workspaceFolder: folder });
    try {
      const { Block } = await reader.read({ file: join(folder, 'models/block.py') });
      assert.deepEqual(Block?.model?.parameters[0]?.shape, [4, 8]);
      assert.equal(readFileSync(join(folder, 'train.py'), 'utf8').includes('width = 8'), true);
    } finally {
      await reader.dispose();
    }
  });

  it('may be an object of options, a dataclass or an expression', async () => {
    const text = `from dataclasses import dataclass\n${head}@dataclass\nclass Config:\n    wide: int = 2\n    deep: int = None\n\nclass Net(nn.Module):\n    def __init__(self, config, kind):\n        super().__init__()\n        self.fc = kind(config.wide, config.deep)\n    def forward(self, x):\n        return self.fc(x)\n`;
    const { Net } = await readText(text, {
      class: 'Net',
      arguments: { config: { deep: 9 }, kind: { python: 'nn.Linear' } },
    });
    assert.deepEqual(Net?.model?.parameters[0]?.shape, [9, 2], said(Net).join('\n'));
  });

  it('are examples where a file would tell them, with a hint that says so', async () => {
    const text = `${head}vocab_size = len(open("words.txt").read())\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.e = nn.Embedding(vocab_size, 4)\n    def forward(self, x):\n        return self.e(x)\n`;
    const { Net } = await readText(text);
    assert.deepEqual(Net?.model?.parameters[0]?.shape, [100, 4]);
    assert.match(said(Net).join('\n'), /hint example-value .*What vocab_size is comes from something/);
    assert.match(
      said(Net).join('\n'),
      /hint not-run .*Files are not read while a model is read: what is in 'words.txt'/,
    );
  });
});

describe('layers whose weights are computed', function () {
  this.timeout(30_000);
  it('have the parameters of weight and spectral normalisation', async () => {
    const text = net(
      'self.a = nn.utils.weight_norm(nn.Conv1d(2, 4, 3))\nself.b = nn.utils.spectral_norm(nn.Linear(4, 5))\nself.c = nn.utils.parametrizations.weight_norm(nn.Linear(5, 2))',
      'x = self.a(x).mean(-1)\nreturn self.c(self.b(x))',
    );
    const { Net } = await readText(text);
    assert.deepEqual(
      Net?.model?.parameters.filter(p => p.kind !== 'constant').map(p => [p.name, p.shape.join('x'), p.kind]),
      [
        ['a.bias', '4', 'parameter'],
        ['a.weight_g', '4x1x1', 'parameter'],
        ['a.weight_v', '4x2x3', 'parameter'],
        ['b.bias', '5', 'parameter'],
        ['b.weight_orig', '5x4', 'parameter'],
        ['b.weight_u', '5', 'buffer'],
        ['b.weight_v', '4', 'buffer'],
        ['c.bias', '2', 'parameter'],
        ['c.parametrizations.weight.original0', '2x1', 'parameter'],
        ['c.parametrizations.weight.original1', '2x5', 'parameter'],
      ],
    );
  });

  it('reads models that stand at the top of a file', async () => {
    const read = await readText(
      `${head}model = nn.Sequential(\n    nn.Linear(4, 8),\n    nn.ReLU(),\n    nn.Linear(8, 2),\n)\n`,
    );
    assert.deepEqual(read['model']?.model?.values[read['model'].model.outputs[0]!]?.shape, ['N', 2]);
    assert.equal(read['model']?.model?.definition?.line, 5);
  });

  it('assigns to parts of tensors in forward', async () => {
    const { Net } = await readText(
      net('self.fc = nn.Linear(4, 6)', 'y = self.fc(x)\ny[:, 1:3] = x[:, :2]\ny[:, -1] = 0\nreturn y'),
    );
    assert.deepEqual(said(Net), []);
    assert.deepEqual(Net?.model?.values[Net.model.outputs[0]!]?.shape, ['N', 6]);
  });
});
