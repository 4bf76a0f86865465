import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import packageJson from '../../../package.json';
import { commands } from '../../../src/cli/commandLine';
import { vitrine } from './_shell';

describe('the command line’s usage', () => {
  it('shows all commands when it is asked nothing, as bad usage', async () => {
    const { code, out, err } = await vitrine();
    assert.equal(code, 2);
    assert.equal(out, '');
    for (const c of commands) assert.match(err, new RegExp(`^  ${c.name} `, 'm'));
  });

  it('shows help, of all and of one', async () => {
    for (const argv of [['--help'], ['-h'], ['help']]) {
      const { code, out } = await vitrine(...argv);
      assert.equal(code, 0);
      assert.match(out, /Usage: vitrine COMMAND/);
    }
    for (const c of commands) {
      const { code, out } = await vitrine(c.name, '--help');
      assert.equal(code, 0);
      for (const option of Object.keys(c.options))
        assert.ok(out.includes(`--${option}`), `${c.name} --${option}`);
    }
    assert.equal((await vitrine('--version')).out, `${packageJson.version}\n`);
  });

  const bad: [string[], RegExp][] = [
    [['trian', 'x'], /no command "trian"\. Did you mean "train"/],
    [['train'], /Something is missing.*Usage: vitrine train/],
    [['graph', 'a', 'b'], /"b" is too much/],
    [['train', 'a.vitrine.json', '--sed', '1'], /Did you mean --seed/],
    [['train', 'a.vitrine.json', '--seed', 'one'], /--seed is "one"; expected a whole number/],
    [['train', 'a.vitrine.json', '--set', 'epochs'], /expected path=value/],
    [['train', 'nowhere.vitrine.json'], /"nowhere\.vitrine\.json" does not exist/],
    [
      ['train', 'nowhere.py'],
      /No experiment beside nowhere\.py names it\. .*--data rows\.csv .* make nowhere\.vitrine\.json/,
    ],
    [['graph', 'nowhere.py'], /no file nowhere\.py/],
    [['check', 'nowhere.py'], /no file nowhere\.py/],
    [['predict', 'nowhere'], /--input DATA\.csv/],
    [['predict', 'nowhere', '--input', 'x.csv'], /no run and no experiment file at nowhere/],
    [['explain', 'nowhere'], /There is no run and no experiment file at nowhere/],
    [
      ['explain', 'nowhere', '--method', 'integrated_gradient', '--row', '1'],
      /Did you mean "integrated_gradients"/,
    ],
    [['explain', 'nowhere', '--method', 'saliency'], /either --row I or --input/],
    [['explain', 'nowhere', '--method', 'saliency', '--row', '-1'], /--row/],
    [['graph', 'x.py', '--input', '1xx8'], /no file|no shape/],
  ];
  for (const [argv, expected] of bad) {
    it(`refuses vitrine ${argv.join(' ')}`, async () => {
      for (const json of [[], ['--json']]) {
        const { code, out, err } = await vitrine(...argv, ...json);
        assert.equal(code, 2, err);
        assert.match(err, expected);
        assert.equal(out, '', 'nothing but results on standard output');
        assert.doesNotMatch(err, /\n\s+at /);
      }
    });
  }

  it('lists methods, ops and formats, from the registries', async () => {
    const [methods] = (await vitrine('methods', '--json')).json();
    assert.ok(methods!['methods'].some((m: { id: string }) => m.id === 'integrated_gradients'));
    assert.ok(methods!['measures'].every((m: { summary: string }) => m.summary));
    const [ops] = (await vitrine('ops', '--json')).json();
    const gemm = ops!['ops'].find((o: { name: string }) => o.name === 'Gemm');
    assert.ok(gemm.torch.includes('nn.Linear') && gemm.differentiable);
    const [formats] = (await vitrine('formats', '--json')).json();
    assert.deepEqual(formats!['models'].find((f: { id: string }) => f.id === 'pytorch').extensions, [
      '.py',
      '.ipynb',
    ]);
    assert.ok(formats!['data'].some((f: { id: string }) => f.id === 'csv'));
    for (const name of ['methods', 'ops', 'formats']) assert.equal((await vitrine(name)).code, 0);
  });
});
