import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { VitrineError } from '../../../src/model/errors';
import type { CheckReport } from '../../../src/train/checkRegistry';
import { checkById, checks, runChecks } from '../../../src/train/checkRegistry';
import { launch } from '../../../src/train/launch';

const distFolder = path.resolve('dist');

/** Models of the digits with one fault each. */
const source = `import torch
from torch import nn
import torch.nn.functional as F

class Sound(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 24)
        self.fc2 = nn.Linear(24, 10)
    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.view(-1, 64))))

class Mixes(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 10)
    def forward(self, x):
        x = x.view(-1, 64)
        return self.fc(x - x.mean(0))

class Unused(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 10)
        self.gate = nn.Parameter(torch.zeros(10))
    def forward(self, x):
        return self.fc1(x.view(-1, 64)) + (self.gate > 0).float()

class Agree(nn.Module):
    def __init__(self):
        super().__init__()
        self.users = nn.Embedding(13, 8)
        self.films = nn.Embedding(8, 8)
        self.out = nn.Linear(8, 1)
    def forward(self, user, film):
        return self.out(self.users(user) * self.films(film))

class Dead(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 24)
        nn.init.constant_(self.fc1.bias, -30.0)
        self.fc2 = nn.Linear(24, 10)
    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.view(-1, 64))))

class Squeezed(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 10)
    def forward(self, x):
        return torch.sigmoid(self.fc1(x.view(-1, 64))) * 0.5

class Loud(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 10)
    def forward(self, x):
        return self.fc1(x.view(-1, 64) * 500)
`;

describe('Checks of a model', function () {
  this.timeout(60_000);
  let folder: string;
  let engine: Engine;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'vitrine-checks-'));
    copyFileSync('media/samples/digits/digits.csv', path.join(folder, 'digits.csv'));
    writeFileSync(path.join(folder, 'nets.py'), source);
    engine = await createEngine({ backend: 'webasm' });
  });

  after(async () => {
    await engine.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  function experiment(model: string, change: Record<string, unknown> = {}): string {
    const text = readFileSync('media/samples/digits/digits.vitrine.json', 'utf8').replace(
      /^\s*\/\/.*$/gm,
      '',
    );
    const file = path.join(folder, `${model}.vitrine.json`);
    writeFileSync(
      file,
      JSON.stringify({ ...JSON.parse(text), model: { file: 'nets.py', class: model }, ...change }),
    );
    return file;
  }

  const run = (file: string, only?: string[]) =>
    runChecks(file, { distFolder, engineFor: async () => engine, ...(only && { only }) });

  const outcomes = (reports: readonly CheckReport[]) =>
    Object.fromEntries(reports.map(r => [r.check, r.outcome]));
  const lineOf = (text: string) => source.slice(0, source.indexOf(text)).split('\n').length;

  it('pass for a sound model, and ask what was learned once it is trained', async () => {
    const file = experiment('Sound');
    const before = await run(file);
    assert.deepEqual(outcomes(before), {
      gradients_agree: 'passed',
      invariance: 'skipped',
      loss_at_start: 'passed',
      no_dead_units: 'passed',
      overfits_eight_samples: 'passed',
      rows_are_apart: 'passed',
    });
    const { done } = await launch({
      experiment: file,
      distFolder,
      engineFor: async () => engine,
      set: { epochs: 3 },
    });
    await done;
    const [after] = await run(file, ['invariance']);
    assert.equal(after!.outcome, 'passed', after!.message);
    assert.ok(after!.values['rows']! > 100);
  });

  it('ask a model of several inputs as training does', async () => {
    const users = Array.from(
      { length: 120 },
      (_, i) => `u${i % 12},f${i % 7},${1 + ((i % 12) + (i % 7)) / 4}`,
    );
    writeFileSync(path.join(folder, 'stars.csv'), `user,film,stars\n${users.join('\n')}\n`);
    const file = experiment('Agree', {
      data: {
        kind: 'columns',
        file: 'stars.csv',
        target: 'stars',
        inputs: ['user', 'film'].map(column => ({ as: 'category', name: column, column })),
        split: { test: 0.2, valid: 0.1 },
      },
      loss: 'mse',
      targetScale: 'standard',
      metrics: undefined,
    });
    assert.deepEqual(outcomes(await run(file)), {
      gradients_agree: 'passed',
      invariance: 'skipped',
      loss_at_start: 'passed',
      no_dead_units: 'skipped',
      overfits_eight_samples: 'passed',
      rows_are_apart: 'passed',
    });
  });

  it('ask a model whose targets are sequences, as for CTC', async () => {
    const [report] = await run('media/samples/speech-recognition/speech.vitrine.json', ['gradients_agree']);
    assert.equal(report!.outcome, 'passed', report!.message);
  });

  it('tell a model that mixes rows', async () => {
    const [report] = await run(experiment('Mixes'), ['rows_are_apart']);
    assert.equal(report!.outcome, 'failed');
    assert.match(report!.message, /another answer among other rows/);
    assert.equal(report!.at?.line, lineOf('class Mixes'));
  });

  it('name the parameter that gets no gradient, with its place', async () => {
    const [report] = await run(experiment('Unused'), ['gradients_agree']);
    assert.equal(report!.outcome, 'failed');
    assert.match(report!.message, /^gate gets no gradient/);
    assert.equal(report!.at?.file, path.join(folder, 'nets.py'));
  });

  it('tell dead units, their layer, and that nothing can be learned through them', async () => {
    const reports = await run(experiment('Dead'), [
      'no_dead_units',
      'gradients_agree',
      'overfits_eight_samples',
    ]);
    assert.deepEqual(new Set(Object.values(outcomes(reports))), new Set(['failed']));
    assert.match(reports[0]!.message, /^24 of 24 units behind Relu are stuck/);
    assert.deepEqual(reports[0]!.values, { units: 24, dead: 24, worst: 1 });
  });

  it('tell an output that cannot take the target’s values', async () => {
    const [report] = await run(experiment('Squeezed'), ['overfits_eight_samples']);
    assert.equal(report!.outcome, 'failed');
    assert.ok(report!.values['last']! > 1);
  });

  it('tell a first loss far above a guess’s', async () => {
    const [report] = await run(experiment('Loud'), ['loss_at_start']);
    assert.equal(report!.outcome, 'failed');
    assert.ok(Math.abs(report!.values['guess']! - Math.log(10)) < 1e-9);
    assert.ok(report!.values['loss']! > 20);
  });

  it('fail with the message where nothing can be computed', async () => {
    const file = experiment('Sound', { loss: 'mse' });
    const reports = await run(file, ['loss_at_start']);
    assert.equal(reports[0]!.outcome, 'failed');
    assert.match(reports[0]!.message, /"mse"/);
  });

  it('are cancelled', async () => {
    const abort = new AbortController();
    const running = runChecks(experiment('Sound'), {
      distFolder,
      engineFor: async () => engine,
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await assert.rejects(running, (e: unknown) => e instanceof VitrineError && e.code === 'cancelled');
  });

  it('have names, sources, and one for a slip of the pen', () => {
    for (const c of checks) {
      assert.match(c.id, /^[a-z_]+$/);
      assert.ok(c.source.url.startsWith('https://'), c.id);
    }
    assert.throws(() => checkById('overfit_eight_samples'), /Did you mean "overfits_eight_samples"\?/);
  });
});
