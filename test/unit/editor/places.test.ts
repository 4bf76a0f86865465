import * as assert from 'node:assert/strict';
import { shapeHints } from '../../../src/editor/text/hints';
import {
  callAt,
  callsIn,
  modulesAt,
  modulesNamed,
  samePath,
  sourceOf,
} from '../../../src/editor/text/places';
import type { Model, Node } from '../../../src/model/graph';
import { file, net, range } from './model';

describe('places', () => {
  it('find the module whose definition is there', () => {
    assert.deepEqual(
      modulesAt(net, file, { line: 8, column: 20 }).map(m => m.path),
      ['fc2'],
    );
    assert.deepEqual(modulesAt(net, file, { line: 8, column: 19 }), []);
    assert.deepEqual(modulesAt(net, '/other.py', { line: 8, column: 20 }), []);
  });

  it('find the innermost call', () => {
    assert.equal(callAt(net, file, { line: 11, column: 22 })?.visits[0]?.[0]?.id, 'n1');
    assert.equal(callAt(net, file, { line: 11, column: 15 })?.visits[0]?.[0]?.id, 'n2');
  });

  it('find modules by the attribute that holds them', () => {
    assert.deepEqual(
      modulesNamed(net, 'Net', 'fc2').map(m => m.path),
      ['fc2'],
    );
    assert.deepEqual(modulesNamed(net, 'Other', 'fc2'), []);
  });

  it('know where a module stands', () => {
    assert.equal(sourceOf(net, 'fc1')?.line, 7);
    assert.equal(sourceOf(net, '')?.line, 4);
  });

  it("compare paths as their system does: Windows' ignore case, others do not", () => {
    assert.ok(samePath('C:\\a\\Net.py', 'c:/a/net.py'));
    assert.ok(!samePath('/a/Net.py', '/a/net.py'));
  });
});

describe('visits of one expression', () => {
  const chain = (modules: string[], call = range(11, 13, 32)): Node[] =>
    modules.map((module, i) => ({
      id: `n${i}`,
      op: 'Gemm',
      module,
      inputs: [i === 0 ? 'x' : `v${i - 1}`],
      outputs: [`v${i}`],
      attributes: {},
      call,
    }));
  const model = (nodes: Node[], called: string[]): Model => ({
    ...net,
    nodes,
    values: {
      ...net.values,
      ...Object.fromEntries(
        nodes.map((n, i) => [
          n.outputs[0]!,
          { id: n.outputs[0]!, dtype: 'float32' as const, shape: ['N', i + 1] },
        ]),
      ),
    },
    modules: called.map(path => ({
      path,
      type: 'Sequential',
      arguments: '',
      parameters: [],
      inputs: ['x'],
      outputs: ['v0'],
    })),
  });

  it('a Sequential is one visit: its last shape counts', () => {
    const m = model(chain(['net.0', 'net.1', 'net.2']), ['', 'net', 'net.0', 'net.1', 'net.2']);
    assert.equal(callsIn(m, file)[0]?.visits.length, 1);
    assert.equal(shapeHints(m, file)[0]?.label, '[N, 3]');
  });

  it('a loop over a ModuleList is a visit each', () => {
    const m = model(chain(['layers.0', 'layers.1', 'layers.2']), ['', 'layers.0', 'layers.1', 'layers.2']);
    assert.equal(callsIn(m, file)[0]?.visits.length, 3);
    const [hint] = shapeHints(m, file);
    assert.equal(hint?.label, '[N, 1] … [N, 3]');
    assert.deepEqual(hint?.detail, ['[N, 1]', '[N, 2]', '[N, 3]']);
  });

  it('a block that is used twice is two visits', () => {
    const nodes = chain(['layer.0.conv', 'layer.1.conv']);
    // What lies between the two visits stands elsewhere.
    nodes[1] = { ...nodes[1]!, inputs: ['between'] };
    const m = model(nodes, ['', 'layer', 'layer.0', 'layer.1', 'layer.0.conv', 'layer.1.conv']);
    assert.equal(callsIn(m, file)[0]?.visits.length, 2);
  });
});

describe('shape hints', () => {
  it('stand behind each call, once where an inner one says the same', () => {
    assert.deepEqual(
      shapeHints(net, file).map(({ line, column, label }) => ({ line, column, label })),
      [
        { line: 11, column: 32, label: '[N, 5]' },
        { line: 12, column: 27, label: '[N, 1]' },
      ],
    );
  });

  it('show the inner shape where it differs', () => {
    const model: Model = { ...net, values: { ...net.values, h: { ...net.values['h']!, shape: ['N', 7] } } };
    assert.deepEqual(
      shapeHints(model, file).map(h => h.label),
      ['[N, 7]', '[N, 5]', '[N, 1]'],
    );
  });

  it('leave out what has no known shape', () => {
    const { y: _, ...values } = net.values;
    assert.equal(shapeHints({ ...net, values }, file).length, 1);
  });
});
