import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { Workspace } from '../service/_workspace';
import { type Json, vitrine } from './_shell';

let workspace: Workspace;
before(() => {
  workspace = new Workspace();
});
after(() => workspace.dispose());

describe('vitrine graph', function () {
  this.timeout(60_000);

  it('describes the digits model as the contract says', async () => {
    const file = join(dirname(workspace.sample('digits')), 'digits.py');
    const { code, json } = await vitrine('graph', file, '--json');
    assert.equal(code, 0);
    const [graph] = json();
    assert.equal(graph!['model'], 'DigitsNet');
    // (1·9 + 1)·16 + (16·9 + 1)·32 + (512 + 1)·10
    assert.equal(graph!['parameters'], 9930);
    assert.deepEqual(graph!['input'], ['N', 1, 8, 8]);
    assert.deepEqual(graph!['output'], ['N', 10]);
    const [conv1] = graph!['nodes'];
    assert.deepEqual(
      { ...conv1, source: { ...conv1.source, file: 'digits.py' } },
      {
        name: 'conv1',
        module: 'conv1',
        spelling: 'F.conv2d',
        op: 'Conv',
        inputs: [['N', 1, 8, 8]],
        output: ['N', 16, 8, 8],
        parameters: 160,
        // Two for each multiply-add, and the bias: 16·8·8·(2·9 + 1)
        flops: 19456,
        source: { file: 'digits.py', line: 10, column: 22 },
      },
    );
    assert.equal(
      graph!['nodes'].reduce((n: number, x: { flops: number }) => n + x.flops, 0),
      graph!['flops'],
    );
    const names = graph!['nodes'].map((n: { name: string }) => n.name);
    assert.equal(new Set(names).size, names.length);
    const forPeople = await vitrine('graph', `${file}#DigitsNet`);
    assert.match(forPeople.out, /conv1 +Conv +\(N, 16, 8, 8\) +160/);
    assert.match(forPeople.out, /9,930 parameters/);
  });

  it('names the nearest class', async () => {
    const file = join(dirname(workspace.sample('digits')), 'digits.py');
    const { code, err } = await vitrine('graph', `${file}#DigitNet`);
    assert.equal(code, 2);
    assert.match(err, /DigitsNet/);
  });

  it('says where a shape does not fit', async () => {
    const file = join(workspace.folder, 'wrong.py');
    writeFileSync(
      file,
      `import torch.nn as nn

class Wrong(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 8)
        self.b = nn.Linear(9, 2)

    def forward(self, x):
        return self.b(self.a(x))
`,
    );
    const graph = await vitrine('graph', file, '--input', '4', '--json');
    assert.notEqual(graph.code, 0);
    assert.match(graph.err, /wrong\.py:\d+:\d+/);
    const { code, json } = await vitrine('check', file, '--json');
    assert.equal(code, 1);
    const [{ diagnostics }] = json() as [{ diagnostics: Json[] }];
    const found = diagnostics.find(d => d['severity'] === 'error')!;
    assert.ok(found['line'] > 1 && found['column'] > 0 && found['code'] && found['message']);
    assert.match((await vitrine('check', file)).out, /1 error/);
  });
});

describe('vitrine check', function () {
  this.timeout(60_000);

  it('finds nothing in the samples', async () => {
    const files = ['net', 'digits', 'iris', 'breast-cancer', 'linear-regression'].map(s =>
      workspace.sample(s),
    );
    const { code, json } = await vitrine('check', ...files, '--json');
    assert.deepEqual(json(), [{ diagnostics: [] }]);
    assert.equal(code, 0);
  });

  it('gives findings their place and fix, of several files in one', async () => {
    const bad = workspace.sample('iris', { optimizer: { name: 'Adma', lr: 0.01 } });
    const { code, json } = await vitrine('check', workspace.sample('net'), bad, '--json');
    assert.equal(code, 1);
    const [{ diagnostics }] = json() as [{ diagnostics: Json[] }];
    assert.equal(diagnostics.length, 1);
    assert.equal(diagnostics[0]!['file'], bad);
    assert.equal(diagnostics[0]!['fix'].text, '"Adam"');
  });

  it('warns of what it cannot read in a file that PyTorch runs, and fails where that would be trained', async () => {
    const file = workspace.sample('net');
    const model = join(dirname(file), 'net.py');
    writeFileSync(
      model,
      'import torch\nimport torch.nn as nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(2, 1)\n\n    def forward(self, x):\n        x = self.fc(x)\n        return x * 2 if x.sum() > 0 else x\n',
    );
    const alone = await vitrine('check', model, '--json');
    const [{ diagnostics }] = alone.json() as [{ diagnostics: Json[] }];
    assert.deepEqual(
      diagnostics.map(d => [d['severity'], d['code'], d['line']]),
      [['warning', 'unsupported-op', 12]],
    );
    assert.equal(alone.code, 0);
    assert.equal((await vitrine('check', file, '--json')).code, 1);
  });

  it('finds a model that does not fit the data', async () => {
    const file = workspace.sample('net');
    const model = join(dirname(file), 'net.py');
    writeFileSync(
      model,
      'import torch.nn as nn\n\n\nclass Net(nn.Linear):\n    def __init__(self):\n        super().__init__(3, 1)\n',
    );
    const { code, json } = await vitrine('check', file, '--json');
    assert.equal(code, 1);
    const [{ diagnostics }] = json() as [{ diagnostics: Json[] }];
    assert.ok(
      diagnostics.some(d => d['severity'] === 'error'),
      JSON.stringify(diagnostics),
    );
  });
});
