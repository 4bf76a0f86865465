import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { Workspace } from '../service/_workspace';
import { vitrine } from './_shell';

const block = `import torch.nn as nn


class Block(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, x):
        return x + self.linear(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()
        self.out = nn.Linear(4, 2)

    def forward(self, x):
        return self.out(self.block(x))
`;
const other = `

class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(4, 2)

    def forward(self, x):
        return self.out(x)
`;

describe('A file of several classes, at the command line', function () {
  this.timeout(60_000);
  let workspace: Workspace;
  before(() => {
    workspace = new Workspace();
  });
  after(() => workspace.dispose());

  it('is the one that holds the others', async () => {
    const file = join(workspace.folder, 'blocks.py');
    writeFileSync(file, block);
    const shown = await vitrine('graph', file, '--input', '1,4', '--json');
    assert.equal(shown.code, 0, shown.err);
    assert.match(shown.out, /^\{"model":"Net"/);
    const rows = Array.from(
      { length: 40 },
      (_, i) => `${i % 7},${i % 5},${i % 3},${i % 2},${i % 2 ? 'yes' : 'no'}`,
    );
    const table = join(workspace.folder, 'four.csv');
    writeFileSync(table, `a,b,c,d,y\n${rows.join('\n')}\n`);
    const trained = await vitrine('train', file, '--data', table, '--set', 'epochs=1', '--json');
    assert.equal(trained.code, 0, trained.err);
    assert.match(trained.err, /Wrote/);
  });

  it('is asked for where none holds the others', async () => {
    const file = join(workspace.folder, 'both.py');
    writeFileSync(file, block + other);
    const asked = await vitrine('graph', file, '--input', '1,4');
    assert.equal(asked.code, 2);
    assert.match(asked.err, /several models: .*Say which one/);
  });
});
