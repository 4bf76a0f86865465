/** Data that scripts take from elsewhere: torchvision's files, tables, rows that are held back. */
import { strict as assert } from 'node:assert';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { loadDataset } from '../../../src/data/load';
import { restoreSaved } from '../../../src/data/restore';
import { experimentAsWritten, tensorsOf, trainingOf } from '../../../src/train/setup/asWritten';

const distFolder = path.resolve('dist');

describe('data of training scripts', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'vitrine-code-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const read = async (name: string, text: string) => {
    const file = path.join(folder, `${name}.py`);
    await writeFile(file, text);
    return { file, training: await trainingOf({ file }, { distFolder, workspaceFolder: folder }) };
  };

  async function dataset(name: string, text: string) {
    const { file, training } = await read(name, text);
    const { data } = JSON.parse(await experimentAsWritten(training, file, folder)) as {
      data: { kind: string };
    };
    return loadDataset(data, { folder, seed: 0, code: async (_, seed) => tensorsOf(training, seed) });
  }

  const pictures = (root: string) => `
import torch
from torch import nn
from torchvision import datasets, transforms
from torch.utils.data import DataLoader
t = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.25,))])
data = datasets.MNIST(root=${JSON.stringify(root)}, train=True, transform=t, download=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
opt = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(2):
    for images, labels in DataLoader(data, batch_size=4, shuffle=True):
        loss = nn.functional.cross_entropy(model(images), labels)
        opt.zero_grad()
        loss.backward()
        opt.step()
`;

  it('are pictures where their files lie, normalised as the transforms say', async () => {
    const raw = path.join(folder, 'data', 'MNIST', 'raw');
    await mkdir(raw, { recursive: true });
    const images = Buffer.alloc(16 + 12 * 784);
    for (const [i, n] of [0x803, 12, 28, 28].entries()) images.writeUInt32BE(n, 4 * i);
    for (let i = 0; i < 12 * 784; i++) images[16 + i] = i % 256;
    await writeFile(path.join(raw, 'train-images-idx3-ubyte'), images);
    const labels = Buffer.from([0, 0, 8, 1, 0, 0, 0, 12, ...Array.from({ length: 12 }, (_, i) => i % 3)]);
    await writeFile(path.join(raw, 'train-labels-idx1-ubyte.gz'), gzipSync(labels));
    const found = await dataset('mnist', pictures('data'));
    assert.deepEqual(found.sampleShape, [1, 28, 28]);
    assert.equal(found.modality, 'image');
    // The model has ten scores, the rows have three classes.
    assert.equal(found.target.classes?.length, 10);
    const { input, targets } = found.batch([1, 5]);
    for (const [i, at] of [0, 255, 783].entries()) {
      const expected = (((784 + at) % 256) / 255 - 0.5) / 0.25;
      assert.ok(Math.abs(input.data[at]! - expected) < 1e-5, `pixel ${i}`);
    }
    assert.deepEqual([...targets.data], [1, 2]);
    const again = restoreSaved(JSON.parse(JSON.stringify(found.preparation())));
    assert.deepEqual(
      [...again.prepare([found.raw(5).values]).data],
      [...input.data.subarray(784)],
      'a row prepared again',
    );
  });

  it('are asked for where they should lie, and not downloaded', async () => {
    await assert.rejects(
      read('none', pictures('elsewhere')),
      /MNIST is not in the workspace: put MNIST\/raw\/train-images-idx3-ubyte .* into elsewhere.*Nothing is downloaded/,
    );
  });

  it('that are altered by chance are refused with the reason', async () => {
    await assert.rejects(
      read('chance', pictures('data').replace('Compose([', 'Compose([transforms.RandomRotation(10), ')),
      /RandomRotation alters pictures by chance.*data\.augment/,
    );
  });

  const folders = (transform: string, more = '') => `
import os, torch
from torch import nn
from torchvision import datasets, transforms
from torch.utils.data import DataLoader
sets = {x: datasets.ImageFolder(os.path.join("pets", x), transforms.Compose([${transform}, transforms.ToTensor()
    , transforms.Normalize([0.4, 0.5, 0.6], [0.1, 0.2, 0.3])] if x == "train" else
    [transforms.Resize(12), transforms.CenterCrop(8), transforms.ToTensor()])) for x in ["train", "val"]}
model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, len(sets["train"].classes)))
opt = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(3):
    for phase in ["train", "val"]:
        for images, labels in DataLoader(sets[phase], batch_size=4, shuffle=True):
            ${more}
            loss = nn.functional.cross_entropy(model(images), labels)
            if phase == "train":
                opt.zero_grad()
                loss.backward()
                opt.step()
`;

  it('are folders of pictures, with what their transforms say in the words of an experiment', async () => {
    for (const part of ['train', 'val'])
      for (const [k, name] of ['cat', 'dog'].entries()) {
        await mkdir(path.join(folder, 'pets', part, name), { recursive: true });
        for (let i = 0; i < 4; i++) {
          const png = new PNG({ width: 20, height: 16 });
          png.data.fill(60 + 100 * k + i);
          await writeFile(path.join(folder, 'pets', part, name, `${i}.png`), PNG.sync.write(png));
        }
      }
    const chance = 'transforms.RandomResizedCrop(8, scale=(0.5, 1)), transforms.RandomHorizontalFlip()';
    const { file, training } = await read('folders', folders(chance));
    const { data } = JSON.parse(await experimentAsWritten(training, file, folder)) as {
      data: { kind: string };
    };
    assert.deepEqual(data, {
      kind: 'images',
      file: 'pets',
      channels: 3,
      height: 8,
      width: 8,
      fit: 'crop',
      short: 12,
      scale: { mean: [0.4, 0.5, 0.6], std: [0.1, 0.2, 0.3] },
      augment: [
        { name: 'RandomResizedCrop', smallest: 0.5 },
        { name: 'RandomHorizontalFlip', p: 0.5 },
      ],
      split: { test: 0, valid: 0 },
    });
    const found = await loadDataset(data, { folder, seed: 0 });
    assert.deepEqual(
      [found.splits.train.length, found.splits.valid.length, found.splits.test.length],
      [8, 8, 0],
    );
    assert.deepEqual(found.target.classes, ['cat', 'dog']);
  });

  it('that are folders of pictures are refused where an experiment cannot say what is done to them', async () => {
    await assert.rejects(
      read('affine', folders('transforms.RandomAffine(10)')),
      /RandomAffine is not read: leave it out, or do it in the model's forward/,
    );
    await assert.rejects(
      read('twice', folders('transforms.Resize((8, 8))', 'images = images * 2')),
      /Between the pictures of ImageFolder and the model more is done than transforms say/,
    );
    const { file, training } = await read(
      'scores',
      folders('transforms.Resize((8, 8))').replace('len(sets["train"].classes)', '5'),
    );
    await assert.rejects(
      experimentAsWritten(training, file, folder),
      /gives \[5\] for each picture, and train has 2 classes \(cat, dog\)/,
    );
    await assert.rejects(
      read('gone', folders('transforms.Resize((8, 8))').replaceAll('"pets"', '"cows"')),
      /There is no 'cows\/train' in the workspace: put it where the script looks for it/,
    );
  });

  it('keep the names of a table, and the rows that are held back', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${i},${i % 5},${i % 2 ? 'yes' : 'no'}`);
    await writeFile(path.join(folder, 'table.csv'), `length,width,sold\n${rows.join('\n')}\n`);
    const found = await dataset(
      'table',
      `
import pandas as pd
import torch
from torch import nn
df = pd.read_csv("table.csv")
X = torch.tensor(df[["length", "width"]].values, dtype=torch.float32)
y = torch.tensor((df["sold"] == "yes").astype(float).values, dtype=torch.float32).unsqueeze(1)
X_train, X_test, y_train, y_test = X[:15], X[15:], y[:15], y[15:]
model = nn.Linear(2, 1)
opt = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(3):
    loss = nn.functional.binary_cross_entropy_with_logits(model(X_train), y_train)
    opt.zero_grad()
    loss.backward()
    opt.step()
`,
    );
    assert.deepEqual(
      found.features.map(f => f.name),
      ['length', 'width'],
    );
    assert.equal(found.target.name, 'sold');
    assert.deepEqual([...found.splits.train], [...Array(15).keys()]);
    assert.deepEqual([...found.splits.test], [15, 16, 17, 18, 19]);
    assert.deepEqual(found.raw(16).values, { length: 16, width: 1 });
  });

  it('of a table name the column that is no number', async () => {
    await assert.rejects(
      read(
        'words',
        'import pandas as pd\nimport torch\nfrom torch import nn\nx = torch.tensor(pd.read_csv("table.csv").values)\n' +
          'model = nn.Linear(3, 1)\nloss = model(x).mean()\nloss.backward()\n',
      ),
      /the column 'sold' holds text.*get_dummies/,
    );
  });
});
