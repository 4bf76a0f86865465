import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { VitrineApi } from '../../src/editor/api';
import {
  activate,
  file,
  folderOf,
  linesOf,
  messagesOf,
  read,
  recordOf,
  runFolders,
  show,
  tensorsOf,
  train,
  until,
  watchRun,
  write,
} from './support';

describe('training in VS Code', function () {
  this.timeout(120_000);
  let api: VitrineApi;

  before(async () => {
    api = await activate();
  });

  afterEach(async () => {
    if (api.live) await vscode.commands.executeCommand('vitrine.stop');
    await until('no live run', () => api.live === undefined);
  });

  it('trains a sample from its Python file to the end and keeps the run as plain files', async () => {
    await show(file('net/net.py'));
    const run = watchRun(api);
    const messages = await messagesOf(() => vscode.commands.executeCommand('vitrine.train'));
    await run.ended();
    const [end] = run.of('end');
    assert.equal(end?.state, 'finished', JSON.stringify(messages));
    const epochs = run.of('epoch');
    assert.equal(epochs.length, 100);
    assert.ok(epochs.at(-1)!.train['loss']! < 0.5 * epochs[0]!.train['loss']!, 'the loss falls');

    const folder = (await runFolders()).find(f => path.basename(f) === end!.run);
    assert.ok(folder, 'the run has a folder in .vitrine/runs');
    const record = recordOf(folder);
    assert.equal(record.state, 'finished');
    assert.equal(record.epochsDone, 100);
    assert.equal(record.model.class, 'Net');
    assert.equal(record.model.parameters, 21);
    assert.equal(linesOf(folder).filter(l => l.event === 'epoch').length, 100);
    assert.deepEqual(tensorsOf(path.join(folder, 'weights.safetensors')), {
      'fc1.weight': [5, 2],
      'fc1.bias': [5],
      'fc2.weight': [1, 5],
      'fc2.bias': [1],
    });
    assert.ok(messages.some(m => m.severity === 'information' && /trained/.test(m.text)));
    assert.equal(api.panel.run?.record.id, end!.run, 'the panel shows the run');
  });

  it('exports a class with the weights that it learned, or with those that it begins with', async () => {
    const { id } = await train(api, file('linear-regression/regression.vitrine.json'));
    const window = vscode.window as unknown as Record<string, unknown>;
    const own = { ...window };
    const out = file('exported.safetensors');
    const exportAs = async (weights: RegExp | undefined) => {
      const wanted = [/^safetensors$/, weights];
      window['showQuickPick'] = async (items: vscode.QuickPickItem[]) => {
        const label = wanted.shift();
        return label && items.find(i => label.test(i.label));
      };
      window['showSaveDialog'] = async () => out;
      try {
        await messagesOf(() =>
          vscode.commands.executeCommand(
            'vitrine.exportModel',
            file('linear-regression/regression.vitrine.json'),
          ),
        );
      } finally {
        for (const door of ['showQuickPick', 'showSaveDialog']) window[door] = own[door];
      }
    };
    const dataOf = (name: string) => {
      const bytes = fs.readFileSync(name);
      return bytes.subarray(8 + Number(bytes.readBigUInt64LE(0))).toString('hex');
    };
    const learned = dataOf(path.join(await folderOf(id), 'weights.safetensors'));
    await exportAs(/trained last/);
    assert.equal(dataOf(out.fsPath), learned);
    await exportAs(/before training/);
    assert.notEqual(dataOf(out.fsPath), learned);
    fs.rmSync(out.fsPath);
    await exportAs(undefined);
    assert.ok(!fs.existsSync(out.fsPath), 'nothing is written where the asking is broken off');
  });

  it('trains a script as its own loop says, without an experiment file', async () => {
    const script = write(
      'scripts/line.py',
      [
        'import torch',
        '',
        'x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])',
        'y = 2 * x + 1',
        'slope = torch.zeros(1, requires_grad=True)',
        'offset = torch.zeros(1, requires_grad=True)',
        'for epoch in range(300):',
        '    guess = slope * x + offset',
        '    loss = ((guess - y) ** 2).mean()',
        '    loss.backward()',
        '    with torch.no_grad():',
        '        slope -= 0.05 * slope.grad',
        '        offset -= 0.05 * offset.grad',
        '    slope.grad = offset.grad = None',
        '',
      ].join('\n'),
    );
    await show(script);
    const lenses = await until('lenses over the loop', async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        script,
        10,
      );
      return found.some(l => /2 parameters/.test(l.command?.title ?? '')) ? found : undefined;
    });
    assert.ok(lenses.every(l => l.range.start.line === 6));
    const run = watchRun(api);
    const messages = await messagesOf(() => vscode.commands.executeCommand('vitrine.train'));
    await run.ended();
    assert.equal(run.of('end')[0]?.state, 'finished', JSON.stringify(messages));
    assert.equal(run.of('epoch').length, 300);
    const written = JSON.parse(read('scripts/line.vitrine.json'));
    assert.deepEqual(written.optimizer, { name: 'SGD', lr: 0.05 });
    assert.equal(written.data.kind, 'code');
    const folder = await folderOf(run.of('end')[0]!.run);
    assert.deepEqual(tensorsOf(path.join(folder, 'weights.safetensors')), { slope: [1], offset: [1] });
  });

  it('gives the same numbers twice from one seed', async () => {
    const experiment = file('linear-regression/regression.vitrine.json');
    const first = await train(api, experiment);
    const second = await train(api, experiment);
    assert.notEqual(first.id, second.id);
    const numbers = (r: typeof first) => r.of('epoch').map(e => [e.train, e.valid]);
    assert.deepEqual(numbers(first), numbers(second));
    assert.deepEqual(first.of('end')[0]?.test, second.of('end')[0]?.test);
  });

  /** The digits with so many epochs that a run is still under way when it is stopped, paused or shot. */
  const long = (epochs: number) =>
    write(
      'digits/long.vitrine.json',
      read('digits/digits.vitrine.json').replace('"epochs": 15', `"epochs": ${epochs}`),
    );

  it('stops early and keeps what is learned', async () => {
    const run = watchRun(api);
    const training = messagesOf(() => vscode.commands.executeCommand('vitrine.train', long(1000)));
    await until('two epochs', () => run.of('epoch').length >= 2);
    await vscode.commands.executeCommand('vitrine.stop');
    await run.ended();
    await training;
    const [end] = run.of('end');
    assert.equal(end?.state, 'stopped');
    assert.ok(end!.epochs < 1000);
    const folder = (await runFolders()).find(f => path.basename(f) === end!.run)!;
    assert.equal(recordOf(folder).state, 'stopped');
    assert.deepEqual(tensorsOf(path.join(folder, 'weights.safetensors'))['fc.weight'], [10, 512]);
  });

  it('pauses and goes on', async () => {
    const run = watchRun(api);
    const training = messagesOf(() => vscode.commands.executeCommand('vitrine.train', long(1000)));
    await until('an epoch', () => run.of('epoch').length >= 1);
    await vscode.commands.executeCommand('vitrine.pause');
    await until('a pause', () => api.live?.state === 'paused');
    const before = run.of('epoch').length;
    await new Promise(resolve => setTimeout(resolve, 500));
    assert.equal(run.of('epoch').length, before, 'nothing is computed while it is paused');
    await vscode.commands.executeCommand('vitrine.continue');
    await until('another epoch', () => run.of('epoch').length > before);
    await vscode.commands.executeCommand('vitrine.stop');
    await run.ended();
    await training;
  });

  it('brings the engine back when it is killed in the middle of a run, and says so', async () => {
    const run = watchRun(api);
    const epochs = 12;
    let messages: Awaited<ReturnType<typeof messagesOf>> = [];
    const training = messagesOf(() => vscode.commands.executeCommand('vitrine.train', long(epochs))).then(
      m => {
        messages = m;
      },
    );
    await until('three epochs', () => run.of('epoch').length >= 3);
    const pid = api.enginePid;
    assert.ok(pid, 'there is an engine process');
    assert.notEqual(pid, process.pid);
    process.kill(pid, 'SIGKILL');
    await run.ended(90);
    await training;
    const [end] = run.of('end');
    assert.equal(end?.state, 'finished');
    assert.notEqual(api.enginePid, pid);
    const [first, again] = run.of('start');
    assert.equal(again?.run, first?.run, 'the same run goes on');
    assert.ok(again!.resumedFrom! >= 1, 'from a checkpoint, not from the start');
    assert.ok(
      messages.some(
        m => m.severity === 'warning' && /stopped unexpectedly/.test(m.text) && /goes on/.test(m.text),
      ),
      JSON.stringify(messages),
    );
    const folder = (await runFolders()).find(f => path.basename(f) === end!.run)!;
    const kept = linesOf(folder).flatMap(l => (l.event === 'epoch' ? [l.epoch] : []));
    assert.deepEqual(
      kept,
      Array.from({ length: epochs }, (_, i) => i + 1),
      'each epoch is kept once',
    );

    // Interrupted or not, the same seed leads to the same model.
    const straight = await train(api, long(epochs));
    assert.deepEqual(end!.test, straight.of('end')[0]?.test);
  });

  it('shows the last result over the experiment', async () => {
    const experiment = file('net/net.vitrine.json');
    await show(experiment);
    await until('the result of the last run', async () => {
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        experiment,
      );
      return lenses.some(l => /Last run: accuracy/.test(l.command?.title ?? ''));
    });
  });

  it('explains a prediction with a trust score and keeps the explanation', async () => {
    const run = await train(api, file('digits/digits.vitrine.json'));
    const messages = await messagesOf(() =>
      vscode.commands.executeCommand('vitrine.explain', {
        run: run.id,
        method: 'integrated_gradients',
        row: 5,
      }),
    );
    assert.deepEqual(
      messages.filter(m => m.severity === 'error'),
      [],
    );
    const e = api.panel.explanation;
    assert.equal(e?.row, 5);
    assert.equal(e?.attribution.values.length, 64);
    assert.ok(e!.attribution.values.some(v => v !== 0));
    assert.ok(e!.trust.measures.length >= 2);
    assert.ok(e!.trust.score >= 0 && e!.trust.score <= 1);
    assert.match(e!.text, /\w+/);
    const kept = fs.readdirSync(path.join(run.folder, 'explanations'));
    assert.ok(
      kept.some(f => f.endsWith('.json')),
      kept.join(', '),
    );
  });

  it('explains a model as a whole by permutation importance', async () => {
    const run = await train(api, file('iris/iris.vitrine.json'));
    await messagesOf(() =>
      vscode.commands.executeCommand('vitrine.explain', { run: run.id, method: 'permutation_importance' }),
    );
    const e = api.panel.explanation;
    assert.equal(e?.method, 'permutation_importance');
    assert.deepEqual(e?.attribution.names, ['sepal_length', 'sepal_width', 'petal_length', 'petal_width']);
    assert.ok(e!.trust.measures.length >= 1);
  });

  it('says that what is not trained cannot be explained', async () => {
    const experiment = write('digits/untrained.vitrine.json', read('digits/digits.vitrine.json'));
    const messages = await messagesOf(() => vscode.commands.executeCommand('vitrine.explain', experiment));
    assert.ok(
      messages.some(m => /not trained yet/.test(m.text)),
      JSON.stringify(messages),
    );
  });
});
