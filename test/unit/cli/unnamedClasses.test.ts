import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { evaluationRun } from '../../../src/service/inquiries/evaluationRun';
import { Engines } from '../../../src/service/process/engines';
import { Workspace } from '../service/_workspace';
import { vitrine } from './_shell';

const model = `import torch.nn as nn
import torch.nn.functional as F


class Letters(nn.Module):
    def __init__(self, vocabulary=32):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 16)
        self.memory = nn.GRU(16, 24, batch_first=True)
        self.out = nn.Linear(24, vocabulary)

    def forward(self, x):
        x, _ = self.memory(self.embedding(x))
        return self.out(x)


class Kinds(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 16)
        self.out = nn.Linear(16, 10)

    def forward(self, x):
        return self.out(F.relu(self.hidden(x)))
`;

describe('A model with more scores than the data have classes', function () {
  this.timeout(120_000);
  let workspace: Workspace;
  let folder: string;
  const at = (name: string) => join(folder, name);
  const run = (id: string) => join(folder, '.vitrine', 'runs', id);

  before(() => {
    workspace = new Workspace();
    folder = join(workspace.folder, 'more-scores');
    mkdirSync(folder);
    writeFileSync(at('models.py'), model);
    writeFileSync(at('letters.txt'), 'the cat sat on the mat. '.repeat(60));
    const rows = Array.from({ length: 120 }, (_, i) => {
      const k = i % 3;
      return `${k + (i % 7) / 10},${2 * k - (i % 5) / 10},${['red', 'blue'][(i >> 1) % 2]},${['low', 'middle', 'high'][k]}`;
    });
    writeFileSync(at('kinds.csv'), `a,b,colour,kind\n${rows.join('\n')}\n`);
    const split = { valid: 0.1, test: 0.2 };
    const optimizer = { name: 'AdamW', lr: 0.02 };
    writeFileSync(
      at('letters.vitrine.json'),
      JSON.stringify({
        model: { file: 'models.py', class: 'Letters' },
        data: { kind: 'text', file: 'letters.txt', length: 8, split },
        loss: 'cross_entropy',
        optimizer,
        epochs: 3,
        batchSize: 32,
      }),
    );
    writeFileSync(
      at('kinds.vitrine.json'),
      JSON.stringify({
        model: { file: 'models.py', class: 'Kinds' },
        data: { kind: 'csv', file: 'kinds.csv', target: 'kind', classWeights: 'balanced', split },
        loss: 'cross_entropy',
        metrics: ['accuracy', 'macro_f1', 'roc_auc'],
        optimizer,
        epochs: 12,
        batchSize: 16,
      }),
    );
  });
  after(() => workspace.dispose());

  it('trains as a character model, says so once, and writes characters alone', async () => {
    const trained = await vitrine('train', at('letters.vitrine.json'), '--json');
    assert.equal(trained.code, 0, trained.err);
    const said =
      /Letters gives 32 scores, and the target "[^"]+" has (\d+) classes: "class \1" to "class 31" are classes without rows\./g;
    assert.equal(trained.err.match(said)?.length, 1, trained.err);
    const checked = await vitrine('check', at('letters.vitrine.json'), '--json');
    assert.equal(checked.code, 0, checked.err);
    const [found] = checked
      .json()[0]!
      ['diagnostics'].filter((d: { code: string }) => d.code === 'unnamed-classes');
    assert.equal(found.severity, 'information');
    const where = run(trained.json().at(-1)!['run']);
    const written = await vitrine(
      'generate',
      where,
      '--prompt',
      'the ',
      '--tokens',
      '200',
      '--temperature',
      '9',
      '--json',
    );
    assert.equal(written.code, 0, written.err);
    const { text, tokens } = written.json()[0]!;
    assert.match(text, /^[a-z. ]{200}$/);
    // Under the model, which has a share for the others too.
    assert.ok(tokens.every((t: { probability: number }) => t.probability > 0 && t.probability < 1));
  });

  it('trains as a classifier, and is measured, asked and explained as any other', async () => {
    const trained = await vitrine('train', at('kinds.vitrine.json'), '--json');
    assert.equal(trained.code, 0, trained.err);
    const { run: id, test } = trained.json().at(-1)!;
    assert.ok(test.accuracy > 0.8 && test.roc_auc > 0.8 && test.macro_f1 > 0.8, JSON.stringify(test));
    // The classes of the data are what a run keeps.
    const kept = JSON.parse(readFileSync(join(run(id), 'preparation.json'), 'utf8'));
    assert.equal(kept.target.classes.length, 3);
    const why = await vitrine('explain', run(id), '--method', 'integrated_gradients', '--row', '0', '--json');
    assert.equal(why.code, 0, why.err);
    const confusion = await vitrine('explain', run(id), '--method', 'confusion', '--json');
    assert.equal(confusion.code, 0, confusion.err);
    const engines = new Engines();
    try {
      const seen = await evaluationRun(
        { run: run(id), split: 'test' },
        engines.asked(undefined),
        new AbortController().signal,
      );
      assert.equal(seen.classes.length, Math.max(3, ...seen.predicted.map(p => p + 1)));
    } finally {
      await engines.dispose();
    }
    // Rows of a file that cannot be read are told each; the others are predicted.
    writeFileSync(at('new.csv'), 'a,b,colour\n0.1,0,red\n1.2,2,green\nmuch,2,blue\n2.1,4,blue\n');
    const asked = await vitrine('predict', run(id), '--input', at('new.csv'), '--json');
    assert.equal(asked.code, 0, asked.err);
    const rows = asked.json();
    assert.deepEqual(
      rows.map(r => r['row']),
      [0, 1, 2, 3],
    );
    assert.deepEqual([rows[0]!['prediction'], rows[3]!['prediction']], ['low', 'high']);
    assert.equal(Object.keys(rows[0]!['probabilities']).at(-1), 'class 9');
    assert.match(rows[1]!['error'], /^Row 2, column "colour": .*"green"/);
    assert.match(rows[2]!['error'], /^Row 3, column "a": found "much"/);
    assert.match(asked.err, /2 of 4 rows could not be read; the others were predicted/);
    const table = await vitrine('predict', run(id), '--input', at('new.csv'), '--output', at('out.csv'));
    assert.equal(table.code, 0, table.err);
    assert.match(readFileSync(at('out.csv'), 'utf8'), /^row,kind,.*,error\n0,low,[\s\S]*\n1,,.*green/);
    writeFileSync(at('none.csv'), 'a,b,colour\n1.2,2,green\n1.3,2,green\n');
    const none = await vitrine('predict', run(id), '--input', at('none.csv'), '--json');
    assert.notEqual(none.code, 0);
    assert.match(none.err, /none\.csv: Row 1, column "colour"/);
    const each = await vitrine('predict', run(id), '--input', at('none.csv'), '--keep-going', '--json');
    assert.equal(each.code, 1);
    assert.equal(each.json().length, 2);
  });

  it('is refused with fewer', async () => {
    writeFileSync(at('fewer.py'), model.replace('16, 10', '16, 2'));
    const text = readFileSync(at('kinds.vitrine.json'), 'utf8').replace('models.py', 'fewer.py');
    writeFileSync(at('fewer.vitrine.json'), text);
    const refused = await vitrine('train', at('fewer.vitrine.json'));
    assert.equal(refused.code, 2);
    assert.match(refused.err, /has 3 classes .* but Kinds gives 2 scores/);
  });
});
