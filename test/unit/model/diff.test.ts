import { strict as assert } from 'node:assert';
import { describeModel, diffModels, layersOf } from '../../../src/model/diff';
import type { Model, Node, Parameter } from '../../../src/model/graph';

/** A chain of linear layers by name and width, with ReLU calls between them. */
function chain(layers: readonly [path: string, width: number][], first = 4, relu = true): Model {
  const values: Model['values'] = { x: { id: 'x', dtype: 'float32', shape: ['N', first] } };
  const nodes: Node[] = [];
  const parameters: Parameter[] = [];
  const modules: Model['modules'][number][] = [
    { path: '', type: 'Net', arguments: '', parameters: [], inputs: ['x'], outputs: [] },
  ];
  let at = 'x';
  let width = first;
  for (const [i, [path, out]] of layers.entries()) {
    const weight = `${path}.weight`;
    parameters.push({
      name: weight,
      dtype: 'float32',
      shape: [out, width],
      kind: 'parameter',
      trainable: true,
      initializer: { kind: 'zeros' },
    });
    const y = `y${i}`;
    Object.assign(values, { [y]: { id: y, dtype: 'float32', shape: ['N', out] } });
    nodes.push({ id: `n${i}`, op: 'Gemm', module: path, inputs: [at, weight], outputs: [y], attributes: {} });
    modules.push({
      path,
      type: 'Linear',
      arguments: `in_features=${width}, out_features=${out}`,
      parameters: [weight],
      inputs: [at],
      outputs: [y],
    });
    at = y;
    width = out;
    if (relu && i < layers.length - 1) {
      Object.assign(values, { [`r${i}`]: { id: `r${i}`, dtype: 'float32', shape: ['N', out] } });
      nodes.push({ id: `r${i}`, op: 'Relu', module: '', inputs: [at], outputs: [`r${i}`], attributes: {} });
      at = `r${i}`;
    }
  }
  return {
    name: 'Net',
    file: 'net.py',
    format: 'pytorch',
    inputs: ['x'],
    outputs: [at],
    values,
    nodes,
    parameters,
    modules,
  };
}

const summary = (a: Model, b: Model) =>
  diffModels(a, b)
    .layers.filter(l => l.status !== 'same')
    .map(l => `${l.status} ${(l.after ?? l.before)!.path}`);

describe('the difference of two models', () => {
  const base = chain([
    ['fc1', 8],
    ['fc2', 8],
    ['fc3', 2],
  ]);

  it('is nothing for the same', () => {
    const { layers, counts, parameters } = diffModels(base, base);
    assert.equal(counts.same, layers.length);
    assert.deepEqual(
      layers.map(l => l.after!.path),
      ['fc1', ':Relu', 'fc2', ':Relu#2', 'fc3'],
    );
    assert.deepEqual(parameters, { before: 32 + 64 + 16, after: 32 + 64 + 16 });
  });

  it('a layer that is wider changes its neighbours', () => {
    const wider = chain([
      ['fc1', 8],
      ['fc2', 12],
      ['fc3', 2],
    ]);
    assert.deepEqual(summary(base, wider), ['changed fc2', 'changed :Relu#2', 'changed fc3']);
    const fc3 = diffModels(base, wider).layers.at(-1)!;
    assert.deepEqual(
      fc3.changes.map(c => `${c.what}: ${c.before} -> ${c.after}`),
      [
        'arguments: in_features=8, out_features=2 -> in_features=12, out_features=2',
        'input: [N, 8] -> [N, 12]',
        'parameters: weight [2, 8] -> weight [2, 12]',
      ],
    );
  });

  it('layers that came and went stand where they belong', () => {
    const longer = chain([
      ['fc1', 8],
      ['extra', 8],
      ['fc2', 8],
      ['fc3', 2],
    ]);
    assert.deepEqual(summary(base, longer), ['added extra', 'added :Relu#3']);
    const back = diffModels(longer, base).layers.map(l => `${l.status} ${(l.after ?? l.before)!.path}`);
    assert.equal(back.indexOf('removed extra'), 2);
  });

  it('a layer with another name is the same one', () => {
    const renamed = chain([
      ['fc1', 8],
      ['hidden', 8],
      ['fc3', 2],
    ]);
    const { layers, counts } = diffModels(base, renamed);
    const moved = layers.find(l => l.status === 'moved')!;
    assert.deepEqual(
      [moved.before!.path, moved.after!.path, counts.added, counts.removed],
      ['fc2', 'hidden', 0, 0],
    );
  });

  it('nothing in common, an empty model, and a checkpoint without code', () => {
    const empty: Model = {
      ...base,
      nodes: [],
      parameters: [],
      modules: [],
      values: {},
      inputs: [],
      outputs: [],
    };
    assert.equal(diffModels(empty, base).counts.added, 5);
    assert.equal(diffModels(base, empty).counts.removed, 5);
    const weights: Model = { ...base, nodes: [], inputs: [], outputs: [] };
    assert.deepEqual(
      layersOf(weights).map(l => `${l.path} ${l.count}`),
      ['fc1 32', 'fc2 64', 'fc3 16'],
    );
  });

  it('a model as text has a line for each layer', () => {
    assert.equal(
      describeModel(chain([['fc1', 2]])),
      'Net: 8 parameters\ninput [N, 4]\nfc1: Linear(in_features=4, out_features=2) -> [N, 2]\n    weight [2, 4]\noutput [N, 2]\n',
    );
  });
});
