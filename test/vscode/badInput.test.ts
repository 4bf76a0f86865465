import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { VitrineApi } from '../../src/editor/api';
import { activate, file, type Message, messagesOf, read, runFolders, train, write } from './support';

/** What a user gets wrong is told once, in words that help; nothing of theirs is touched. */
describe('bad input', function () {
  this.timeout(90_000);
  let api: VitrineApi;

  before(async () => {
    api = await activate();
  });

  const iris = () => read('iris/iris.csv').trimEnd().split('\n');

  /** An experiment of its own in bad/<name>, with the Iris model unless another is given. */
  const experiment = (
    name: string,
    files: { csv?: string; py?: string; json?: (text: string) => string },
  ) => {
    write(`bad/${name}/iris.csv`, files.csv ?? read('iris/iris.csv'));
    write(`bad/${name}/iris.py`, files.py ?? read('iris/iris.py'));
    const text = read('iris/iris.vitrine.json').replace('"epochs": 60', '"epochs": 2');
    return write(`bad/${name}/iris.vitrine.json`, files.json?.(text) ?? text);
  };

  const filesBelow = (dir: string): Record<string, string> =>
    Object.fromEntries(
      fs
        .readdirSync(dir, { recursive: true, encoding: 'utf8' })
        .filter(f => !f.includes('.vitrine/') && fs.statSync(path.join(dir, f)).isFile())
        .map(f => [f, fs.readFileSync(path.join(dir, f), 'latin1')]),
    );

  const plain = (m: Message) => {
    assert.doesNotMatch(m.text, /\n\s+at |Traceback|undefined|\[object|should not/, `plain words: ${m.text}`);
  };

  /** Trains what cannot be trained: one error that says `expected`; no finished run, no file changed. */
  const refuses = async (uri: vscode.Uri, ...expected: RegExp[]) => {
    const dir = path.dirname(uri.fsPath);
    const before = filesBelow(dir);
    const messages = await messagesOf(() => vscode.commands.executeCommand('vitrine.train', uri));
    const errors = messages.filter(m => m.severity === 'error');
    assert.equal(errors.length, 1, `one error, not ${JSON.stringify(messages)}`);
    for (const e of expected) assert.match(errors[0]!.text, e);
    plain(errors[0]!);
    assert.deepEqual(filesBelow(dir), before, 'files are as they were');
    for (const f of await runFolders())
      if (f.startsWith(dir)) {
        const record = JSON.parse(fs.readFileSync(path.join(f, 'run.json'), 'utf8'));
        assert.notEqual(record.state, 'finished');
        assert.notEqual(record.state, 'running');
      }
    assert.equal(api.live, undefined);
  };

  it('a model whose shapes do not fit', async () => {
    const py = read('iris/iris.py').replace('nn.Linear(hidden, 3)', 'nn.Linear(hidden + 1, 3)');
    await refuses(experiment('shape', { py }), /17/, /16/);
  });

  it('a model that does not fit its data', async () => {
    const py = read('iris/iris.py').replace('nn.Linear(4, hidden)', 'nn.Linear(5, hidden)');
    await refuses(experiment('columns', { py }), /4/, /5/);
  });

  it('a model file with a syntax error', async () => {
    const py = read('iris/iris.py').replace('def forward(self, x):', 'def forward(self, x)');
    await refuses(experiment('syntax', { py }), /iris\.py|syntax/i);
  });

  it('a class that is not there', async () => {
    await refuses(
      experiment('class', { json: t => t.replace('"class": "IrisNet"', '"class": "RoseNet"') }),
      /RoseNet/,
      /IrisNet/,
    );
  });

  it('a CSV without the target column', async () => {
    const csv = iris()
      .map(l => l.split(',').slice(0, 4).join(','))
      .join('\n');
    await refuses(experiment('target', { csv }), /species/);
  });

  it('NaN in a numeric column', async () => {
    const lines = iris();
    lines[7] = lines[7]!.replace(/^[^,]+/, 'NaN');
    await refuses(experiment('nan', { csv: lines.join('\n') }), /sepal_length/, /8/);
  });

  it('text in a numeric column', async () => {
    const lines = iris();
    lines[9] = lines[9]!.replace(/^[^,]+/, 'tall');
    await refuses(experiment('text', { csv: lines.join('\n') }), /sepal_length/, /tall/, /10/);
  });

  it('a row with too few cells', async () => {
    const lines = iris();
    lines[4] = '1,2';
    await refuses(experiment('ragged', { csv: lines.join('\n') }), /5/);
  });

  it('an empty CSV', async () => {
    await refuses(experiment('empty', { csv: '' }), /empty/i);
  });

  it('an empty model file', async () => {
    await refuses(experiment('empty-model', { py: '' }), /IrisNet/);
  });

  it('an empty experiment file', async () => {
    await refuses(experiment('empty-experiment', { json: () => '' }), /empty|expected/i);
  });

  it('an experiment that is no JSON', async () => {
    await refuses(experiment('no-json', { json: t => t.slice(0, 60) }), /./);
  });

  it('a learning rate that makes the loss infinite', async () => {
    const uri = experiment('diverged', {
      json: t => t.replace('"Adam", "lr": 0.01', '"SGD", "lr": 1e30').replace('"epochs": 2', '"epochs": 20'),
    });
    await refuses(uri, /loss|diverge|not finite|NaN|infinit/i);
  });

  describe('files of a run that were cut off', () => {
    let folder: string;
    let id: string;

    beforeEach(async () => {
      ({ folder, id } = await train(api, file('iris/iris.vitrine.json')));
    });

    const explaining = (method = 'integrated_gradients') =>
      messagesOf(() => vscode.commands.executeCommand('vitrine.explain', { run: id, method, row: 0 }));

    it('weights: names the file and its sizes', async () => {
      for (const name of ['weights.safetensors', 'best.safetensors']) {
        const weights = path.join(folder, name);
        if (fs.existsSync(weights)) fs.truncateSync(weights, fs.statSync(weights).size - 20);
      }
      const errors = (await explaining()).filter(m => m.severity === 'error');
      assert.equal(errors.length, 1);
      assert.match(errors[0]!.text, /\.safetensors/);
      plain(errors[0]!);
    });

    it('weights of no bytes', async () => {
      for (const name of ['weights.safetensors', 'best.safetensors'])
        if (fs.existsSync(path.join(folder, name))) fs.writeFileSync(path.join(folder, name), '');
      const errors = (await explaining()).filter(m => m.severity === 'error');
      assert.equal(errors.length, 1);
      assert.match(errors[0]!.text, /\.safetensors/);
      plain(errors[0]!);
    });

    it('the record: the run is left out of the list, and the others stay', async () => {
      fs.truncateSync(path.join(folder, 'run.json'), 30);
      await vscode.commands.executeCommand('vitrine.refreshRuns');
      const messages = await messagesOf(() => vscode.commands.executeCommand('vitrine.showRun', id));
      assert.ok(
        messages.some(m => m.text.includes(id)),
        JSON.stringify(messages),
      );
      messages.forEach(plain);
    });

    it('a row that is not there', async () => {
      const messages = await messagesOf(() =>
        vscode.commands.executeCommand('vitrine.explain', {
          run: id,
          method: 'integrated_gradients',
          row: 99999,
        }),
      );
      const errors = messages.filter(m => m.severity === 'error');
      assert.equal(errors.length, 1);
      assert.match(errors[0]!.text, /99999|149/);
      plain(errors[0]!);
    });
  });
});
