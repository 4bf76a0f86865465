import assert from 'node:assert/strict';
import { brief, checkInput, withoutNulls } from '../../../src/editor/tools/_input';
import { outlineOf } from '../../../src/editor/tools/_outline';
import type { GraphDescription } from '../../../src/engine/graphDescription';

type Nodes = GraphDescription['nodes'];

const node = (module: string, op: string, size: number, line = 1): Nodes[number] => ({
  name: `${module}:${op}`,
  module,
  op,
  spelling: op,
  inputs: [['N', 8]],
  output: ['N', size],
  parameters: size,
  flops: size,
  source: { file: '/w/net.py', line, column: 1 },
});

const block = (path: string, size = 8): Nodes => [
  node(`${path}.heads.0`, 'MatMul', size),
  node(`${path}.heads.1`, 'MatMul', size),
  node(path, 'Add', size),
];

describe('what a language model is told of a graph', () => {
  it('tells blocks that repeat once, also within each other', () => {
    const nodes = [
      node('stem', 'Gemm', 8),
      ...[0, 1, 2].flatMap(i => block(`blocks.${i}`)),
      node('', 'Relu', 8),
    ];
    const { nodes: told, repeated, note } = outlineOf(nodes, '', () => 'net.py');
    assert.deepEqual(
      told.map(n => n.name),
      ['stem:Gemm', 'blocks.0.heads.0:MatMul', 'blocks.0:Add', ':Relu'],
    );
    assert.deepEqual(repeated, [
      { first: 'blocks.0', last: 'blocks.2', times: 3 },
      { first: 'blocks.0.heads.0', last: 'blocks.0.heads.1', times: 2 },
    ]);
    assert.deepEqual(told[0]!.source, { file: 'net.py', line: 1 });
    assert.equal(note, undefined);
  });

  it('keeps blocks of other sizes apart', () => {
    const { nodes, repeated } = outlineOf([...block('blocks.0'), ...block('blocks.1', 16)]);
    assert.equal(nodes.length, 4);
    assert.ok(repeated!.every(r => r.first !== 'blocks.0'));
  });

  it('folds what is still too long, and shows the inside of a module that is asked for', () => {
    const nodes = Array.from({ length: 400 }, (_, i) => node(`stage${i >> 5}.layer${i}`, 'Relu', i + 1));
    const whole = outlineOf(nodes);
    assert.ok(whole.nodes.length <= 120);
    assert.match(whole.note ?? '', /"module"/);
    const folded = whole.nodes.find(n => n.folded !== undefined)!;
    const inside = outlineOf(nodes, folded.name);
    assert.ok(inside.nodes.length >= folded.folded!);
    assert.ok(inside.nodes.every(n => n.name.startsWith(folded.name)));
  });
});

describe('what a language model gives a tool', () => {
  const schema = {
    properties: {
      file: { type: 'string' },
      row: { type: 'integer', minimum: 0 },
      target: { type: ['string', 'integer'] },
      by: { type: 'array' },
    },
    required: ['file'],
  };
  const says = (input: unknown, message: RegExp) =>
    assert.throws(() => checkInput('explain_it', schema, input), message);

  it('is taken where it is as declared, and where a field is null', () => {
    checkInput('explain_it', schema, { file: 'a.py', row: 3, target: 1, by: ['sex'] });
    checkInput('explain_it', schema, { file: 'a.py', row: null });
    assert.deepEqual(withoutNulls({ a: 1, b: null, c: undefined }), { a: 1 });
  });

  it('is refused with the field, what was found and what is expected', () => {
    says('a.py', /the input is string; expected an object with "file"/);
    says({}, /explain_it: "file" is missing/);
    says({ file: 'a.py', rows: 3 }, /there is no "rows". Did you mean "row"\?/);
    says({ file: 'a.py', row: '3' }, /"row" is "3"; expected integer/);
    says({ file: 'a.py', row: -1 }, /"row" is -1; expected at least 0/);
    says({ file: 'a.py', target: [1] }, /"target" is \[1\]; expected string or integer/);
    says({ file: 'a.py', constructor: 1 }, /there is no "constructor"/);
  });

  it('is answered in numbers of six digits', () => {
    assert.equal(
      JSON.stringify({ a: 1 / 3, b: 12345678, c: 'x' }, brief),
      '{"a":0.333333,"b":12345678,"c":"x"}',
    );
  });
});
