import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { Workspace } from '../service/_workspace';
import { vitrine } from './_shell';

const net = `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.out = nn.Linear(features, classes)

    def forward(self, x):
        return self.out(x)
`;

describe('vitrine graph of a class whose arguments nobody gave', function () {
  this.timeout(60_000);
  let workspace: Workspace;
  let file: string;
  before(() => {
    workspace = new Workspace();
    file = join(workspace.folder, 'asking.py');
    writeFileSync(file, net);
  });
  after(() => workspace.dispose());

  it('names the flag, takes the answer, and keeps it for what comes after', async () => {
    const asked = await vitrine('graph', `${file}#Net`);
    assert.equal(asked.code, 2);
    assert.match(asked.err, /--argument features=VALUE --argument classes=VALUE --keep/);

    const given = ['--argument', 'features=4', '--argument', 'classes=3'];
    const told = await vitrine('graph', `${file}#Net`, ...given, '--json');
    assert.equal(told.json()[0]!['parameters'], 15);
    assert.equal((await vitrine('graph', `${file}#Net`)).code, 2, 'nothing was kept without being told to');

    const kept = await vitrine('graph', `${file}#Net`, ...given, '--keep', '--json');
    assert.equal(kept.code, 0, kept.err);
    assert.match(kept.err, /Kept in .*asking\.vitrine\.json/);
    assert.deepEqual(JSON.parse(readFileSync(join(workspace.folder, 'asking.vitrine.json'), 'utf8')), {
      model: { file: 'asking.py', class: 'Net', arguments: { features: 4, classes: 3 } },
    });
    const after = await vitrine('graph', `${file}#Net`, '--json');
    assert.equal(after.json()[0]!['parameters'], 15);
    const check = await vitrine('check', file, '--json');
    assert.deepEqual(check.json()[0]!['diagnostics'], []);
  });

  it('says what is wrong with an answer', async () => {
    const wrong = await vitrine('graph', `${file}#Net`, '--argument', 'features');
    assert.match(wrong.err, /"features" is no argument\. Expected NAME=VALUE/);
    const whose = await vitrine('graph', file, '--argument', 'features=4');
    assert.match(whose.err, /--argument is of a class/);
    const nothing = await vitrine('graph', `${file}#Net`, '--keep');
    assert.match(nothing.err, /--keep keeps --input and --argument/);
  });
});
