import assert from 'node:assert/strict';
import { ancestors, calls, type Item, initiallyOpen, treeOf } from '../../../media/panel/graph/tree';
import { gradientNormOf, visibleGraph } from '../../../media/panel/graph/visible';
import { Builder, resnet, transformer } from './fixtures/models';

function outline(item: Item, depth = 0): string {
  const line = `${'  '.repeat(depth)}${item.kind} ${item.name}${item.type && item.type !== item.name ? `: ${item.type}` : ''}`;
  return [line, ...item.children.map(c => outline(c, depth + 1))].join('\n');
}

describe('the tree of groups', () => {
  it('stacks repeated siblings of one structure', () => {
    const tree = treeOf(transformer(12));
    const [embed, stack, norm, head] = tree.root.children;
    assert.deepEqual(
      tree.root.children.map(c => c.kind),
      ['module', 'stack', 'module', 'module'],
    );
    assert.deepEqual([embed!.name, norm!.name, head!.name], ['embed', 'norm', 'head']);
    assert.equal(stack!.name, 'blocks.0 … 11');
    assert.equal(stack!.type, 'Block');
    assert.equal(stack!.children.length, 12);
    assert.equal(stack!.nodes.length, 144);
  });

  it('shows what a block is made of', () => {
    const tree = treeOf(transformer(1));
    assert.equal(
      outline(tree.root),
      [
        'group GPT',
        '  module embed: Embedding',
        '  group blocks.0: Block',
        '    module norm1: LayerNorm',
        '    group attention: SelfAttention',
        '      module qkv: Linear',
        '      op MatMul',
        '      op Softmax',
        '      op MatMul',
        '      module out: Linear',
        '    op Add',
        '    module norm2: LayerNorm',
        '    group mlp: Sequential',
        '      module 0: Linear',
        '      module 1: GELU',
        '      module 2: Linear',
        '    op Add',
        '  module norm: LayerNorm',
        '  module head: Linear',
      ].join('\n'),
    );
  });

  it('splits a module that is called twice into its calls', () => {
    const tree = treeOf(resnet([16]));
    const relus = [...tree.items.values()].filter(i => i.path === 'layer1.0.relu');
    assert.deepEqual(
      relus.map(i => [i.id, i.call, i.nodes.length]),
      [
        ['module:layer1.0.relu', 0, 1],
        ['module:layer1.0.relu#2', 1, 1],
      ],
    );
  });

  it('does not stack blocks of different sizes', () => {
    const tree = treeOf(resnet([16, 32]));
    const layer2 = tree.items.get('module:layer2')!;
    assert.deepEqual(
      layer2.children.map(c => c.kind),
      ['group', 'group'],
    );
  });

  it('splits calls so that folding never makes a cycle', () => {
    // 0 -> 1 -> 2 -> 3, members 0, 2, 3: the path leaves at 1.
    assert.deepEqual(calls([0, 2, 3], [[], [0], [1], [2]]), [[0], [2, 3]]);
    // Parallel members stay together.
    assert.deepEqual(calls([1, 2], [[], [0], [0], [1, 2]]), [[1, 2]]);
    // Leaving and coming back twice opens three rounds.
    assert.deepEqual(calls([0, 2, 4], [[], [0], [1], [2], [3]]), [[0], [2], [4]]);
  });

  it('keeps the whole graph acyclic at every fold of its groups', () => {
    const tree = treeOf(resnet([16, 32, 64]));
    const groups = [...tree.items.values()].filter(i => i.children.length);
    for (let k = 0; k < groups.length; k++) {
      const open = new Set([tree.root.id, ...groups.slice(0, k).map(g => g.id)]);
      const { cards, edges } = visibleGraph(tree, open);
      const waiting = new Map(
        cards.map(c => [c.id, new Set(edges.filter(e => e.to === c.id).map(e => e.from))]),
      );
      for (let done = true; done && waiting.size; ) {
        done = false;
        for (const [id, from] of waiting) {
          if ([...from].some(f => waiting.has(f))) continue;
          waiting.delete(id);
          done = true;
        }
      }
      assert.equal(waiting.size, 0, `a cycle with ${k} groups open`);
    }
  });

  it('opens from the top down as far as can be read', () => {
    const tree = treeOf(resnet([16, 32, 64]));
    const open = initiallyOpen(tree, 12);
    assert.ok(visibleGraph(tree, open).cards.length <= 12 + 2);
    assert.ok(open.has(tree.root.id));
    const all = initiallyOpen(tree, 1000);
    assert.ok(all.has('module:layer1.0'));
    assert.ok(![...initiallyOpen(treeOf(transformer(12)), 1000)].some(id => id.startsWith('stack:')));
  });

  it('knows what hides an item', () => {
    const tree = treeOf(transformer(3));
    assert.deepEqual(ancestors(tree, 'module:blocks.1.mlp.0'), [
      'module:blocks.1.mlp',
      'module:blocks.1',
      'stack:module:blocks.0',
      'module:',
    ]);
  });

  it('reads an empty model and one without modules', () => {
    assert.equal(treeOf(new Builder('Empty').build([], [])).root.children.length, 0);
    const b = new Builder('Flat');
    const x = b.input('x', ['N', 2]);
    const y = b.call('Relu', '', [x], ['N', 2]);
    const { cards, edges } = visibleGraph(treeOf(b.build([x], [y])), new Set(['module:']));
    assert.deepEqual(
      cards.map(c => c.kind),
      ['input', 'op', 'output'],
    );
    assert.equal(edges.length, 2);
  });
});

describe('what is visible', () => {
  it('carries shapes along edges and never draws parameters as inputs', () => {
    const tree = treeOf(transformer(12));
    const { cards, edges } = visibleGraph(tree, new Set([tree.root.id]));
    assert.deepEqual(
      edges.map(e => e.label),
      ['N×T', 'N×T×64', 'N×T×64', 'N×T×64', 'N×T×256'],
    );
    const stack = cards.find(c => c.kind === 'stack')!;
    assert.equal(stack.repeats, 12);
    // norm1, norm2: 2·64 each; qkv 64·192 + 192; out 64·64 + 64; mlp 2·64·256 + 256 + 64.
    assert.equal(stack.parameters, 12 * (256 + 12288 + 192 + 4096 + 64 + 32768 + 320));
    assert.deepEqual(stack.outputs, [['N', 'T', 64]]);
  });

  it('counts a shared parameter once', () => {
    const b = new Builder('Tied');
    b.module('fc', 'Linear', '', { weight: [2, 2] });
    let x = b.input('x', ['N', 2]);
    x = b.call('Gemm', 'fc', [x], ['N', 2]);
    x = b.call('Relu', '', [x], ['N', 2]);
    x = b.call('Gemm', 'fc', [x], ['N', 2]);
    const tree = treeOf(b.build(['x'], [x]));
    assert.equal(tree.items.get('module:')!.children.length, 3);
    const whole = visibleGraph(tree, new Set());
    assert.ok(whole.cards.filter(c => c.kind === 'module').every(c => c.parameters === 4));
  });

  it('adds up gradient norms as norms add up', () => {
    const card = { parameterNames: ['a', 'b', 'c'] };
    assert.equal(gradientNormOf(card, { a: 3, b: 4 }), 5);
    assert.equal(gradientNormOf(card, {}), undefined);
  });
});
