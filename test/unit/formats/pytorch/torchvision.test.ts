/** Networks of torchvision that files build on, held to torchvision itself: parameters, names and shapes. */
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readText, said } from './_reader';

const reference = JSON.parse(
  readFileSync(resolve('test/reference/pytorch_torchvision.json'), 'utf8'),
) as Record<string, { parameters: number; state: string }>;

describe('networks of torchvision', () => {
  for (const [name, { parameters, state }] of Object.entries(reference)) {
    it(`${name} has torchvision's parameters, by their names`, async () => {
      const text = `import torchvision\n\nmodel = torchvision.models.${name}(weights="DEFAULT")\n`;
      const read = await readText(text, { class: 'model', input: [3, 224, 224] });
      const model = read['model']?.model;
      assert.ok(model, said(read['model'] ?? read['']).join('\n'));
      const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
      const trained = model.parameters.filter(p => p.kind === 'parameter');
      assert.equal(
        trained.reduce((n, p) => n + size(p.shape), 0),
        parameters,
      );
      const lines = model.parameters
        .filter(p => p.kind !== 'constant')
        .map(p => `${p.name}[${p.shape.join(',')}]`)
        .join('\n');
      assert.equal(createHash('sha256').update(lines).digest('hex'), state);
      assert.deepEqual(model.values[model.outputs[0]!]?.shape, ['N', 1000]);
    });
  }

  it('take another head, as a notebook gives them one', async () => {
    const text = `from torchvision import models
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = models.resnet18(weights=models.ResNet18_Weights.DEFAULT)
        for p in self.base.parameters():
            p.requires_grad = False
        self.base.fc = nn.Linear(self.base.fc.in_features, 3)

    def forward(self, x):
        return self.base(x)
`;
    const { Net } = await readText(text);
    assert.deepEqual(Net?.model?.values[Net.model.outputs[0]!]?.shape, ['N', 3], said(Net).join('\n'));
    const learning = Net!.model!.parameters.filter(p => p.trainable).map(p => p.name);
    assert.deepEqual(learning, ['base.fc.weight', 'base.fc.bias']);
  });
});
