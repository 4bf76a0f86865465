/** Control flow: put in place where its rounds are known, shown where they are not. */
import { strict as assert } from 'node:assert';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { openOnnxBytes } from '../../../../src/formats/onnx/read';
import { onnxBytes } from '../../../../src/formats/onnx/write';
import { cases } from './cases';
import { bytes, type Fields, node, tensor } from './files';

const whole = (name: string, value: number) => ({
  name,
  dims: [],
  dataType: 7,
  int64Data: [value],
});

/** y + x, `rounds` times; the body may hold another op. */
function looped(rounds: { initializer?: Fields[]; input?: Fields[] }, op = 'Add'): Uint8Array {
  const body = {
    name: 'body',
    node: [
      node('Identity', ['go'], ['goes']),
      node(op, ['state', 'x'], ['next'], { name: 'step' }),
      node('Identity', ['next'], ['seen']),
    ],
    input: [tensor('i', 7, []), tensor('go', 9, []), tensor('state', 1, [2])],
    output: [tensor('goes', 9, []), tensor('next', 1, [2]), tensor('seen', 1, [2])],
  };
  return bytes({
    name: 'g',
    node: [
      node('Loop', ['rounds', '', 'x'], ['y', 'all'], {
        name: 'repeat',
        attribute: [{ name: 'body', g: body, type: 5 }],
      }),
    ],
    input: [tensor('x', 1, [2]), ...(rounds.input ?? [])],
    output: [tensor('y', 1, [2])],
    ...(rounds.initializer && { initializer: rounds.initializer }),
  });
}

describe('control flow of ONNX', () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine();
  });
  after(() => engine.dispose());

  it('a Loop of known rounds is that many copies of its body, each in a scope of its own', async () => {
    const { model, diagnostics, weights } = openOnnxBytes(
      looped({ initializer: [whole('rounds', 3)] }),
      'a.onnx',
    );
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(
      model.nodes.filter(n => n.op === 'Add').map(n => n.module),
      ['repeat.0.step', 'repeat.1.step', 'repeat.2.step'],
    );
    const evaluator = await engine.evaluator(model, { bindings: {}, weights: weights() });
    const { values } = await evaluator.run({ x: { shape: [2], data: Float32Array.of(1, -2) } });
    assert.deepEqual([...values[model.outputs[0]!]!.data], [4, -8]);
    await evaluator.dispose();
  });

  it('a Loop whose rounds come from outside is shown with one copy of its body, and has as many when it runs', async () => {
    const { model, unsupported, waits, weights } = openOnnxBytes(
      looped({ input: [tensor('rounds', 7, [])] }),
      'a.onnx',
    );
    assert.deepEqual(
      model.nodes.map(n => n.op).filter(op => op !== 'Identity'),
      ['Add', 'Loop'],
    );
    assert.deepEqual([unsupported.length, waits.length], [0, 1]);
    const evaluator = await engine.evaluator(model, { bindings: {}, weights: weights() });
    for (const rounds of [1, 4]) {
      const { values } = await evaluator.run({
        x: { shape: [2], data: Float32Array.of(1, -2) },
        rounds: { shape: [], data: Int32Array.of(rounds) },
      });
      assert.deepEqual([...values[model.outputs[0]!]!.data], [1 + rounds, -2 - 2 * rounds]);
    }
    await evaluator.dispose();
  });

  it('a Loop of too many rounds is shown with one copy of its body', () => {
    for (const [rounds, expected] of [
      [{ initializer: [whole('rounds', 100_000)] }, /more than 512 rounds/],
    ] as const) {
      const { model, unsupported } = openOnnxBytes(looped(rounds as never), 'a.onnx');
      assert.deepEqual(
        model.nodes.map(n => n.op).filter(op => op !== 'Identity'),
        ['Add', 'Loop'],
      );
      assert.equal(unsupported.length, 1);
      assert.match(unsupported[0]!.op, expected);
    }
  });

  it('what is not run inside is counted once, not once a round', () => {
    const { model, unsupported } = openOnnxBytes(
      looped({ initializer: [whole('rounds', 5)] }, 'Bernoulli'),
      'a.onnx',
    );
    assert.deepEqual(
      unsupported.map(u => [u.op.split(' ')[0], u.count]),
      [
        ['Bernoulli', 1],
        ['Loop', 1],
      ],
    );
    assert.ok(model.nodes.some(n => n.op === 'Bernoulli') && model.nodes.some(n => n.op === 'Loop'));
  });

  /** x is doubled until it is beyond 100, at most so many times; `seen` also collects what it was. */
  function doubled(most: number | undefined, seen = false): Uint8Array {
    const limit = { name: 'limit', dims: [], dataType: 1, floatData: [100] };
    const body = {
      name: 'body',
      node: [
        node('Add', ['state', 'state'], ['next']),
        node('Less', ['next', 'limit'], ['below']),
        ...(seen ? [node('Identity', ['next'], ['one'])] : []),
      ],
      input: [tensor('i', 7, []), tensor('go', 9, []), tensor('state', 1, [])],
      output: [tensor('below', 9, []), tensor('next', 1, []), ...(seen ? [tensor('one', 1, [])] : [])],
    };
    return bytes({
      name: 'g',
      node: [
        node('Less', ['x', 'limit'], ['begin']),
        node('Loop', [most === undefined ? '' : 'most', 'begin', 'x'], ['y', ...(seen ? ['all'] : [])], {
          attribute: [{ name: 'body', g: body, type: 5 }],
        }),
      ],
      input: [tensor('x', 1, [])],
      output: [tensor('y', 1, [])],
      initializer: [limit, ...(most === undefined ? [] : [whole('most', most)])],
    });
  }

  it('a loop ends where its condition says while it runs', async () => {
    const { model, diagnostics, weights } = openOnnxBytes(doubled(12), 'a.onnx');
    assert.deepEqual(diagnostics, []);
    const evaluator = await engine.evaluator(model, { bindings: {}, weights: weights() });
    for (const [x, y] of [
      [3, 192],
      [150, 150],
      [0.25, 128],
      [0.001, 4.096],
    ] as const) {
      const { values } = await evaluator.run({ x: { shape: [], data: Float32Array.of(x) } });
      assert.ok(Math.abs(values[model.outputs[0]!]!.data[0]! - y) < 1e-5);
    }
    await evaluator.dispose();
  });

  it('a loop without a most number of rounds, or with outputs of as many rows as it has rounds, is run in steps', async () => {
    for (const file of [doubled(undefined), doubled(12, true)]) {
      const { model, unsupported, waits, weights } = openOnnxBytes(file, 'a.onnx');
      assert.deepEqual(unsupported, []);
      assert.deepEqual(waits, [{ op: 'Loop (its condition)', count: 1 }]);
      const evaluator = await engine.evaluator(model, { bindings: {}, weights: weights() });
      for (const [x, y] of [
        [3, 192],
        [150, 150],
      ] as const) {
        // Without rounds what is collected has no rows, of a shape that nothing tells.
        if (x === 150 && file.length === doubled(12, true).length) continue;
        const { values } = await evaluator.run({ x: { shape: [], data: Float32Array.of(x) } });
        assert.equal(values[model.outputs[0]!]!.data[0], y);
      }
      await evaluator.dispose();
    }
  });

  it('what is not run is counted behind another that is not, too', () => {
    const { unsupported } = openOnnxBytes(
      bytes({
        node: [
          node('MaxUnpool', ['x'], ['q', 's', 'z']),
          node('DeformConv', ['q', 'q', 'z', 'z'], ['m']),
          node('Cast', ['m'], ['y'], { attribute: [{ name: 'to', i: 1, type: 2 }] }),
        ],
        input: [tensor('x', 1, [2, 2])],
        output: [tensor('y', 1, [2, 2])],
      }),
      'a.onnx',
    );
    assert.deepEqual(unsupported, [
      { op: 'DeformConv', count: 1 },
      { op: 'MaxUnpool', count: 1 },
    ]);
  });

  it('says of each operator that is not run where it stands, and what to do', () => {
    const { diagnostics } = openOnnxBytes(
      bytes({
        node: [
          node('MaxUnpool', ['x'], ['q'], { name: '/decoder/unpool/MaxUnpool' }),
          node('MaxUnpool', ['q'], ['m'], { name: '/decoder/again/MaxUnpool' }),
          node('QAttention', ['m'], ['y'], { domain: 'com.microsoft', name: '/rnn/LSTM_quant' }),
        ],
        input: [tensor('x', 1, [2, 2])],
        output: [tensor('y', 1, [2, 2])],
      }),
      'a.onnx',
    );
    assert.deepEqual(
      diagnostics.map(d => [d.severity, d.code]),
      [
        ['error', 'unsupported-op'],
        ['information', 'unsupported-op'],
        ['information', 'unsupported-op'],
      ],
    );
    assert.match(
      diagnostics[1]!.message,
      /^2 nodes MaxUnpool are .* \(operator set 17; the first is "\/decoder\/unpool\/MaxUnpool" in decoder\.unpool\)\. .*MaxUnpool2d/,
    );
    assert.match(
      diagnostics[2]!.message,
      /^One node com\.microsoft\.QAttention is .* it is "\/rnn\/LSTM_quant" in rnn\)\. .*op_types_to_quantize/,
    );
  });

  /** y is x's negative where c says so, else what MaxUnpool would make of it. */
  const lackingBranch = (more: Fields = {}): Fields => ({
    name: 'g',
    node: [
      node('If', ['c'], ['y'], {
        name: 'choice',
        attribute: [
          { name: 'then_branch', g: branchOf('Neg'), type: 5 },
          { name: 'else_branch', g: branchOf('MaxUnpool', { name: '/up/MaxUnpool' }), type: 5 },
        ],
      }),
    ],
    input: [tensor('x', 1, [2]), tensor('c', 9, [])],
    output: [tensor('y', 1, [2])],
    ...more,
  });
  const branchOf = (op: string, more: Fields = {}): Fields => ({
    name: op,
    node: [node(op, ['x'], ['one'], more)],
    output: [tensor('one', 1, [2])],
  });
  const x = { shape: [2], data: Float32Array.of(1, -2) };

  it('runs the branch that is taken, whatever the other one has', async () => {
    const { model, diagnostics, unsupported, weights } = openOnnxBytes(bytes(lackingBranch()), 'a.onnx');
    assert.deepEqual(unsupported, [{ op: 'MaxUnpool', count: 1 }]);
    assert.deepEqual(
      diagnostics.map(d => [d.severity, d.code]),
      [
        ['information', 'needs-value'],
        ['warning', 'unsupported-op'],
        ['information', 'unsupported-op'],
      ],
    );
    assert.match(diagnostics[1]!.message, /MaxUnpool: 1\. It is run: .*values decide/);
    const evaluator = await engine.evaluator(model, { bindings: {}, weights: weights() });
    const { values } = await evaluator.run({ x, c: { shape: [], data: Int32Array.of(1) } });
    assert.deepEqual([...values[model.outputs[0]!]!.data], [-1, 2]);
    await assert.rejects(
      evaluator.run({ x, c: { shape: [], data: Int32Array.of(0) } }),
      /g needs a node that is not run here\. The node "\/up\/MaxUnpool" in .* is MaxUnpool of operator set 17\. .*MaxUnpool2d/,
    );
    // An error ends that run alone.
    const again = await evaluator.run({ x, c: { shape: [], data: Int32Array.of(1) } });
    assert.deepEqual([...again.values[model.outputs[0]!]!.data], [-1, 2]);
    await evaluator.dispose();
  });

  it('names the node of a branch that is known to be taken', () => {
    const never = { name: 'c0', dims: [], dataType: 9, int32Data: [0] };
    const { diagnostics, unsupported } = openOnnxBytes(
      bytes(
        lackingBranch({
          node: [node('Identity', ['c0'], ['c']), ...(lackingBranch()['node'] as Fields[])],
          input: [tensor('x', 1, [2])],
          initializer: [never],
        }),
      ),
      'a.onnx',
    );
    assert.deepEqual(unsupported, [{ op: 'MaxUnpool', count: 1 }]);
    assert.equal(diagnostics[0]!.severity, 'error');
  });

  it('runs what does not need an operator that is not run', async () => {
    const file = bytes({
      name: 'g',
      node: [
        node('Neg', ['x'], ['y']),
        node('MaxUnpool', ['x'], ['q'], { name: 'up' }),
        node('Relu', ['q'], ['z']),
        // A use of an operator that is not run: its attributes are not those of the node that is shown.
        node('NonZero', ['x'], ['places']),
        node('Slice', ['x', 'places'], ['w']),
      ],
      input: [tensor('x', 1, [2])],
      output: [tensor('y', 1, [2]), tensor('z', 1, [2])],
    });
    const { model, diagnostics, lost, weights } = openOnnxBytes(file, 'a.onnx');
    assert.deepEqual(lost, ['z']);
    const said = diagnostics.find(d => d.severity === 'warning')!;
    assert.match(said.message, /MaxUnpool: 1\. It is run for its other outputs; these need them: "z"\./);
    assert.ok(diagnostics.every(d => d.severity !== 'error'));
    const request = { bindings: {}, weights: weights() };
    const evaluator = await engine.evaluator({ ...model, outputs: ['y'] }, { ...request, gradients: ['x'] });
    const { values, gradients } = await evaluator.run({ x }, { seed: x });
    assert.deepEqual([...values['y']!.data, ...gradients['x']!.data], [-1, 2, -1, 2]);
    await evaluator.dispose();
    await assert.rejects(
      engine.evaluator(model, request),
      /g needs a node that is not run here\. The node "up" in up is MaxUnpool/,
    );
    assert.throws(() => onnxBytes(model, weights()), /no counterpart of "MaxUnpool"/);
    const written = openOnnxBytes(onnxBytes({ ...model, outputs: ['y'] }, weights()), 'b.onnx');
    assert.deepEqual(
      written.model.nodes.map(n => n.op),
      ['Neg'],
    );
  });

  it('bodies in bodies end at a depth', () => {
    const leaf: Fields = { node: [node('Relu', ['x'], ['y'])], output: [tensor('y', 1, [2])] };
    let inner = leaf;
    for (let i = 0; i < 60; i++)
      inner = {
        node: [
          node('If', ['c'], ['y'], {
            attribute: [
              { name: 'then_branch', g: inner, type: 5 },
              { name: 'else_branch', g: leaf, type: 5 },
            ],
          }),
        ],
        output: [tensor('y', 1, [2])],
      };
    const input = [tensor('x', 1, [2]), tensor('c', 9, [])];
    assert.throws(
      () =>
        openOnnxBytes(
          bytes({
            ...inner,
            name: 'g',
            input,
            initializer: [{ name: 'c0', dims: [], dataType: 9, int32Data: [1] }],
          }),
          'a.onnx',
        ),
      /nest deeper|more than 200000 nodes|damaged/,
    );
  });

  it('the tests of the onnx package are among those that are run', () => {
    assert.ok(
      cases.some(c => c.name === 'test_loop11') && cases.some(c => c.name === 'test_scan9_multi_state'),
    );
  });
});
