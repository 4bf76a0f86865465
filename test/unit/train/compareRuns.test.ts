import assert from 'node:assert/strict';
import path from 'node:path';
import { vitrine } from '../cli/_shell';
import { Workspace } from '../service/_workspace';

describe('Runs compared', function () {
  this.timeout(60_000);
  const workspace = new Workspace();
  after(() => workspace.dispose());

  it('tell the settings that differ, the scores, and what makes them hard to compare', async () => {
    const file = workspace.sample('iris', { epochs: 3 });
    const ids: string[] = [];
    for (const set of [['optimizer.lr=0.01'], ['optimizer.lr=0.02', '--seed', '1']]) {
      const trained = await vitrine('train', file, '--json', '--set', ...set);
      assert.equal(trained.code, 0, trained.err);
      ids.push(trained.json().at(-1)!['run']);
    }
    const folders = ids.map(id => path.join(path.dirname(file), '.vitrine', 'runs', id));
    const { code, json } = await vitrine('compare', ...folders, '--json');
    assert.equal(code, 0);
    const [result] = json();
    assert.deepEqual(
      result!['runs'].map((r: { run: string }) => r.run),
      ids,
    );
    assert.deepEqual(result!['settings'], [
      { name: 'optimizer.lr', values: [0.01, 0.02] },
      { name: 'seed', values: [0, 1] },
    ]);
    for (const r of result!['runs']) {
      assert.equal(r.epochs, 3);
      assert.ok(Number.isFinite(r.test.accuracy));
      assert.ok(r.bestValid.loss.value <= r.valid.loss);
    }
    assert.deepEqual(result!['notes'], []);
    const shown = await vitrine('compare', ...folders);
    assert.match(shown.out, /optimizer\.lr +0\.01 +0\.02/);
  });

  it('need two, that are there', async () => {
    const one = await vitrine('compare', workspace.folder, '--json');
    assert.equal(one.code, 2);
    const none = await vitrine('compare', workspace.folder, path.join(workspace.folder, 'nothing'), '--json');
    assert.notEqual(none.code, 0);
    assert.match(none.err, /nothing/);
  });
});
