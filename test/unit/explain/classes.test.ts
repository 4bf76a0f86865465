/** Methods about the whole model: which class they are about, and what they call what they were given. */
import assert from 'node:assert/strict';
import { explain } from '../../../src/explain/explain';
import { methods } from '../../../src/explain/registry';
import { engine } from './_engine';
import { tensor } from './_nets';
import { lean, tableWorld, type World } from './_worlds';

describe('methods about the whole model', () => {
  let world: World;
  before(async function () {
    this.timeout(60_000);
    world = await tableWorld();
  });

  const ask = (method: string, more: object = {}) =>
    explain({
      engine,
      ...world,
      loss: { name: 'cross_entropy' },
      method,
      options: lean[method] ?? {},
      ...more,
    });

  it('answer alike for every class, unless they say that they are about one', async () => {
    for (const m of methods.filter(x => x.scope === 'model' && !x.suits?.(world.model, world.dataset))) {
      const { ofClass } = m;
      const of = typeof ofClass === 'object' ? { [ofClass.option]: ofClass.value } : {};
      const seen = async (options: object) => {
        const [a, b] = await Promise.all(
          ['no', 'yes'].map(target => ask(m.id, { target, options: { ...lean[m.id], ...options } })),
        );
        return JSON.stringify([a!.attribution, a!.figures]) === JSON.stringify([b!.attribution, b!.figures]);
      };
      // Columns interact in the probability of one of two classes as in that of the other.
      if (m.id !== 'feature_interaction') assert.equal(await seen(of), ofClass === undefined, m.id);
      if (typeof ofClass === 'object') assert.ok(await seen({}), `${m.id} as usual`);
    }
  }).timeout(60_000);

  it('call a concept from a folder by its name', async () => {
    const shape = [6, 8];
    const examples = async () =>
      tensor(
        shape,
        Array.from({ length: 48 }, (_, i) => Math.sin(i * i)),
      );
    for (const concept of ['/home/me/pictures/striped', 'C:\\pictures\\striped\\', 'striped']) {
      const e = await ask('concept_activation', { examples, options: { runs: 4, concept } });
      assert.equal(e.attribution.names?.[0], 'striped');
      assert.match(e.text, /"striped"/);
      assert.doesNotMatch(JSON.stringify([e.text, e.figures]), /pictures/);
    }
  });

  it('tell a large tree by its first questions, a small one whole', async () => {
    const large = await ask('decision_tree', { options: { depth: 5, leaf: 2 } });
    assert.match(large.text, /^.*A tree with \d+ leaves asks first: \S+ ≤ \S+\? \(on average/);
    assert.ok((large.text.match(/≤/g) ?? []).length <= 3, large.text);
    const small = await ask('decision_tree', { options: { depth: 1 } });
    assert.match(small.text, /A tree with 2 leaves answers like this: If /);
    const chinese = await ask('decision_tree', { options: { depth: 5, leaf: 2 }, language: 'zh' });
    assert.match(chinese.text, /个叶子的树先问：/);
  });
});
