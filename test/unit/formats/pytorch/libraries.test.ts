/** Small libraries that model files lean on, and layouts of folders that people have. */
import { strict as assert } from 'node:assert';
import { collect } from '../../../../src/formats/pytorch/imports';
import { readText, said } from './_reader';

const shapes = async (text: string, input?: number[]) => {
  const { Net } = await readText(text, input ? { input } : {});
  assert.ok(Net?.model, said(Net).join('\n'));
  assert.deepEqual(
    said(Net).filter(s => /^(error|warning)/.test(s)),
    [],
  );
  return {
    shape: Net.model.outputs.map(o => Net.model!.values[o]!.shape.join('x')).join(' '),
    parameters: Net.model.parameters.filter(p => p.kind === 'parameter').map(p => p.name),
    ops: Net.model.nodes.map(n => n.op),
  };
};

describe('libraries and layouts of model files', () => {
  it('finds a part of the package that the file itself lies in, by the package’s name', async () => {
    const folder: Record<string, string> = {
      'pkg/__init__.py': '',
      'pkg/parts.py': 'width = 3\n',
      'other/parts.py': '',
    };
    const found = await collect('pkg/net.py', 'import pkg\nfrom pkg import parts\n', async p => folder[p]);
    assert.deepEqual(Object.keys(found.files).sort(), ['pkg/__init__.py', 'pkg/net.py', 'pkg/parts.py']);
  });

  for (const [library, made] of [
    [
      'ml_collections',
      'import ml_collections\nc = ml_collections.ConfigDict()\nc.mlp = ml_collections.ConfigDict({"width": 5})',
    ],
    ['easydict', 'from easydict import EasyDict as edict\nc = edict()\nc.mlp = edict(dict(width=5))'],
    [
      'OmegaConf',
      'from omegaconf import OmegaConf\nc = OmegaConf.merge({"mlp": {"width": 9}}, OmegaConf.create({"mlp": {"width": 5}}))',
    ],
    [
      'yacs',
      'from yacs.config import CfgNode as CN\nc = CN()\nc.mlp = CN()\nc.merge_from_list(["mlp.width", 5])',
    ],
    ['addict', 'from addict import Dict\nc = Dict()\nc.mlp.width = 5'],
  ] as const)
    it(`takes sizes from ${library}`, async () => {
      const { shape } = await shapes(
        `${made}\nimport copy, torch\nfrom torch import nn\nclass Net(nn.Module):\n    def __init__(self, config=copy.deepcopy(c)):\n        super().__init__()\n        self.fc = nn.Linear(4, config.mlp.width)\n    def forward(self, x):\n        return self.fc(x)\n`,
      );
      assert.equal(shape, 'Nx5');
    });

  it('makes what a constructor makes while the module trains', async () => {
    const { parameters } = await shapes(
      'from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 5)\n        if self.training:\n            self.aux = nn.Linear(4, 2)\n    def forward(self, x):\n        return self.fc(x)\n',
    );
    assert.deepEqual(parameters, ['fc.weight', 'fc.bias', 'aux.weight', 'aux.bias']);
  });

  it('draws from distributions anew at each run', async () => {
    const { shape, ops } = await shapes(
      'import torch\nfrom torch import nn\nfrom torch.distributions.normal import Normal\nfrom torch.distributions import Categorical\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 5)\n    def forward(self, x):\n        h = self.fc(x)\n        return Normal(h, 1.0).rsample(), Categorical(logits=h).sample(), Normal(h, 0.1).sample((2,))\n',
    );
    assert.equal(shape, 'Nx5 N 2xNx5');
    assert.ok(ops.includes('RandomNormalLike') && ops.includes('RandomUniformLike'), ops.join());
  });

  it('draws a net whose vocabulary comes from a library that is not here', async () => {
    const { shape } = await shapes(
      'import torch, torchtext\nimport torch.nn.functional as F\nfrom torch import nn\nvocab = torchtext.vocab.build_vocab_from_iterator(open("x"))\nfor i in range(len(vocab)):\n    raise ValueError("never")\nclass Net(nn.Module):\n    def __init__(self, size, pad):\n        super().__init__()\n        self.e = nn.Embedding(size, 8, padding_idx=pad)\n        self.fc = nn.Linear(8, 2)\n    def forward(self, ids):\n        x = self.e(ids)\n        assert torch.equal(x, x)\n        x = F.avg_pool2d(x, (x.shape[1], 1)).squeeze(1)\n        return self.fc(x)\nmodel = Net(len(vocab), vocab["<pad>"])\n',
    );
    assert.equal(shape, 'Nx2');
  });

  it('begins with FCN’s bilinear kernels, by their numbers', async () => {
    const { Net } = await readText(
      'import numpy as np, torch\nfrom torch import nn\ndef bilinear(n, size):\n    factor = (size + 1) // 2\n    center = factor - 1 if size % 2 == 1 else factor - 0.5\n    og = np.ogrid[:size, :size]\n    filt = (1 - abs(og[0] - center) / factor) * (1 - abs(og[1] - center) / factor)\n    weight = np.zeros((n, n, size, size), dtype=np.float64)\n    weight[range(n), range(n), :, :] = filt\n    return torch.from_numpy(weight).float()\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.up = nn.Parameter(bilinear(2, 3))\n    def forward(self, x):\n        return nn.functional.conv_transpose2d(x, self.up)\n',
      { input: [2, 4, 4] },
    );
    const start = Net?.model?.parameters[0]?.initializer;
    assert.equal(start?.kind, 'values', said(Net).join('\n'));
    const line = [0.25, 0.5, 0.25, 0.5, 1, 0.5, 0.25, 0.5, 0.25];
    const none = new Array<number>(9).fill(0);
    assert.deepEqual(Array.from((start as { values: ArrayLike<number> }).values), [
      ...line,
      ...none,
      ...none,
      ...line,
    ]);
  });

  it('rounds what numpy computed to a whole number, as Python’s round does', async () => {
    const { Net } = await readText(
      'import numpy as np\nfrom torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(round(np.sqrt(65)), int(np.round(np.sqrt(15))))\n    def forward(self, x):\n        return self.fc(x)\n',
    );
    assert.deepEqual(said(Net), []);
    assert.deepEqual(Net?.model?.parameters[0]?.shape, [4, 8]);
  });

  it('says what of a distribution is not known', async () => {
    const { Net } = await readText(
      'import torch\nfrom torch import nn\nfrom torch.distributions import MultivariateNormal\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 5)\n    def forward(self, x):\n        h = self.fc(x)\n        return MultivariateNormal(h, torch.eye(5)).rsample()\n',
    );
    assert.match(
      said(Net).join('\n'),
      /warning unsupported-op 10:\d+ .*covariance matrix is not read yet: give scale_tril/,
    );
  });

  it('keeps the statistics of single samples from step to step', async () => {
    const { ops } = await shapes(
      'from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.norm = nn.InstanceNorm1d(4, track_running_stats=True)\n    def forward(self, x):\n        return self.norm(x)\n',
      [4, 9],
    );
    assert.equal(ops.filter(o => o === 'Remember').length, 2);
  });
});
