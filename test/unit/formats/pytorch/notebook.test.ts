import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { notebookCode, notebookText } from '../../../../src/formats/pytorch/notebook';
import { folderWith, reader, said } from './_reader';

const cell = (source: string) => ({
  cell_type: 'code',
  metadata: {},
  outputs: [],
  source: source.split(/(?<=\n)/),
});
const notebook = (...sources: string[]) =>
  JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: sources.map(cell) });

describe('notebooks', () => {
  it('are their code cells in order; commands are comments, and lines keep their places', () => {
    const { text, starts } = notebookText([
      '%matplotlib inline\n!pip install x\nimport torch',
      'a = 1\n',
      'torch.relu?',
    ]);
    assert.deepEqual(starts, [0, 3, 5]);
    assert.deepEqual(text.split('\n'), [
      '#matplotlib inline',
      '#pip install x',
      'import torch',
      'a = 1',
      '',
      '#torch.relu?',
    ]);
    assert.equal(notebookText(['%%bash\nls -l\n']).text, '#%%bash\n#ls -l\n#');
  });

  it('hold models over several cells', async () => {
    const folder = folderWith({
      'net.ipynb': notebook(
        'import torch\nfrom torch import nn\nwide = 7',
        '%matplotlib inline\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, wide)\n    def forward(self, x):\n        return self.fc(x)',
        'net = Net()\nfor e in range(10**9):\n    net.zero_grad()',
      ),
      'broken.ipynb': '{"cells": 3}',
    });
    const { Net } = await reader().read({ file: join(folder, 'net.ipynb') });
    assert.deepEqual(Net?.model?.parameters[0]?.shape, [7, 4], said(Net).join('\n'));
    assert.equal(Net?.model?.definition?.line, 5);
    await assert.rejects(
      reader().read({ file: join(folder, 'broken.ipynb') }),
      /is no notebook: it has no list of cells/,
    );
    assert.throws(() => notebookCode('no JSON'));
  });
});
