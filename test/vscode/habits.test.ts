import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { activate, file, read, until, write } from './support';

const tools = ['describe_model', 'train_model', 'explain_prediction', 'compare_runs', 'check_fairness'];

/** What a language model would be given. */
// biome-ignore lint/suspicious/noExplicitAny: what the answer holds is what the tests are about
async function call(name: string, input: object): Promise<Record<string, any>> {
  const result = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
  const [part] = result.content;
  assert.ok(part instanceof vscode.LanguageModelTextPart);
  return JSON.parse(part.value);
}

async function taskOf(kind: string, experiment: string): Promise<vscode.Task> {
  const found = (await vscode.tasks.fetchTasks({ type: 'vitrine' })).find(
    t => t.definition['task'] === kind && t.definition['experiment'] === experiment,
  );
  assert.ok(found, `a task to ${kind} ${experiment}`);
  return found;
}

/** Ends with the exit code that other tasks would wait for. */
async function execute(task: vscode.Task, act?: (running: vscode.TaskExecution) => void) {
  const code = new Promise<number | undefined>(resolve => {
    const listening = vscode.tasks.onDidEndTaskProcess(e => {
      if (e.execution.task.name !== task.name) return;
      listening.dispose();
      resolve(e.exitCode);
    });
  });
  const running = await vscode.tasks.executeTask(task);
  act?.(running);
  return code;
}

describe('what an assistant, tasks.json and the Test Explorer can use', function () {
  this.timeout(120_000);

  before(async () => {
    await activate();
  });

  it('offers its tools to language models', async () => {
    await until('the tools', () => tools.every(t => vscode.lm.tools.some(known => known.name === t)));
  });

  it('describes a model with its shapes and places', async () => {
    const model = await call('describe_model', { file: 'digits/digits.py' });
    assert.equal(model['model'], 'DigitsNet');
    assert.equal(model['problems'].length, 0);
    const conv = model['nodes'].find((n: { op: string }) => n.op === 'Conv');
    assert.equal(conv.output[0], 'N');
    assert.ok(conv.source.line > 1);
    await assert.rejects(
      async () => call('describe_model', { file: '../../etc/passwd' }),
      /There is no file/,
      'nothing outside of the workspace',
    );
    await assert.rejects(
      async () => call('describe_model', { file: 'digits/digits.py', class: 'Nett' }),
      /It has/,
    );
    await assert.rejects(
      async () => call('describe_model', { path: 'digits/digits.py' }),
      /"file" is missing/,
    );
    await assert.rejects(
      async () => call('describe_model', { file: 'digits/digit.py' }),
      /Did you mean "digits\/digits.py"/,
    );
    await assert.rejects(async () => call('describe_model', { file: 'digits' }), /digits\/digits.py/);
  });

  it('trains a model on data for which there is no experiment, and writes one', async () => {
    write(
      'stranger/flower.py',
      `from torch import nn


class Flower(nn.Module):
    def __init__(self, hidden=8):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, hidden), nn.Tanh(), nn.Linear(hidden, 3))

    def forward(self, x):
        return self.net(x)
`,
    );
    write('stranger/flowers.csv', read('iris/iris.csv'));
    const ask = { model: 'stranger/flower.py', data: 'stranger/flowers.csv' };
    await assert.rejects(async () => call('train_model', { model: ask.model }), /as "data"/);
    await assert.rejects(async () => call('train_model', { ...ask, target: 'specie' }), /"species"/);
    const first = await call('train_model', { ...ask, target: 'species', set: { epochs: 2 } });
    assert.deepEqual(first['wrote'], ['stranger/flower-flowers.vitrine.json']);
    assert.equal(first['state'], 'finished');
    const again = await call('train_model', { ...ask, set: { epochs: 2 } });
    assert.equal(again['wrote'], undefined);
    assert.equal(again['loss'], first['loss']);
    for (const name of ['weights', 'checkpoint'])
      fs.rmSync(path.join(file(again['folder']).fsPath, `${name}.safetensors`), { force: true });
    await assert.rejects(
      async () => call('explain_prediction', { run: again['run'], row: 1 }),
      new RegExp(`has no weights.*"${first['run']}"`),
    );
  });

  it('trains, compares, explains and judges, with numbers, run and seed', async () => {
    const first = await call('train_model', {
      experiment: 'breast-cancer/tumor.vitrine.json',
      set: { epochs: 4 },
    });
    assert.equal(first['state'], 'finished');
    assert.equal(first['epochs'], 4);
    const second = await call('train_model', {
      experiment: 'breast-cancer/tumor.vitrine.json',
      seed: 7,
      set: { epochs: 4 },
    });
    assert.equal(second['seed'], 7);
    const compared = await call('compare_runs', { runs: [first['run'], second['run']] });
    assert.deepEqual(
      compared['settings'].map((s: { name: string }) => s.name),
      ['seed'],
    );
    const why = await call('explain_prediction', { run: second['run'], row: 3 });
    assert.equal(why['run'], second['run']);
    assert.equal(why['method'], 'integrated_gradients');
    assert.ok(why['trust'].measures.length > 1);
    assert.ok(why['strongest'].length > 5 && why['strongest'].length <= 20);
    const fair = await call('check_fairness', { run: second['run'], by: ['mean_radius'] });
    assert.ok(Object.keys(fair['groups']).length > 1);
    await assert.rejects(
      async () => call('check_fairness', { run: second['run'], by: ['mean_radios'] }),
      /mean_radius/,
    );
    await assert.rejects(
      async () => call('explain_prediction', { run: 'nothing' }),
      /There is no run "nothing"/,
    );
    await assert.rejects(
      async () => call('train_model', { experiment: 'digit.vitrine.json' }),
      /Did you mean|There are/,
    );
  });

  it('runs a training as a task and ends with its exit code', async () => {
    assert.equal(await execute(await taskOf('train', 'net/net.vitrine.json')), 0);
  });

  it('ends with another exit code where a check fails', async () => {
    write(
      'habits/dead.py',
      `import torch.nn.functional as F
from torch import nn


class Dead(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 5)
        nn.init.constant_(self.fc1.bias, -99.0)
        self.fc2 = nn.Linear(5, 1)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))
`,
    );
    write(
      'habits/dead.vitrine.json',
      JSON.stringify({
        model: { file: 'dead.py', class: 'Dead' },
        data: { kind: 'csv', file: path.join(file('net').fsPath, 'moons.csv'), target: 'moon' },
        loss: 'mse',
        optimizer: { name: 'Adam', lr: 0.01 },
        epochs: 1,
      }),
    );
    const task = await until('the new experiment’s task', async () =>
      (await vscode.tasks.fetchTasks({ type: 'vitrine' })).find(
        t => t.definition['task'] === 'test' && t.definition['experiment'] === 'habits/dead.vitrine.json',
      ),
    );
    assert.equal(await execute(task), 1);
  });

  it('stops a training when its task is terminated', async () => {
    const task = await taskOf('train', 'digits/digits.vitrine.json');
    const api = await activate();
    const ended = execute(task, async running => {
      await until('the training', () => api.live !== undefined);
      running.terminate();
    });
    await ended;
    await until('no training', () => api.live === undefined);
  });
});
