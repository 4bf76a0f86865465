import * as assert from 'node:assert/strict';
import { modelFlops, parameterCount } from '../../../src/editor/text/facts';
import { unitText } from '../../../src/editor/text/focus';
import {
  callHover,
  classHover,
  type HoverFacts,
  modulesHover,
  untranslated,
} from '../../../src/editor/text/hover';
import { callAt, modulesAt } from '../../../src/editor/text/places';
import type { OpDefinition } from '../../../src/engine/op';
import type { Model } from '../../../src/model/graph';
import { file, net } from './model';

const gemm: OpDefinition = {
  name: 'Gemm',
  summary: 'Matrix product plus bias.',
  formula: 'y = x Wᵀ + b',
  infer: () => [],
  // 2 in·out for the product; the bias is one more per output.
  flops: ([, w], [y]) => {
    const [out, inner] = w!.shape as number[];
    return typeof y!.shape[0] === 'number'
      ? y!.shape[0] * out! * (2 * inner! + 1)
      : `${out! * (2 * inner! + 1)}*N`;
  },
};
const relu: OpDefinition = {
  name: 'Relu',
  summary: 'max(0, x).',
  formula: 'y = max(0, x)',
  infer: () => [],
  flops: () => '5*N',
};
const facts: HoverFacts = {
  ops: new Map([gemm, relu].map(o => [o.name, o])),
  t: untranslated,
};

describe('facts', () => {
  it('count parameters as PyTorch does: 2·5 + 5 + 5·1 + 1', () => {
    assert.equal(parameterCount(net), 21);
    assert.equal(parameterCount(net, 'fc1'), 15);
  });

  it('leave buffers out', () => {
    const model: Model = {
      ...net,
      parameters: [...net.parameters, { ...net.parameters[0]!, name: 'bn.running_mean', kind: 'buffer' }],
    };
    assert.equal(parameterCount(model), 21);
  });

  it('give FLOPs per sample', () => {
    assert.equal(modelFlops(net, facts.ops, 'fc1'), 25);
    assert.equal(modelFlops(net, facts.ops), 25 + 5 + 11);
  });

  it('say nothing of FLOPs when an op is unknown', () => {
    assert.equal(modelFlops(net, new Map([['Gemm', gemm]])), undefined);
  });
});

describe('hover', () => {
  it('on a definition tells shapes, parameters with their count, FLOPs, start and formula', () => {
    const text = modulesHover(net, modulesAt(net, file, { line: 7, column: 25 }), facts);
    for (const part of [
      '**fc1**',
      '`Linear(in_features=2, out_features=5, bias=True)`',
      '`[N, 2]` → `[N, 5]`',
      '15 = 5·2 (`weight`) + 5 (`bias`)',
      '25 per sample',
      'U(−0.707, 0.707)',
      '`y = x Wᵀ + b`',
    ])
      assert.ok(text.includes(part), `${part} is not in\n${text}`);
  });

  it('writes FLOPs that follow a length as a formula of it', () => {
    const gemms = { ...gemm, flops: () => '6144*N*T+72*N*T*T' };
    const text = modulesHover(net, modulesAt(net, file, { line: 7, column: 25 }), {
      ...facts,
      ops: new Map([...facts.ops, ['Gemm', gemms]]),
    });
    assert.ok(text.includes('`72·T² + 6,144·T` per sample'), text);
  });

  it('gives a linear layer its own formula where it is computed by its parts, as with more than two dimensions', () => {
    const part = (op: string, place: number) => ({ ...net.nodes[0]!, id: `p${place}`, op });
    const parts: Model = {
      ...net,
      nodes: [...['Transpose', 'MatMul', 'Add'].map(part), ...net.nodes.slice(1)],
    };
    const product: OpDefinition = {
      name: 'MatMul',
      summary: 'Product.',
      formula: 'y = a b',
      infer: () => [],
    };
    const text = modulesHover(parts, modulesAt(parts, file, { line: 7, column: 25 }), {
      ...facts,
      ops: new Map([...facts.ops, ['MatMul', product]]),
    });
    assert.match(text, /`y = x Wᵀ \+ b`/);
  });

  it('shows tokens that are spaces and line ends, and leaves classes as they are', () => {
    const row = { row: 3, value: 1 };
    const unit = {
      unit: 0,
      top: [
        { ...row, target: ' ', token: '\n' },
        { ...row, target: ' >50K' },
      ],
    };
    assert.equal(unitText(unit as never, untranslated), 'row 3 (␣) “⏎” 1, row 3 ( >50K) 1');
  });

  it('after training adds statistics with a picture', () => {
    const trained = {
      run: 'r1',
      epochs: 50,
      parameters: [
        {
          name: 'fc1.weight',
          shape: [5, 2],
          mean: 0.1,
          std: 0.5,
          min: -1,
          max: 1,
          histogram: [1, 4, 4, 1],
          gradientNorm: 0.02,
        },
        { name: 'fc2.weight', shape: [1, 5], mean: 9, std: 9, min: 9, max: 9, histogram: [5] },
      ],
    };
    const text = modulesHover(net, modulesAt(net, file, { line: 7, column: 25 }), { ...facts, trained });
    assert.match(text, /50 epochs, run `r1`/);
    assert.match(
      text,
      /\| `weight` \| 0\.1 \| 0\.5 \| 0\.02 \| !\[from −1 to 1\]\(data:image\/svg\+xml;base64,/,
    );
    assert.ok(!text.includes('fc2'));
  });

  it('on a call of a layer tells of the layer', () => {
    const text = callHover(net, callAt(net, file, { line: 11, column: 25 })!, facts);
    assert.match(text, /\*\*fc1\*\*/);
  });

  it('on a function tells the op', () => {
    const text = callHover(net, callAt(net, file, { line: 11, column: 14 })!, facts);
    assert.match(text, /\*\*Relu\*\* · max\\\(0, x\\\)\\\./);
    assert.match(text, /`\[N, 5\]` → `\[N, 5\]`/);
    assert.match(text, /`y = max\(0, x\)`/);
  });

  it('on a class tells the whole', () => {
    const text = classHover(net, facts);
    assert.match(text, /`\[N, 2\]` → `\[N, 1\]`/);
    assert.match(text, /\| Parameters \| 21 \|/);
    assert.match(text, /\| Layers \| 2 \|/);
  });

  it('of several modules from one line is a list', () => {
    const definition = net.modules[1]!.definition!;
    const modules = net.modules.slice(1).map(m => ({ ...m, definition }));
    const text = modulesHover({ ...net, modules: [net.modules[0]!, ...modules] }, modules, facts);
    assert.match(text, /2 modules from this line · 21 parameters/);
    assert.match(text, /\| `fc2` \|/);
  });

  it('shows names of the user as text, never as Markdown', () => {
    const evil = { ...net.modules[1]!, path: 'a](command:x)', type: '`|<b>' };
    const text = modulesHover(net, [evil], facts);
    assert.ok(!/[^\\]\]\(command/.test(text), text);
    assert.ok(!/[^\\]\|<b>/.test(text), text);
  });
});
