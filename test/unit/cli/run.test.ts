import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { runFiles } from '../../../src/train/runs/run';
import { listRuns } from '../../../src/train/runs/runs';
import { root, Workspace } from '../service/_workspace';
import { type Outcome, vitrine } from './_shell';

let workspace: Workspace;
before(() => {
  workspace = new Workspace();
});
after(() => workspace.dispose());

/** Without what depends on the clock. */
const numbers = (o: Outcome) => o.json().map(({ run, seconds, ...rest }) => rest);

describe('vitrine train', function () {
  this.timeout(180_000);

  it('trains a script as its own loop says, and keeps that as an experiment file', async () => {
    const folder = dirname(dirname(workspace.sample('net')));
    const script = join(folder, 'line.py');
    const text = readFileSync(join(root, 'test/reference/training_scripts/by_hand.py'), 'utf8');
    writeFileSync(script, text);
    const trained = await vitrine('train', script, '--json');
    assert.equal(trained.code, 0, trained.err);
    assert.match(trained.err, /Wrote .*line\.vitrine\.json: it trains as line 15 of line\.py does/);
    assert.equal(trained.json().length, 61);
    const again = await vitrine('train', script, '--json');
    assert.deepEqual(numbers(again), numbers(trained));
    assert.doesNotMatch(again.err, /Wrote/);
    const graph = await vitrine('graph', script);
    assert.match(graph.out, /2 parameters/);
    writeFileSync(
      join(folder, 'lost.py'),
      text.replace('w -= learning_rate * w.grad', 'w -= w.grad.sign() * 0.1'),
    );
    const refused = await vitrine('train', join(folder, 'lost.py'));
    assert.equal(refused.code, 2);
    assert.match(refused.err, /lost\.py:19:5: How w changes is more than w -= rate \* w\.grad/);
  });

  it('trains from a table and nothing else, on a target far from 0 and 1 too', async () => {
    const folder = join(dirname(dirname(workspace.sample('net'))), 'alone');
    mkdirSync(folder);
    const rows = Array.from({ length: 300 }, (_, i) => {
      const [area, rooms] = [40 + ((i * 37) % 160), 1 + ((i * 7) % 6)];
      return `${i + 1},${area},${i === 299 ? '' : rooms},${['north', 'south'][i % 2]},${150_000 + 2500 * area + 9000 * rooms + (i % 2) * 40_000}`;
    });
    const table = join(folder, 'flats.csv');
    writeFileSync(table, `id,area,rooms,side,price\n${rows.join('\n')}\n`);
    const none = await vitrine('train', table, '--target', 'prize');
    assert.equal(none.code, 2);
    assert.match(none.err, /no column "prize" in flats\.csv\. Did you mean "price"\?/);
    const trained = await vitrine('train', table, '--json');
    assert.equal(trained.code, 0, trained.err);
    assert.match(trained.err, /Wrote .*flats_net\.py, a small network that predicts "price"/);
    const { test, run } = trained.json().at(-1)!;
    // In its own units: the deviation of the prices is about 120,000.
    assert.ok(test.r2 > 0.95 && test.mae > 100 && test.mae < 25_000, JSON.stringify(test));
    const experiment = readFileSync(join(folder, 'flats_net.vitrine.json'), 'utf8');
    assert.match(experiment, /"targetScale": "standard"/);
    assert.match(experiment, /"exclude": \[\s+"id"\s+\]/);
    assert.match(experiment, /Values are missing \(rooms\)/);
    const values = JSON.stringify({ area: 100, rooms: 3, side: 'north' });
    const asked = await vitrine('predict', join(folder, '.vitrine/runs', run), '--values', values, '--json');
    const { prediction } = asked.json()[0]!;
    assert.ok(Math.abs(prediction - 427_000) < 40_000, `${prediction}`);
    const again = await vitrine('train', table, '--json');
    assert.match(again.err, /flats_net\.vitrine\.json trains on flats\.csv already/);
    assert.deepEqual(numbers(again), numbers(trained));
  });

  for (const [sample, least] of [
    ['digits', 0.96],
    ['breast-cancer', 0.95],
    ['iris', 0.9],
    ['net', 0.9],
  ] as const) {
    it(`reaches ${least} on ${sample} from seed 0, a line an epoch, the same numbers twice`, async () => {
      const file = workspace.sample(sample);
      const [first, second] = [
        await vitrine('train', file, '--seed', '0', '--json'),
        await vitrine('train', file, '--seed', '0', '--json'),
      ];
      assert.equal(first.code, 0, first.err);
      const lines = first.json();
      const { epochs } = JSON.parse(readFileSync(file, 'utf8'));
      assert.deepEqual(
        lines.map(l => l['event']),
        [...Array(epochs).fill('epoch'), 'end'],
      );
      assert.deepEqual(
        lines.slice(0, -1).map(l => l['epoch']),
        Array.from({ length: epochs }, (_, i) => i + 1),
      );
      const end = lines.at(-1)!;
      assert.ok(end['test'].accuracy >= least, `the test accuracy is ${end['test'].accuracy}`);
      for (const key of ['run', 'backend', 'seconds']) assert.ok(key in end, key);
      assert.deepEqual(numbers(second), numbers(first));
      const other = await vitrine('train', file, '--seed', '1', '--set', 'epochs=1', '--json');
      assert.notDeepEqual(other.json()[0]!['train'], lines[0]!['train']);
    });
  }

  it('finds theta of the linear regression by plain gradient descent', async () => {
    const { code, json } = await vitrine('train', workspace.sample('linear-regression'), '--json');
    assert.equal(code, 0);
    assert.ok(json().at(-1)!['test'].r2 > 0.9, JSON.stringify(json().at(-1)));
  });

  it('finds the experiment that names a model’s file', async () => {
    const folder = dirname(workspace.sample('net', { epochs: 1 }));
    const { code, err } = await vitrine('train', join(folder, 'net.py'), '--json');
    assert.equal(code, 0, err);
    writeFileSync(join(folder, 'b.vitrine.json'), readFileSync(join(folder, 'net.vitrine.json')));
    const two = await vitrine('train', `${join(folder, 'net.py')}#Net`);
    assert.equal(two.code, 2);
    assert.match(two.err, /Several experiments name net\.py: "b\.vitrine\.json" or "net\.vitrine\.json"/);
  });

  it('ends with 1 and a message when training diverges', async () => {
    const { code, json, err } = await vitrine(
      'train',
      workspace.sample('linear-regression'),
      ...['--set', 'optimizer.lr=1e20', '--json'],
    );
    assert.equal(code, 1);
    assert.match(err, /became (NaN|infinite) .*epoch \d+, step \d+.*lower/);
    assert.equal(json().at(-1)!['state'], 'failed');
  });

  const badData: [string, (text: string) => string, RegExp][] = [
    ['a missing column', t => t.replace(/^[^,]+/, 'other'), /no column|column/i],
    ['text in a numeric column', t => t.replace(/\n[^,]+,/, '\nabc,'), /abc/],
    ['a missing value', t => t.replace(/\n[^,]+,/, '\n,'), /missing|empty/i],
    ['an empty file', () => '', /empty/],
  ];
  for (const [what, spoil, expected] of badData) {
    it(`says in one message what is wrong with ${what}, and begins no run`, async () => {
      const file = workspace.sample('net', { epochs: 1 });
      const [data] = readdirSync(dirname(file)).filter(f => f.endsWith('.csv'));
      const path = join(dirname(file), data!);
      writeFileSync(path, spoil(readFileSync(path, 'utf8')));
      if (what === 'a missing column') {
        const first = readFileSync(path, 'utf8').split('\n')[0]!.split(',').slice(1);
        assert.ok(first.length > 0);
        const json = JSON.parse(readFileSync(file, 'utf8'));
        writeFileSync(
          file,
          JSON.stringify({ ...json, data: { ...json.data, features: ['gone', first[0]] } }),
        );
      }
      const before = (await listRuns(dirname(file))).length;
      const { code, out, err } = await vitrine('train', file, '--json');
      assert.equal(code, 2, err);
      assert.match(err, expected);
      assert.doesNotMatch(err, /\n\s+at |TypeError/);
      assert.equal(out, '');
      assert.equal((await listRuns(dirname(file))).length, before);
    });
  }

  it('leaves nothing behind of a run that cannot begin', async () => {
    const other = new Workspace();
    try {
      const file = other.sample('net', { metrics: ['acuracy'] });
      const { code, err } = await vitrine('train', file);
      assert.equal(code, 2);
      assert.match(err, /no metric "acuracy"\. Did you mean "accuracy"/);
      assert.deepEqual(readdirSync(join(dirname(file), '.vitrine', 'runs')), []);
    } finally {
      other.dispose();
    }
  });

  it('says that it cannot write, where a file is in the place of the folder', async () => {
    const other = new Workspace();
    try {
      const file = other.sample('net', { epochs: 1 });
      writeFileSync(join(dirname(file), '.vitrine'), 'not a folder');
      const { code, err } = await vitrine('train', file);
      assert.equal(code, 2);
      assert.match(err, /Cannot write .*\.vitrine/);
      assert.equal(readFileSync(join(dirname(file), '.vitrine'), 'utf8'), 'not a folder');
    } finally {
      other.dispose();
    }
  });

  it('is stopped by Ctrl-C with its checkpoint kept, and goes on from there', async () => {
    const other = new Workspace();
    try {
      const file = other.sample('net', { epochs: 1_000_000 });
      const child = spawn(process.execPath, [join(root, 'dist', 'cli.js'), 'train', file, '--json']);
      const text = { out: '', err: '' };
      const ended = new Promise<number | null>(resolve => child.on('exit', resolve));
      child.stderr.on('data', d => {
        text.err += d;
      });
      child.stdout.on('data', d => {
        if (text.out === '') child.kill('SIGINT');
        text.out += d;
      });
      assert.equal(await ended, 1);
      assert.match(text.err, /Stopped after \d+ of 1000000 epochs\. Go on with: vitrine train .* --resume /);
      const end = JSON.parse(text.out.trimEnd().split('\n').at(-1)!);
      assert.equal(end.state, 'stopped');
      const run = join(dirname(file), '.vitrine', 'runs', end.run);
      assert.ok(readdirSync(run).includes(runFiles.checkpoint));
      const snapshot = join(run, runFiles.experiment);
      writeFileSync(snapshot, readFileSync(snapshot, 'utf8').replace('1000000', String(end.epochs + 2)));
      const resumed = await vitrine('train', file, '--resume', end.run, '--json');
      assert.equal(resumed.code, 0, resumed.err);
      assert.deepEqual(
        resumed.json().map(l => l['epoch']),
        [end.epochs + 1, end.epochs + 2, undefined],
      );
    } finally {
      other.dispose();
    }
  });
});

describe('vitrine predict and explain', function () {
  this.timeout(120_000);
  let file: string;
  let data: string;

  before(async function () {
    this.timeout(120_000);
    file = workspace.sample('breast-cancer');
    data = join(dirname(file), 'wdbc.csv');
    const { code, err } = await vitrine('train', file, '--json');
    assert.equal(code, 0, err);
  });

  it('predicts a line a row', async () => {
    const { code, json } = await vitrine('predict', file, '--input', data, '--json');
    assert.equal(code, 0);
    const rows = json();
    assert.equal(rows.length, readFileSync(data, 'utf8').trim().split('\n').length - 1);
    const [header, ...lines] = readFileSync(data, 'utf8').trim().split(/\r?\n/);
    const { target } = JSON.parse(readFileSync(file, 'utf8')).data;
    const at = header!.split(',').indexOf(target);
    const right = rows.filter((r, i) => r['prediction'] === lines[i]!.split(',')[at]).length;
    assert.ok(right / rows.length > 0.95);
    const p = Object.values(rows[0]!['probabilities'] as Record<string, number>);
    assert.ok(Math.abs(p.reduce((a, b) => a + b, 0) - 1) < 1e-9);
  });

  it('needs no target column, and says which column is gone', async () => {
    const rows = readFileSync(data, 'utf8').trim().split(/\r?\n/).slice(0, 4);
    const { target } = JSON.parse(readFileSync(file, 'utf8')).data;
    const drop = (name: string) => {
      const at = rows[0]!.split(',').indexOf(name);
      const path = join(workspace.folder, 'some.csv');
      writeFileSync(
        path,
        rows
          .map(r =>
            r
              .split(',')
              .filter((_, i) => i !== at)
              .join(','),
          )
          .join('\n'),
      );
      return path;
    };
    assert.equal((await vitrine('predict', file, '--input', drop(target), '--json')).json().length, 3);
    const feature = rows[0]!.split(',').find(c => c !== target && c !== 'id')!;
    const { code, err } = await vitrine('predict', file, '--input', drop(feature));
    assert.equal(code, 2);
    assert.ok(err.includes(feature), err);
  });

  it('explains a row as the contract says, never without trust', async () => {
    const { code, json, err } = await vitrine(
      ...['explain', file, '--method', 'integrated_gradients', '--row', '3', '--json'],
    );
    assert.equal(code, 0, err);
    const [e] = json();
    assert.equal(e!['method'], 'integrated_gradients');
    assert.equal(e!['row'], 3);
    assert.equal(e!['attribution'].names.length, e!['attribution'].values.length);
    assert.ok(e!['trust'].measures.length >= 2);
    assert.ok(e!['trust'].score >= 0 && e!['trust'].score <= 1);
    assert.ok(e!['text'].length > 20);
    const forPeople = await vitrine('explain', file, '-m', 'integrated_gradients', '-r', '3');
    assert.match(forPeople.out, /Trust \d+ %/);
    assert.match(forPeople.out, /[█▏▎▍▌▋▊▉]/);
  });

  it('explains the model as a whole', async () => {
    const { code, json, err } = await vitrine(
      'explain',
      file,
      '--method',
      'permutation_importance',
      '--json',
    );
    assert.equal(code, 0, err);
    assert.equal(json()[0]!['row'], null);
  });

  it('refuses a row and a class that there are not', async () => {
    const row = await vitrine('explain', file, '--method', 'saliency', '--row', '99999');
    assert.equal(row.code, 2);
    assert.match(row.err, /no row 99999/);
    const target = await vitrine('explain', file, '--method', 'saliency', '--row', '1', '--target', 'Q');
    assert.equal(target.code, 2);
    assert.match(target.err, /no class "Q"/);
  });

  it('says what is wrong with a truncated weights file, and leaves it as it is', async () => {
    const [latest] = await listRuns(dirname(file));
    const run = join(dirname(file), '.vitrine', 'runs', latest!.id);
    const weights = join(run, runFiles.weights);
    truncateSync(weights, 200);
    const { code, err } = await vitrine('predict', run, '--input', data);
    assert.equal(code, 2);
    assert.match(err, /truncated|damaged/);
    assert.doesNotMatch(err, /\n\s+at /);
    assert.equal(readFileSync(weights).length, 200);
  });
});
