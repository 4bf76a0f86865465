import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { root, Workspace } from '../service/_workspace';
import { vitrine } from './_shell';

let workspace: Workspace;
let experiment: string;
const hostile = `<script>alert("x")</script>`;

/** A table of people whose group matters, with a name that no page may obey. */
function people(): string {
  const lines = ['sex,age,income,rare,always,approved'];
  let seed = 7;
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
  for (let i = 0; i < 400; i++) {
    const sex = random() < 0.5 ? 'F' : hostile;
    const age = 18 + Math.floor(random() * 50);
    const income = Math.round(2000 + 2000 * random() + (sex === 'F' ? 0 : 600));
    lines.push(
      `"${sex.replaceAll('"', '""')}",${age},${income},${i % 100 === 0 ? 'few' : 'many'},EU,${income > 3200 ? 'yes' : 'no'}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

describe('vitrine fairness and vitrine report', function () {
  this.timeout(120_000);

  before(async () => {
    workspace = new Workspace();
    experiment = workspace.sample('net', {
      data: { kind: 'csv', file: 'people.csv', target: 'approved', features: ['age', 'income'] },
      epochs: 60,
      sensitive: ['sex'],
    });
    writeFileSync(join(dirname(experiment), 'people.csv'), people());
    const { code, err } = await vitrine('train', experiment, '--json');
    assert.equal(code, 0, err);
  });
  after(() => workspace.dispose());

  it('tells rates by group and gaps between them, by the column that the experiment names', async () => {
    const { code, err, json } = await vitrine('fairness', experiment, '--json');
    assert.equal(code, 0, err);
    const [f] = json();
    assert.deepEqual(Object.keys(f!['groups']), [hostile, 'F']);
    const rates = Object.values<Record<string, number>>(f!['groups']).map(g => g['selection_rate']!);
    assert.ok(
      Math.abs(f!['metrics'].demographic_parity_difference - Math.abs(rates[0]! - rates[1]!)) < 1e-12,
    );
    const again = await vitrine('fairness', experiment, '--by', 'sex', '--json');
    assert.deepEqual(again.json(), json());
    const both = await vitrine('fairness', experiment, '--by', 'sex,age', '--mitigate', 'equalized_odds');
    assert.match(both.err + both.out, /quantiles|one class|no rows/);
  });

  it('leaves small groups out of the gaps, and says so', async () => {
    const { code, json } = await vitrine('fairness', experiment, '--by', 'rare', '--json');
    assert.equal(code, 0);
    const [f] = json();
    assert.deepEqual(f!['metrics'], {});
    assert.match(f!['notes'].join(' '), /Fewer than 10 rows.*"few"/);
  });

  for (const [what, args, expected] of [
    ['a column that there is not', ['--by', 'sxe'], /no column "sxe".*Did you mean "sex"/],
    ['a column of one value', ['--by', 'always'], /"EU" in all 80 rows/],
    ['the target', ['--by', 'approved'], /what the model predicts/],
    ['a class that there is not', ['--target', 'yess'], /no class "yess".*"yes"/],
    ['a criterion that there is not', ['--mitigate', 'parity'], /--mitigate is "parity"/],
  ] as const)
    it(`says what is wrong with ${what}`, async () => {
      const { code, err } = await vitrine('fairness', experiment, ...args);
      assert.equal(code, 2, err);
      assert.match(err, expected);
    });

  it('tells the rule that was planted, with its precision and coverage', async () => {
    for (const row of ['1', '2', '3']) {
      const { code, err, json } = await vitrine('anchor', experiment, '--row', row, '--json');
      assert.equal(code, 0, err);
      const [a] = json();
      assert.ok(
        a!['conditions'].some((c: { column: string }) => c.column === 'income') || a!['precision'] > 0.9,
        JSON.stringify(a),
      );
      const [low, high] = a!['interval'];
      assert.ok(low <= a!['precision'] && a!['precision'] <= high);
      assert.ok(a!['coverage'] > 0 && a!['coverage'] <= 1);
      assert.deepEqual((await vitrine('anchor', experiment, '--row', row, '--json')).json(), json());
    }
  });

  it('writes one page without scripts, that gives the experiment back', async () => {
    const page = join(workspace.folder, 'page.html');
    const { code, err } = await vitrine('report', experiment, '-o', page, '--json');
    assert.equal(code, 0, err);
    const text = readFileSync(page, 'utf8');
    assert.doesNotMatch(text, /<script|<link|<img|javascript:|url\(|@import|\bon\w+=/i);
    assert.doesNotMatch(text, /NaN|undefined|\[object/);
    for (const id of ['quality', 'explanations', 'fairness', 'training', 'architecture', 'data', 'again'])
      assert.ok(text.includes(`<section id="${id}">`), id);
    assert.ok(text.includes('Trust'));
    const folder = join(workspace.folder, 'again');
    const out = await vitrine('report', '--extract', page, '-o', folder);
    assert.equal(out.code, 0, out.err);
    assert.equal(
      readFileSync(join(folder, 'net.py'), 'utf8'),
      readFileSync(join(dirname(experiment), 'net.py'), 'utf8'),
    );
    const back = JSON.parse(readFileSync(join(folder, 'net.vitrine.json'), 'utf8'));
    assert.deepEqual(back.sensitive, ['sex']);
    const twice = await vitrine('report', '--extract', page, '-o', folder);
    assert.equal(twice.code, 2);
    assert.match(twice.err, /is there already/);
  });

  it('explains the rows, compares the groups and asks the methods that it is told to', async () => {
    const file = join(workspace.folder, 'asked.html');
    const asked = ['--row', '3', '-m', 'saliency', '-m', 'partial_dependence', '--by', 'rare'];
    const { code, err } = await vitrine('report', experiment, '-o', file, ...asked);
    assert.equal(code, 0, err);
    const page = readFileSync(file, 'utf8');
    assert.match(page, /Row 3, as asked · Saliency/);
    assert.match(page, /What matters over all rows · Partial dependence/);
    assert.match(page, /Groups of rare/);
    for (const [args, expected] of [
      [['--row', 'x'], /--row x is no row/],
      [['-m', 'salience'], /Did you mean "saliency"/],
      [['-m', 'saliency'], /Say which with --row/],
    ] as const) {
      const wrong = await vitrine('report', experiment, '-o', file, ...args);
      assert.equal(wrong.code, 2);
      assert.match(wrong.err, expected);
    }
  });

  it('writes no file outside of the folder, whatever the report says', async () => {
    const page = join(workspace.folder, 'evil.html');
    writeFileSync(page, '<pre id="vitrine-experiment" data-name="../x.vitrine.json">{}</pre>');
    const { code, err } = await vitrine('report', '--extract', page, '-o', join(workspace.folder, 'evil'));
    assert.equal(code, 2);
    assert.match(err, /impossible name/);
  });

  it('reports a run whose answers are sequences, with one of them explained over its sound', async () => {
    const run = join(root, 'media/samples/speech-recognition/trained');
    const [id] = readdirSync(run);
    const file = join(workspace.folder, 'speech.html');
    const { code, err } = await vitrine('report', join(run, id!), '-o', file);
    assert.equal(code, 0, err);
    const page = readFileSync(file, 'utf8');
    assert.match(page, /A typical case: row \d+/);
    assert.match(page, /explains one of its symbols: &quot;\w&quot;.*All that the data say is there/);
    assert.equal(page.match(/<figure class="picture wide">/g)?.length, 2);
    assert.doesNotMatch(page, /NaN|undefined/);
  });

  it('refuses fairness of a model that predicts numbers', async () => {
    const regression = workspace.sample('linear-regression', { epochs: 1 });
    await vitrine('train', regression, '--json');
    const { code, err } = await vitrine('fairness', regression, '--by', 'x');
    assert.equal(code, 2);
    assert.match(err, /predicts a number/);
    const report = await vitrine('report', regression, '-o', join(workspace.folder, 'r.html'));
    assert.equal(report.code, 0, report.err);
  });
});
