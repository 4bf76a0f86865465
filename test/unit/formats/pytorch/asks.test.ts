/** What a file does not tell: asked for by name, read with an example until it is answered, then read with the answer. */
import { strict as assert } from 'node:assert';
import { folderWith, reader, readText, said } from './_reader';

const head = 'import json\nimport torch\nfrom torch import nn\n\n\n';

describe('what a model file does not tell', () => {
  it('is asked for: constructor arguments', async () => {
    const text = `${head}class Net(nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.out = nn.Linear(features, classes)

    def forward(self, x):
        return self.out(x)
`;
    const before = (await readText(text))['Net']!;
    assert.equal(before.model, undefined);
    assert.deepEqual(
      before.diagnostics.map(d => d.ask),
      [{ class: 'Net', arguments: ['features', 'classes'] }],
    );
    const after = (await readText(text, { class: 'Net', arguments: { features: 4, classes: 3 } }))['Net']!;
    assert.deepEqual(after.model?.values[after.model.outputs[0]!]?.shape, ['N', 3]);
    assert.deepEqual(after.diagnostics, []);
  });

  it('is asked for: numbers that come from a file, which stand for the length of a loop', async () => {
    const text = `${head}with open('net.json') as f:
    cfg = json.load(f)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(8, 8) for _ in range(cfg['n_layers'])])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
`;
    const before = (await readText(text))['Net']!;
    const asking = before.diagnostics.find(d => d.ask);
    assert.equal(asking?.code, 'example-value', said(before).join('\n'));
    assert.equal(before.model?.parameters.length, 2 * 4, 'read with 4 layers as an example');
    const [name] = asking!.ask!.arguments!;
    const after = (await readText(text, { class: 'Net', arguments: { [name!]: 6 } }))['Net']!;
    assert.equal(after.model?.parameters.length, 2 * 6);
    assert.ok(!after.diagnostics.some(d => d.code === 'unknown-argument'), said(after).join('\n'));
  });

  it('is asked for: the length of a sequence that a loop runs over', async () => {
    const text = `${head}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inside = nn.Linear(3, 4)

    def forward(self, x):
        x = self.inside(x)
        h = torch.zeros(x.size(0), 4)
        for t in range(x.size(1)):
            h = torch.tanh(h + x[:, t, :])
        return h
`;
    const before = (await readText(text))['Net']!;
    assert.deepEqual(
      before.diagnostics.map(d => [d.code, d.ask]),
      [['example-size', { class: 'Net', input: true }]],
      said(before).join('\n'),
    );
    const after = (await readText(text, { class: 'Net', input: [5, 3] }))['Net']!;
    assert.deepEqual(said(after), []);
  });

  it('is a batch that a loop counts: read for one size, and said', async () => {
    const text = `${head}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(4, 2)

    def forward(self, x):
        rows = [self.out(x[i]) for i in range(x.size(0))]
        return torch.stack(rows)
`;
    const net = (await readText(text))['Net']!;
    assert.deepEqual(net.model?.values[net.model.outputs[0]!]?.shape, [8, 2], said(net).join('\n'));
    assert.ok(net.diagnostics.some(d => d.code === 'example-size' && /How many rows/.test(d.message)));
  });

  it('is not needed for a batch whose rows only its length names', async () => {
    const text = `${head}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(4, 2)

    def forward(self, x):
        return self.out(x).view(len(x), 2)
`;
    const net = (await readText(text))['Net']!;
    assert.deepEqual(net.model?.values[net.model.outputs[0]!]?.shape, ['N', 2]);
    assert.deepEqual(said(net), []);
  });
});

describe('a class whose name a layer of PyTorch has, too', function () {
  this.timeout(60_000);

  it('is not made as another file makes that layer', async () => {
    const folder = folderWith({
      'encode.py':
        'from torch import nn\n\nclass Embedding(nn.Module):\n    def __init__(self, width, count):\n        super().__init__()\n        self.fc = nn.Linear(width, width * count)\n\n    def forward(self, x):\n        return self.fc(x)\n',
      'other.py':
        'import torch.nn as nn\n\nclass Labels(nn.Module):\n    def __init__(self, classes=None):\n        super().__init__()\n        self.look = nn.Embedding(classes, 8)\n\n    def forward(self, x):\n        return self.look(x)\n',
    });
    const { Embedding } = await reader().read({ file: `${folder}/encode.py` });
    assert.match(
      said(Embedding).join('\n'),
      /^information argument-needed \S+ To read Embedding, give .* width, count/,
    );
  });
});

describe('arguments of forward that hold several tensors', () => {
  it('are taken apart: tuples', async () => {
    const text = `${head}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 6)
        self.conv = nn.Conv2d(1, 3, (2, 6))

    def forward(self, x):
        words = self.embed(x[0]).unsqueeze(1)
        return self.conv(words).squeeze(3).max(2)[0]
`;
    const net = (await readText(text, { class: 'Net', input: [12] }))['Net']!;
    assert.deepEqual(net.model?.values[net.model.outputs[0]!]?.shape, ['N', 3], said(net).join('\n'));
  });

  it('are taken apart: dictionaries, by the names of their keys', async () => {
    const text = `${head}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 6)
        self.out = nn.Linear(6, 2)

    def forward(self, batch):
        x = self.embed(batch["ids"]) * batch["mask"].unsqueeze(-1)
        return self.out(x.sum(1))
`;
    const inputs = [
      { name: 'ids', shape: ['N', 5], dtype: 'int64' as const },
      { name: 'mask', shape: ['N', 5], dtype: 'float32' as const },
    ];
    const net = (await readText(text, { class: 'Net', inputs }))['Net']!;
    assert.deepEqual(net.model?.inputs, ['ids', 'mask'], said(net).join('\n'));
    assert.deepEqual(net.model?.values[net.model.outputs[0]!]?.shape, ['N', 2]);
  });
});

describe('packages above what is imported', () => {
  it('run when a name is asked of them and not before', async () => {
    const folder = folderWith({
      'kit/__init__.py': 'from .broken import everything\nSIZE = 5\n',
      'kit/broken.py': 'raise RuntimeError("a hundred imports that are none of the model")\n',
      'kit/blocks.py': 'from torch import nn\n\n\nclass Block(nn.Linear):\n    pass\n',
      'net.py':
        'from torch import nn\nfrom kit.blocks import Block\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.b = Block(4, 2)\n\n    def forward(self, x):\n        return self.b(x)\n',
      'asks.py':
        'from torch import nn\nimport kit\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.b = nn.Linear(kit.SIZE, 2)\n\n    def forward(self, x):\n        return self.b(x)\n',
    });
    const net = (await reader().read({ file: `${folder}/net.py` }))['Net']!;
    assert.deepEqual(said(net), []);
    const asks = (await reader().read({ file: `${folder}/asks.py` }))['Net']!;
    assert.deepEqual(asks.model?.values[asks.model.inputs[0]!]?.shape, ['N', 5], said(asks).join('\n'));
  });

  it('leave the rest of a model readable where a part comes from a package that is not there', async () => {
    const text = `${head}from some_layers import Fancy


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 8), Fancy(8), nn.Linear(8, 2))

    def forward(self, x):
        return self.body(x)
`;
    const net = (await readText(text))['Net']!;
    assert.equal(net.model?.parameters.length, 4);
    assert.ok(
      net.diagnostics.some(d => d.code === 'unsupported-op' && /some_layers\.Fancy/.test(d.message)),
      said(net).join('\n'),
    );
  });
});
