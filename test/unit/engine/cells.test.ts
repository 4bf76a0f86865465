/** Elementwise kernels that the engine compiles and joins itself, held to the ones that gpu.js makes of the same ops. */
import assert from 'node:assert/strict';
import { fuseElementwise } from '../../../src/engine/compile/fuse';
import type { Plan } from '../../../src/engine/compile/plan';
import type { Executor } from '../../../src/engine/executors/executor';
import { webasmExecutor } from '../../../src/engine/executors/webasm';
import type { Concrete, KernelCall } from '../../../src/engine/op';
import { sizeOf } from '../../../src/engine/ops/_launch';
import { mapKernel } from '../../../src/engine/ops/_map';
import { instantiateNative } from '../../../src/engine/wasm/native';
import { Random } from '../../../src/model/random';

const unary = [
  'Math.exp(a * 0.3)',
  'Math.tanh(a)',
  '1 / (1 + Math.exp(-a))',
  'Math.log(Math.abs(a) + 0.1)',
  'Math.sin(a)',
  'Math.floor(a) + Math.ceil(a)',
  'a > 0 ? a : 0',
  'a < 0 ? 0 : a',
  '(a > 0.5 || a < -0.5) && a !== 1 ? -a : a * a',
  'Math.sqrt(Math.abs(a))',
  'Math.min(Math.max(a, -1), 1)',
  'Math.pow(Math.abs(a), 1.5)',
];
const binary = ['a + b', 'a - b * 2', 'a * b', 'a / (Math.abs(b) + 1)', 'a > b ? a : b', 'a === b ? 1 : 0'];

function planOf(calls: readonly KernelCall[], inputs: readonly Concrete[], outputs: readonly string[]): Plan {
  const all = [...inputs, ...calls.map(c => c.output)];
  return {
    calls,
    sizes: new Map(all.map(c => [c.buffer, sizeOf(c.shape)])),
    inputs: inputs.map(c => c.buffer),
    residents: [],
    constants: new Map(),
    updates: [],
    outputs,
  };
}

async function run(executor: Executor, plan: Plan, data: ReadonlyMap<string, Float32Array>) {
  const executable = await executor.compile(plan);
  for (const [buffer, values] of data) executable.write(buffer, values);
  await executable.run(plan.outputs);
  const results = new Map(plan.outputs.map(b => [b, executable.read(b)]));
  await executable.dispose();
  return results;
}

const without = (plan: Plan): Plan => ({
  ...plan,
  calls: plan.calls.map(({ cells: _, ...call }) => call),
});

describe('elementwise kernels', () => {
  let executor: Executor;
  before(() => {
    executor = webasmExecutor();
  });
  after(() => executor.dispose());

  async function compare(plan: Plan, data: ReadonlyMap<string, Float32Array>, what: string) {
    const [ours, theirs] = [await run(executor, plan, data), await run(executor, without(plan), data)];
    for (const [buffer, expected] of theirs) {
      const found = ours.get(buffer)!;
      const scale = expected.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 1e-30);
      expected.forEach((e, i) => {
        const f = found[i]!;
        const near =
          Object.is(e, f) || e === f || Math.abs(e - f) <= 2e-6 * Math.max(scale * 0.01, Math.abs(e));
        assert.ok(near || (Number.isNaN(e) && Number.isNaN(f)), `${what}: ${buffer}[${i}] is ${f}, not ${e}`);
      });
    }
  }

  it('compute each function as gpu.js does, also of what is no number', async () => {
    const x = { buffer: 'x', shape: [29] };
    const values = Float32Array.from({ length: 29 }, (_, i) => (i - 14) * 0.37);
    values.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 100, -100, 1e-20], 3);
    for (const e of unary) {
      const call = mapKernel('f', [x], { buffer: 'y', shape: [29] }, e);
      assert.ok(fuseElementwise(planOf([call], [x], ['y'])).calls[0]!.fused, `${e} is compiled`);
      await compare(planOf([call], [x], ['y']), new Map([['x', values]]), e);
    }
  });

  it('have e^x and tanh in line in the very bits of the micro-kernels', async () => {
    const native = instantiateNative(new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true }));
    const random = new Random(2, 'cells');
    const values = Float32Array.from(
      { length: 4001 },
      (_, i) => random.uniform(-1, 1) * 2 ** ((i % 40) - 30),
    );
    values.set([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      88.8,
      -87.4,
      9.1,
      -9.1,
      -0,
      1e-42,
    ]);
    const x = { buffer: 'x', shape: [values.length] };
    for (const name of ['exp', 'tanh'] as const) {
      const call = mapKernel('f', [x], { buffer: 'y', shape: x.shape }, `Math.${name}(a)`);
      const found = (await run(executor, planOf([call], [x], ['y']), new Map([['x', values]]))).get('y')!;
      values.forEach((v, i) => {
        assert.ok(Object.is(found[i], native[name]!(v)), `${name}(${v}) is ${found[i]}`);
      });
    }
  });

  it('broadcast', async () => {
    const random = new Random(1, 'cells');
    for (const [a, b, y] of [
      [[3, 5], [5], [3, 5]],
      [
        [3, 1],
        [1, 7],
        [3, 7],
      ],
      [
        [2, 3, 1, 5],
        [3, 4, 1],
        [2, 3, 4, 5],
      ],
      [[], [6], [6]],
      [
        [4, 1, 2],
        [1, 3, 2],
        [4, 3, 2],
      ],
    ] as const) {
      const of = (buffer: string, shape: readonly number[]) => ({ buffer, shape });
      const call = mapKernel('f', [of('a', a), of('b', b)], of('y', y), 'a - 2 * b');
      const data = new Map(
        [of('a', a), of('b', b)].map(c => [
          c.buffer,
          Float32Array.from({ length: sizeOf(c.shape) }, () => random.normal()),
        ]),
      );
      await compare(planOf([call], [of('a', a), of('b', b)], ['y']), data, `${a} and ${b}`);
    }
  });

  it('read one buffer as a row and as a column', async () => {
    const as = (shape: readonly number[]) => ({ buffer: 'x', shape });
    const call = mapKernel('f', [as([3, 1]), as([1, 3])], { buffer: 'y', shape: [3, 3] }, 'a * 10 + b');
    const data = new Map([['x', Float32Array.of(1, 2, 3)]]);
    const results = await run(executor, planOf([call], [as([3])], ['y']), data);
    assert.deepEqual([...results.get('y')!], [11, 12, 13, 21, 22, 23, 31, 32, 33]);
  });

  it('are joined without a change of what comes out', async () => {
    let joined = 0;
    for (let seed = 0; seed < 40; seed++) {
      const random = new Random(seed, 'joined');
      const shape = [[6, 7], [42], [2, 3, 7]][random.integer(3)]!;
      const row = [shape.at(-1)!];
      const inputs = [
        { buffer: 'x0', shape },
        { buffer: 'x1', shape },
        { buffer: 'r', shape: row },
        { buffer: 's', shape: [] },
      ];
      const known: Concrete[] = [...inputs];
      const calls: KernelCall[] = [];
      for (let i = 0; i < 12; i++) {
        const output = { buffer: `v${i}`, shape };
        const pick = () => known[random.integer(known.length)]!;
        const [a, b] = [pick(), pick()];
        const e = random.integer(3) === 0 ? unary[random.integer(unary.length)]! : undefined;
        const call = e
          ? mapKernel(`u${i}`, [a], output, e)
          : mapKernel(`b${i}`, [a, b], output, binary[random.integer(binary.length)]!);
        // Now and then one that is not to be joined with others.
        calls.push(random.integer(4) === 0 ? without(planOf([call], [], [])).calls[0]! : call);
        known.push(output);
      }
      const outputs = ['v11', `v${random.integer(11)}`];
      const plan = planOf(calls, inputs, [...new Set(outputs)]);
      const fused = fuseElementwise(plan);
      joined += fused.calls.filter(c => (c.name.match(/ \+ /g) ?? []).length > 0).length;
      const data = new Map(
        inputs.map(c => [c.buffer, Float32Array.from({ length: sizeOf(c.shape) }, () => random.normal())]),
      );
      await compare(plan, data, `seed ${seed}`);
    }
    assert.ok(joined > 40, `only ${joined} were joined`);
  });

  it('leave to gpu.js what they do not understand', () => {
    const x = { buffer: 'x', shape: [4] };
    const call = mapKernel('f', [x], { buffer: 'y', shape: [4] }, 'a % 2');
    assert.equal(fuseElementwise(planOf([call], [x], ['y'])).calls[0]!.fused, undefined);
  });
});
