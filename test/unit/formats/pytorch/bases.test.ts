/** Models on bases of other libraries: Lightning, transformers, and those that are not here at all. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PytorchReader } from '../../../../src/formats/pytorch/reader';
import { parameterCount } from '../../../../src/model/elements';
import { distFolder, folderWith, readText, said } from './_reader';

const torch = 'import torch\nfrom torch import nn\n';

/** Shapes of the outputs, and how many parameters there are. */
async function figures(text: string, name = 'Net', findings: RegExp | undefined = undefined) {
  const read = (await readText(text))[name];
  assert.ok(read?.model, said(read).join('\n') || 'no model');
  if (findings) assert.match(said(read).join('\n'), findings);
  else assert.deepEqual(said(read), []);
  return [parameterCount(read.model), ...read.model.outputs.map(o => read.model!.values[o]!.shape.join('x'))];
}

describe('models on bases of other libraries', () => {
  const lit = (base: string) =>
    `class Net(${base}):\n    def __init__(self, hidden=32, *, lr=1e-3, **more):\n        super().__init__()\n        self.save_hyperparameters(ignore="lr")\n        assert "lr" not in self.hparams\n        self.net = nn.Sequential(nn.Linear(784, self.hparams.hidden), nn.ReLU(), nn.Linear(hidden, 10))\n    def forward(self, x):\n        self.log("mean", x.mean())\n        return self.net(x.view(x.size(0), -1))\n    def training_step(self, batch, _):\n        return nn.functional.cross_entropy(self(batch[0]), batch[1])\n    def configure_optimizers(self):\n        return torch.optim.Adam(self.parameters())\n`;

  for (const [imported, base] of [
    ['import pytorch_lightning as pl', 'pl.LightningModule'],
    ['import lightning as L', 'L.LightningModule'],
    ['import lightning.pytorch as pl', 'pl.LightningModule'],
    ['from pytorch_lightning import LightningModule', 'LightningModule'],
  ] as const)
    it(`reads a module of Lightning by ${imported}`, async () => {
      assert.deepEqual(await figures(`${torch}${imported}\n${lit(base)}`), [25_450, 'Nx10']);
    });

  it('keeps the settings that a Lightning module names, or is given whole', async () => {
    const text = `${torch}import lightning as L\nclass Net(L.LightningModule):\n    def __init__(self, cfg={"wide": 6}, depth=2):\n        super().__init__()\n        self.save_hyperparameters("depth")\n        self.save_hyperparameters(cfg)\n        self.layers = nn.ModuleList(nn.Linear(6, self.hparams["wide"]) for _ in range(self.hparams.depth))\n    def forward(self, x):\n        for layer in self.layers:\n            x = layer(x)\n        return x\n`;
    assert.deepEqual(await figures(text), [84, 'Nx6']);
  });

  it('reads a Lightning module without a forward as the part that its step asks', async () => {
    const text = `${torch}import lightning as L\nclass Net(L.LightningModule):\n    def __init__(self):\n        super().__init__()\n        self.model = nn.Linear(4, 3)\n        self.loss = nn.CrossEntropyLoss()\n    def training_step(self, batch, _):\n        x, y = batch\n        return self.loss(self.model(x), y)\n`;
    assert.deepEqual(await figures(text, 'Net', /^information forward-assumed 4:1 .*what its model says/), [
      15,
      'Nx3',
    ]);
  });

  it('reads an agent that is a network and a way to act', async () => {
    const text = `${torch}class Agent(nn.Module):\n    def __init__(self, actions=2, atoms=51):\n        super().__init__()\n        self.register_buffer("atoms", torch.linspace(-10, 10, steps=atoms))\n        self.actions = actions\n        self.network = nn.Sequential(nn.Linear(4, 120), nn.ReLU(), nn.Linear(120, actions * atoms))\n    def get_action(self, x):\n        scores = torch.softmax(self.network(x).view(len(x), self.actions, -1), 2)\n        return torch.argmax((scores * self.atoms).sum(2), 1)\n`;
    assert.deepEqual(
      await figures(text, 'Agent', /^information forward-assumed 3:1 .*what its network says/),
      [12_942, 'Nx102'],
    );
  });

  it('renames a forward that is misspelt, and lets bases be without one', async () => {
    const text = `${torch}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 2)\n    def foward(self, x):\n        return self.fc(x)\nclass Base(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 2)\n`;
    const { Net, Base } = await readText(text);
    const [finding] = Net!.diagnostics;
    assert.match(said(Net).join(), /^error missing-forward 7:9 NotImplementedError: .*Is foward meant\?$/);
    assert.equal(finding?.fix?.text, 'forward');
    assert.match(said(Base).join(), /^information missing-forward 9:1 /);
  });

  const config =
    'from transformers import PretrainedConfig, PreTrainedModel\nfrom transformers.modeling_outputs import SequenceClassifierOutput\nfrom transformers.activations import ACT2FN\nfrom transformers.utils import logging, is_flash_attn_2_available\nlogger = logging.get_logger(__name__)\nclass Config(PretrainedConfig):\n    model_type = "mine"\n    attribute_map = {"hidden_size": "wide"}\n    def __init__(self, wide=32, vocab_size=100, act="gelu_new", **more):\n        self.wide, self.vocab_size, self.act = wide, vocab_size, act\n        super().__init__(**more)\n';

  it('reads a model of its own kind for transformers, made with its configuration', async () => {
    const text = `${torch}${config}class Net(PreTrainedModel):\n    config_class = Config\n    def __init__(self, config):\n        super().__init__(config)\n        self.emb = nn.Embedding(config.vocab_size, config.hidden_size)\n        self.act = ACT2FN[config.act]\n        self.score = nn.Linear(config.hidden_size, config.num_labels)\n        self.post_init()\n    def _init_weights(self, module):\n        if isinstance(module, nn.Linear):\n            module.weight.data.normal_(mean=0.0, std=0.02)\n    def forward(self, input_ids, attention_mask=None, labels=None, return_dict=None):\n        logger.warning_once("on the way")\n        assert not is_flash_attn_2_available()\n        logits = self.score(self.act(self.emb(input_ids)).mean(1))\n        return SequenceClassifierOutput(loss=None, logits=logits)\n`;
    assert.deepEqual(await figures(text), [3_266, 'Nx2']);
  });

  it('ties the embeddings as transformers does', async () => {
    const text = `${torch}${config}class Net(PreTrainedModel):\n    config_class = Config\n    def __init__(self, config):\n        super().__init__(config)\n        self.emb = nn.Embedding(config.vocab_size, config.wide)\n        self.head = nn.Linear(config.wide, config.vocab_size, bias=False)\n        self.post_init()\n    def get_input_embeddings(self):\n        return self.emb\n    def get_output_embeddings(self):\n        return self.head\n    def forward(self, input_ids):\n        return self.head(self.emb(input_ids))\n`;
    assert.deepEqual(await figures(text), [3_200, 'NxTx100']);
  });

  it('lets a constructor ask its absent base', async () => {
    const text = `${torch}from mmcv.runner import BaseModule\nclass Net(BaseModule):\n    def __init__(self):\n        super().__init__()\n        super().build(3)\n        self.stem = nn.Linear(3, 16)\n        self.build = nn.Linear(16, 2)\n    def forward(self, x):\n        return self.build(self.stem(x))\n`;
    assert.deepEqual(await figures(text, 'Net', /^(hint module-not-available .*\n?)+$/), [98, 'Nx2']);
  });

  it('takes the layers of a class whose base no one here has', async () => {
    const text = `${torch}from mmcv.runner import BaseModule\nfrom mmseg.models import BACKBONES\n@BACKBONES.register_module()\nclass Net(BaseModule):\n    def __init__(self, init_cfg=None):\n        super().__init__(init_cfg=init_cfg)\n        self.stem = nn.Linear(3, 16)\n    def forward(self, x):\n        return torch.relu(self.stem(x))\n`;
    assert.deepEqual(await figures(text, 'Net', /^(hint module-not-available .*\n?)+$/), [64, 'Nx16']);
  });

  it('says of what that base would give that it is not known', async () => {
    const text = `${torch}from mmcv.runner import BaseModule\nclass Net(BaseModule):\n    def __init__(self):\n        super().__init__()\n        self.stem = nn.Linear(3, 16)\n    def forward(self, x):\n        return self.head(self.stem(x))\n`;
    const { Net } = await readText(text);
    assert.match(said(Net).join('\n'), /unsupported-op 9:16 Net\.head is not available here/);
  });

  it('takes a module from the folder whose file has the names that are asked for', async () => {
    const folder = folderWith({
      'utils.py': 'def width():\n    return 5\n',
      'models/part/utils.py': 'def other():\n    return 3\n',
      'models/part/net.py': `${torch}from utils import width\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(width(), 2)\n    def forward(self, x):\n        return self.fc(x)\n`,
    });
    const own = new PytorchReader({ distFolder, workspaceFolder: folder });
    try {
      const { Net } = await own.read({ file: join(folder, 'models/part/net.py') });
      assert.deepEqual(said(Net), []);
      assert.equal(parameterCount(Net!.model!), 12);
    } finally {
      await own.dispose();
    }
  });

  it('leaves at a hint what fails for a value of a library that is not here', async () => {
    const text = `${torch}import scipy\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.d = nn.Parameter(torch.diag(torch.from_numpy(scipy.linalg.lu(3))))\n    def forward(self, x):\n        return x * self.d\n`;
    const { Net } = await readText(text);
    assert.ok(
      Net!.diagnostics.length && Net!.diagnostics.every(d => d.severity === 'hint'),
      said(Net).join(),
    );
  });

  const linear = '        self.fc = nn.Linear(4, 3)\n';
  const forward = '    def forward(self, x):\n        return self.fc(x)\n';
  const made = (base: string, more: string) =>
    `class Net(${base}):\n    def __init__(self):\n        super().__init__()\n${linear}${more}${forward}`;

  it('lets a Lightning module set what its trainer would, and settings as they were set once', async () => {
    const more =
      '        self.trainer = None\n        self.hparams = {"wide": 2}\n        self.hparams["wide"]\n';
    const text = `${torch}import pytorch_lightning as pl\n${made('pl.LightningModule', more)}`;
    assert.deepEqual(await figures(text), [15, 'Nx3']);
  });

  it('knows nothing of what a base that is not here calls its own', async () => {
    const more = '        if self._is_init:\n            self._build_head()\n';
    const text = `${torch}from mmcv.runner import BaseModule\n${made('BaseModule', more)}`;
    assert.deepEqual(await figures(text, 'Net', /^(hint module-not-available .*\n?)+$/), [15, 'Nx3']);
  });

  it('asks a base of transformers for what is of the hub and of training', async () => {
    const text = `${torch}${config}class Net(PreTrainedModel):\n    config_class = Config\n    def __init__(self, config):\n        super().__init__(config)\n${linear}        self.other = Config.from_pretrained("a/b")\n    def forward(self, x):\n        if self.is_gradient_checkpointing:\n            x = x * 2\n        self.warn_if_padding_and_no_attention_mask(x, None)\n        return self.fc(x)\n`;
    assert.deepEqual(await figures(text), [15, 'Nx3']);
  });

  it('makes configurations of transformers in code as transformers does', async () => {
    const rows: { class: string; given: object; held: object }[] = JSON.parse(
      readFileSync(join(process.cwd(), 'test/reference/transformers_configs.json'), 'utf8'),
    );
    assert.ok(rows.length >= 16);
    const names = [...new Set(rows.map(r => r.class))].join(', ');
    const text = `import json\n${torch}from transformers import ${names}\nROWS = json.loads(${JSON.stringify(JSON.stringify(rows))})\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        wrong = [(r["class"], n, getattr(c, n)) for r in ROWS for c in [globals()[r["class"]](**r["given"])] for n, v in r["held"].items() if getattr(c, n) != v]\n        assert not wrong, wrong\n${linear}    def forward(self, x):\n        return self.fc(x)\n`;
    assert.deepEqual(await figures(text), [15, 'Nx3']);
  });

  it('hands a configuration made in code to the modules of the file', async () => {
    const net = `class Net(nn.Module):\n    def __init__(self, config):\n        super().__init__()\n        self.emb = nn.Embedding(config.vocab_size, config.n_embd)\n        self.blocks = nn.ModuleList(nn.Linear(config.hidden_size, config.n_embd) for _ in range(config.n_layer))\n    def forward(self, ids):\n        x = self.emb(ids)\n        for block in self.blocks:\n            x = block(x)\n        return x\n`;
    const made =
      'if __name__ == "__main__":\n    net = Net(GPT2Config(vocab_size=50, n_layer=2, n_embd=8))\n';
    for (const imported of [
      'from transformers import GPT2Config\n',
      'from transformers.models.gpt2.configuration_gpt2 import GPT2Config\n',
    ])
      assert.deepEqual(await figures(`${torch}${imported}${net}${made}`), [50 * 8 + 2 * 72, 'NxTx8']);
  });

  it('knows of a configuration that is not listed what the code gives it', async () => {
    const text = `${torch}from transformers import NeverHeardConfig\nconfig = NeverHeardConfig(wide=5, num_labels=3)\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(config.wide, config.num_labels)\n        self.deep = config.deep\n    def forward(self, x):\n        return self.fc(x)\n`;
    assert.deepEqual(await figures(text), [18, 'Nx3']);
  });

  it('takes a file’s own way where a library that it can do without is not here', async () => {
    const text = `import importlib.util\n${torch}try:\n    from flash_attn import flash_attn_func\n    FLASH = True\nexcept ImportError:\n    FLASH = False\ntry:\n    if not FLASH:\n        from xformers.ops import SwiGLU\n    else:\n        raise ImportError\nexcept (ImportError, OSError):\n    SwiGLU = nn.Linear\ntry:\n    import apex.normalization as norms\nexcept:\n    norms = nn\nFOUND = importlib.util.find_spec("causal_conv1d") is not None\nclass Net(SwiGLU):\n    def __init__(self):\n        super().__init__(4, 3)\n        self.norm = norms.LayerNorm(3)\n    def forward(self, x):\n        x = super().forward(x)\n        return flash_attn_func(x, x, x) if FLASH or FOUND else self.norm(x)\n`;
    assert.deepEqual(await figures(text), [21, 'Nx3']);
  });

  it('keeps a library that a file cannot do without as what is not known', async () => {
    const text = `${torch}try:\n    import wandb\nexcept ImportError:\n    print("pip install wandb")\ntry:\n    import other\nexcept ImportError:\n    raise SystemExit("pip install other")\nwandb.init(), other.init()\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n${linear}    def forward(self, x):\n        return self.fc(x)\n`;
    assert.deepEqual(await figures(text, 'Net', /^(hint module-not-available .*\n?){2}$/), [15, 'Nx3']);
  });

  it('takes neither weights of a loss for its input nor a reward for a forward', async () => {
    const text = `${torch}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n${linear}        self.register_buffer("w", torch.ones(3))\n    def forward(self, x):\n        y = self.fc(x)\n        return nn.BCEWithLogitsLoss(self.w)(y, torch.zeros_like(y))\nclass Agent(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(4, 3)\n        self.b = nn.Linear(4, 1)\n    def act(self, x):\n        return self.a(x)\n    def reward(self, x):\n        return self.b(x)\n`;
    const { Net, Agent } = await readText(text);
    assert.deepEqual(said(Net), []);
    assert.match(said(Agent).join(), /^information missing-forward /);
  });

  it('gives whole numbers to what looks rows up', async () => {
    const text = `${torch}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.weight = nn.Parameter(torch.randn(10, 4))\n    def forward(self, ids):\n        return nn.functional.embedding(ids, self.weight)\n`;
    assert.deepEqual(await figures(text), [40, 'NxTx4']);
  });

  it('does not hold against a part what it is given more of', async () => {
    const text = `${torch}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.conv = nn.Conv2d(32, 8, 1)\n        self.up = nn.Conv2d(16, 16, 1)\n    def forward(self, high, *low):\n        high = self.up(high)\n        for more in low:\n            high = torch.cat([high, more], 1)\n        return self.conv(high)\n`;
    const { Net } = await readText(text);
    assert.ok(
      Net!.diagnostics.every(d => d.severity === 'hint'),
      said(Net).join(),
    );
  });

  it('lets a class on an unknown base be what it is, where it is no model', async () => {
    const text = `${torch}from somewhere import BaseDataset\nclass Rows(BaseDataset):\n    def __init__(self):\n        super().__init__()\n        self.x = 1\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(2, 1)\n    def forward(self, x):\n        return self.fc(x)\n`;
    const read = await readText(text);
    assert.deepEqual(Object.keys(read), ['Net']);
  });
});
