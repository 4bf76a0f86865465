import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ReadModel } from '../../../../src/formats/_format';
import { Placed } from '../../../../src/formats/pytorch/moved';
import { touched } from '../../../../src/formats/pytorch/partial';
import { PytorchReader } from '../../../../src/formats/pytorch/reader';
import { distFolder, readText } from './_reader';

const plain = (models: Record<string, ReadModel>) =>
  Object.entries(models).map(([name, m]) => [name, { ...m, milliseconds: 0 }]);

const reference = (name: string) => readFileSync(resolve('test/reference/pytorch', `${name}.py`), 'utf8');

describe('what an edit in one class touches', () => {
  const header = 'import torch\nfrom torch import nn\n';
  const part = (name: string, body = 'pass') =>
    `class ${name}(nn.Module):\n    def __init__(self):\n        ${body}\n`;
  const of = (before: string, after: string, readings: string[], others: string[] = []) => {
    const found = touched(new Placed(header + before), new Placed(header + after), readings, others);
    return found && [...found];
  };
  const two = (a: string, more = '') => part('A', a) + part('B', '1') + more;

  it('is what names bind to it, in either direction', () => {
    assert.deepEqual(of(two('1'), two('2'), ['A', 'B']), ['A']);
    assert.deepEqual(of(two('1'), two('B()'), ['A', 'B']), ['A', 'B']);
    assert.deepEqual(of(two('B()'), two('2'), ['A', 'B']), ['A', 'B']);
    const user = part('C', 'self.a = A()');
    assert.deepEqual(of(two('1', user), two('2', user), ['A', 'B', 'C']), ['A', 'C']);
    const makes = 'def make():\n    return A(), B()\n';
    assert.deepEqual(of(two('1', makes), two('2', makes), ['A', 'B']), ['A', 'B']);
    const quoted = part('C', 'self.a = "A"');
    assert.deepEqual(of(two('1', quoted), two('2', quoted), ['A', 'B', 'C']), ['A', 'C']);
  });

  it('may be all when more than a body changed or names are reached otherwise', () => {
    const all = (before: string, after: string, others: string[] = []) =>
      assert.equal(of(before, after, ['A', 'B'], others), undefined);
    all(two('1'), two('2').replace('class A(nn.Module)', 'class A(nn.Module, object)'));
    all(two('1'), two('2').replace('class B', 'class A'));
    all(two('1'), `${two('1')}x = 1\n`);
    all(two('1', 'x = 1\n'), two('2', 'x = 2\n'));
    all(two('1'), two('torch.zeros(2, 3)'));
    all(two('1'), two('globals()'));
    all(two('1'), two('2'), ['from model import A\n']);
    all(two('1', part('A')), two('2', part('A')));
  });
});

describe('reading a file again after an edit in one class', function () {
  this.timeout(60_000);

  it('gives what reading it anew gives, and leaves the other classes be', async () => {
    const text = ['"""Two models."""', ...['vit', 'lenet'].map(reference)].join('\n\n');
    const edit = (from: string, to: string) => {
      assert.ok(text.includes(from), from);
      return text.replace(from, to);
    };
    const edits: [string, alone: boolean][] = [
      [edit('nn.Linear(84, num_classes)', 'nn.Linear(84, num_classes + 1)'), true],
      [edit('return self.fc3(', 'y = x  # ü🙂\n\n        return self.fc3('), true],
      [edit('nn.Linear(84, num_classes)', 'nn.Linear(85, num_classes)'), true],
      [edit('nn.Linear(84, num_classes)', 'nn.Linears(84, num_classes)'), true],
      [edit('return self.fc3(', 'torch.randn(1, 1, 32, 32)\n        return self.fc3('), false],
      [edit('class LeNet(nn.Module):\n', 'class LeNet(nn.Module):\n    size = nothing\n'), false],
      [edit('Two models', 'Two\n\nmodels'), true],
    ];
    const known = new PytorchReader({ distFolder });
    const fresh = new PytorchReader({ distFolder });
    try {
      for (const [i, [edited, alone]] of edits.entries()) {
        const before = await readText(text, {}, known);
        const again = await readText(edited, {}, known);
        const anew = await readText(`${edited}${'\nother = 1\n'.repeat(i + 1)}`, {}, fresh);
        assert.deepEqual(plain(again), plain(anew), `edit ${i}`);
        assert.equal(again['ViT']!.milliseconds === before['ViT']!.milliseconds, alone, `edit ${i}`);
      }
    } finally {
      await Promise.all([known.dispose(), fresh.dispose()]);
    }
  });
});
