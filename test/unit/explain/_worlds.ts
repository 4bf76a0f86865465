/** Small trained models of each modality, with data in which the reason for the answer is planted. */
import type { Dataset } from '../../../src/data/dataset';
import { initializeWeights } from '../../../src/engine/initialize';
import type { Model, Tensors } from '../../../src/model/graph';
import { Random } from '../../../src/model/random';
import { readText } from '../formats/pytorch/_reader';
import { engine } from './_engine';
import { memoryData } from './_nets';

export interface World {
  name: string;
  model: Model;
  weights: Tensors;
  dataset: Dataset;
  /** Which row is explained. */
  row: number;
  /** Entries of its sample that are the reason. */
  planted: ReadonlySet<number>;
}

/** Fewer samples than by default where a method draws many: the sweep is about what is found, not how exactly. */
export const lean: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  kernel_shap: { samples: 200 },
  shapley_value_sampling: { permutations: 20 },
  lime: { samples: 200 },
  local_additive: { samples: 300 },
  local_linear: { samples: 300 },
  local_rules: { samples: 300 },
  local_tree: { samples: 300 },
  noise_tunnel: { samples: 20 },
  smooth_grad: { samples: 20 },
  expected_gradients: { samples: 60 },
  gradient_shap: { samples: 60 },
  feature_permutation: { background: 10 },
  shap_summary: { rows: 10, samples: 64 },
  activation_maximisation: { steps: 10 },
  embedding_map: { rows: 40 },
  concept_activation: { runs: 4 },
};

const source = `
import torch
import torch.nn as nn
import torch.nn.functional as F

class Table(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.out = nn.Linear(8, 12), nn.Linear(12, 2)
    def forward(self, x):
        return self.out(F.relu(self.hidden(x)))

class Picture(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(6, 8, 3, padding=1)
        self.out = nn.Linear(8, 2)
    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        return self.out(F.relu(self.conv2(x)).amax((2, 3)))

class Text(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(12, 8, padding_idx=0), nn.Parameter(torch.zeros(8, 8))
        self.n1, self.n2, self.n3 = nn.LayerNorm(8), nn.LayerNorm(8), nn.LayerNorm(8)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
        self.out = nn.Linear(8, 2)
    def forward(self, x: torch.LongTensor):
        x = self.tokens(x) + self.places
        h = self.n1(x)
        x = x + self.attention(h, h, h, need_weights=False)[0]
        x = x + self.mlp(self.n2(x))
        return self.out(self.n3(x).mean(1))
`;

/** Columns 1 and 4 of eight decide. */
export async function tableWorld(): Promise<World> {
  const random = new Random(1, 'table');
  const inputs = Array.from({ length: 160 }, () => Array.from({ length: 8 }, () => random.normal()));
  inputs[150] = inputs[150]!.map((v, i) => (i === 1 ? 1.5 : i === 4 ? -1.5 : 0.3 * v));
  const targets = inputs.map(x => Number(2 * x[1]! - 2 * x[4]! > 0));
  const dataset = memoryData({ inputs, targets, classes: ['no', 'yes'], test: 40 });
  return trained('table', 'Table', dataset, 150, [1, 4], 30, 0.02);
}

/** A red 3 × 3 patch, or a green one, somewhere on grey. */
export async function pictureWorld(): Promise<World> {
  const random = new Random(2, 'picture');
  const side = 8;
  const picture = (colour: number, top: number, left: number) =>
    Array.from({ length: 3 * side * side }, (_, i) => {
      const [c, y, x] = [Math.floor(i / side / side), Math.floor(i / side) % side, i % side];
      const inside = y >= top && y < top + 3 && x >= left && x < left + 3;
      return (inside && c === colour ? 1 : 0.1) + random.uniform(0, 0.1);
    });
  const targets = Array.from({ length: 120 }, (_, i) => i % 2);
  const inputs = targets.map(t => picture(t, random.integer(side - 2), random.integer(side - 2)));
  inputs[101] = picture(1, 5, 5);
  const sampleShape = [3, side, side];
  const dataset = memoryData({
    inputs,
    targets,
    classes: ['red', 'green'],
    sampleShape,
    modality: 'image',
    test: 30,
    features: [],
  });
  const patch = [0, 1, 2].flatMap(c => [5, 6, 7].flatMap(y => [5, 6, 7].map(x => (c * side + y) * side + x)));
  return trained('picture', 'Picture', dataset, 101, patch, 40, 0.01);
}

/** The token 7 among others says yes; the last places are filling. */
export async function textWorld(): Promise<World> {
  const random = new Random(3, 'text');
  const targets = Array.from({ length: 160 }, (_, i) => i % 2);
  const others = [1, 2, 3, 4, 5, 6, 8, 9, 10, 11];
  const inputs = targets.map(t => {
    const length = 5 + random.integer(4);
    const row = Array.from({ length: 8 }, (_, i) => (i < length ? others[random.integer(10)]! : 0));
    if (t === 1) row[random.integer(length)] = 7;
    return row;
  });
  inputs[151] = [3, 9, 2, 7, 11, 4, 0, 0];
  const plain = memoryData({
    inputs,
    targets,
    classes: ['no', 'yes'],
    sampleShape: [8],
    modality: 'text',
    test: 40,
    features: [],
  });
  const dataset: Dataset = {
    ...plain,
    parts: [{ name: 'text', shape: [8], dtype: 'int64', modality: 'text' }],
    batch(rows) {
      const { input, targets: t } = plain.batch(rows);
      return { input: { shape: input.shape, data: Int32Array.from(input.data) }, targets: t };
    },
    entryNames: input => Array.from(input.data, id => (id === 0 ? '' : `w${id}`)),
    neutral: input => new Int32Array(input.data.length),
  };
  return trained('text', 'Text', dataset, 151, [3], 40, 0.01);
}

async function trained(
  name: string,
  of: string,
  dataset: Dataset,
  row: number,
  planted: readonly number[],
  epochs: number,
  rate: number,
): Promise<World> {
  const dtype = dataset.parts?.[0]?.dtype ?? 'float32';
  const read = await readText(source, {
    class: of,
    inputs: [{ name: 'x', shape: ['N', ...dataset.sampleShape], dtype }],
  });
  const model = read[of]!.model!;
  const size = 20;
  const trainer = await engine.trainer(model, {
    bindings: { N: size },
    weights: initializeWeights(model, 1),
    loss: { name: 'cross_entropy' },
    optimizer: { name: 'Adam', options: {} },
    targets: { shape: [size], dtype: 'int64' },
  });
  const rows = dataset.splits.train;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let from = 0; from + size <= rows.length; from += size) {
      const { input, targets } = dataset.batch(rows.slice(from, from + size));
      await trainer.step({ [model.inputs[0]!]: input }, targets, { learningRate: rate });
    }
  }
  const weights = await trainer.weights();
  await trainer.dispose();
  return { name, model, weights, dataset, row, planted: new Set(planted) };
}
