import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { Workspace } from '../service/_workspace';
import { type Json, vitrine } from './_shell';

let workspace: Workspace;
let tumor: string;
let regression: string;

/** What the model says of these values when they are given as a file. */
async function answers(file: string, rows: readonly Record<string, unknown>[]): Promise<Json[]> {
  const names = Object.keys(rows[0]!);
  const path = join(workspace.folder, 'changed.csv');
  writeFileSync(path, [names.join(), ...rows.map(r => names.map(n => r[n]).join())].join('\n'));
  const { code, err, json } = await vitrine('predict', file, '--input', path, '--json');
  assert.equal(code, 0, err);
  return json();
}

describe('vitrine counterfactual', function () {
  this.timeout(120_000);

  before(async () => {
    workspace = new Workspace();
    tumor = workspace.sample('breast-cancer', { epochs: 6 });
    regression = workspace.sample('linear-regression');
    for (const file of [tumor, regression]) {
      const { code, err } = await vitrine('train', file, '--json');
      assert.equal(code, 0, err);
    }
  });
  after(() => workspace.dispose());

  it('finds few changes in raw units that the model answers otherwise, the same with the same seed', async () => {
    const first = await vitrine('counterfactual', tumor, '--row', '3', '--json');
    assert.equal(first.code, 0, first.err);
    const [r] = first.json();
    const found: Json[] = r!['counterfactuals'];
    assert.ok(found.length >= 1);
    const said = await answers(
      tumor,
      found.map(c => c['values']),
    );
    found.forEach((c, i) => {
      assert.equal(said[i]!['prediction'], r!['target'].name);
      assert.equal(c['prediction'].label, r!['target'].name);
      for (const [name, { from, to }] of Object.entries<Json>(c['changes'])) {
        assert.notEqual(from, to);
        assert.equal(c['values'][name], to);
      }
    });
    const sets = found.map(c => Object.keys(c['changes']).sort().join());
    assert.equal(new Set(sets).size, sets.length, 'each answer changes other columns');
    assert.ok(Math.min(...found.map(c => Object.keys(c['changes']).length)) <= 12);
    const again = await vitrine('counterfactual', tumor, '--row', '3', '--json');
    assert.deepEqual(again.json(), first.json());
  });

  it('leaves fixed columns alone and moves others one way only', async () => {
    const free = (await vitrine('counterfactual', tumor, '--row', '3', '--json')).json()[0]!;
    const [name] = Object.keys(free['counterfactuals'][0].changes) as [string];
    const { from, to } = free['counterfactuals'][0].changes[name];
    const way = to > from ? 'decrease' : 'increase';
    const fixed = await vitrine('counterfactual', tumor, '--row', '3', '--fixed', name, '--json');
    const turned = await vitrine('counterfactual', tumor, '--row', '3', `--${way}`, name, '--json');
    for (const c of fixed.json()[0]!['counterfactuals']) assert.ok(!(name in c.changes));
    for (const c of turned.json()[0]!['counterfactuals']) {
      const change = c.changes[name];
      if (change) assert.ok(way === 'increase' ? change.to > change.from : change.to < change.from);
    }
  });

  it('moves a number into a range', async () => {
    const start = (
      await vitrine('counterfactual', regression, '--row', '0', '--target', '>1e9', '--json')
    ).json();
    assert.deepEqual(start[0]!['counterfactuals'], []);
    const value = start[0]!['prediction'].output[0] as number;
    const target = `>${(value + 0.05 * Math.abs(value)).toFixed(3)}`;
    const { code, err, json } = await vitrine(
      ...['counterfactual', regression, '--row', '0', '--target', target, '--json'],
    );
    assert.equal(code, 0, err);
    for (const c of json()[0]!['counterfactuals'])
      assert.ok(c.prediction.output[0] > Number(target.slice(1)));
  });

  for (const [what, args, expected] of [
    ['no row', [], /Which prediction/],
    ['a row that there is not', ['--row', '9999'], /no row 9999/],
    ['a class that there is not', ['--row', '1', '--target', 'Q'], /no class "Q"/],
    [
      'a column that is to stay and free',
      ['--row', '1', '--fixed', 'mean_radius', '--free', 'mean_radius'],
      /at once/,
    ],
    ['a column that there is not', ['--row', '1', '--fixed', 'mean_radus'], /no column.*Did you mean "/],
  ] as const)
    it(`says what is wrong with ${what}`, async () => {
      const { code, err } = await vitrine('counterfactual', tumor, ...args);
      assert.equal(code, 2, err);
      assert.match(err, expected);
    });

  it('asks a model of numbers for a range', async () => {
    const { code, err } = await vitrine('counterfactual', regression, '--row', '1');
    assert.equal(code, 2);
    assert.match(err, /predicts a number.*--target/);
  });

  it('refuses a rule for a number', async () => {
    const { code, err } = await vitrine('anchor', regression, '--row', '1');
    assert.equal(code, 2);
    assert.match(err, /predicts a number/);
  });

  it('tells how little misleads the model, more with more', async () => {
    const { code, err, json } = await vitrine('robustness', tumor, '--json');
    assert.equal(code, 0, err);
    const accuracies: number[] = json()[0]!['points'].map((p: Json) => p['accuracy']);
    assert.ok(accuracies.at(-1)! < json()[0]!['accuracy']);
    const refused = await vitrine('robustness', regression);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /predicts a number/);
  });
});
