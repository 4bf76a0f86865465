/** The memory plan: no buffer is overwritten while somebody still reads it. */
import assert from 'node:assert/strict';
import { outputsOf, planMemory } from '../../../src/engine/compile/memory';
import type { Plan } from '../../../src/engine/compile/plan';
import type { KernelCall } from '../../../src/engine/op';
import { Random } from '../../../src/model/random';

/** Runs a plan on a block of memory in which each value is the name of the buffer that should be there. */
function simulate(plan: Plan): void {
  const { offsets, bytes, copies } = planMemory(plan);
  const owner = new Map<number, string>();
  const range = (buffer: string): [number, number] => {
    const start = offsets.get(buffer);
    assert.ok(start !== undefined && start % 16 === 0, `${buffer} has a place`);
    const end = start + plan.sizes.get(buffer)! * 4;
    assert.ok(end <= bytes, `${buffer} lies inside`);
    return [start, end];
  };
  const write = (buffer: string) => {
    const [start, end] = range(buffer);
    for (let at = start; at < end; at += 4) owner.set(at, buffer);
  };
  const holds = (buffer: string, when: string) => {
    const [start, end] = range(buffer);
    for (let at = start; at < end; at += 4) {
      assert.equal(owner.get(at), buffer, `${buffer} is intact ${when}`);
    }
  };
  for (const b of [...plan.inputs, ...plan.residents, ...plan.constants.keys()]) write(b);
  plan.calls.forEach((call, i) => {
    for (const x of call.inputs) holds(x.buffer, `when call ${i} reads it`);
    for (const { buffer } of outputsOf(call)) {
      const [start, end] = range(buffer);
      for (const x of call.inputs) {
        const [from, to] = range(x.buffer);
        const apart = end <= from || to <= start;
        assert.ok(apart || (call.elementwise && start === from), `call ${i} writes beside ${x.buffer}`);
      }
      write(buffer);
    }
    for (const { buffer } of outputsOf(call)) holds(buffer, `after call ${i}`);
  });
  for (const b of plan.outputs) holds(b, 'at the end');
  for (const { from } of copies) holds(from, 'when it is copied');
  for (const { resident, value } of plan.updates) {
    if (!copies.some(c => c.to === resident)) {
      assert.equal(offsets.get(value), offsets.get(resident));
      holds(value, 'at the end');
    }
  }
  for (const b of [...plan.inputs, ...plan.constants.keys()]) holds(b, 'after the run');
}

function planOf(
  calls: [output: string, inputs: string[], elementwise?: boolean, also?: string[]][],
  sizes: Record<string, number>,
  more: Partial<Plan>,
): Plan {
  const concrete = (buffer: string) => ({ buffer, shape: [sizes[buffer]!] });
  return {
    calls: calls.map(
      ([output, inputs, elementwise, also]): KernelCall => ({
        name: output,
        source: '',
        inputs: inputs.map(concrete),
        output: concrete(output),
        ...(elementwise && { elementwise }),
        ...(also && { also: also.map(concrete) }),
      }),
    ),
    sizes: new Map(Object.entries(sizes)),
    inputs: [],
    residents: [],
    constants: new Map(),
    updates: [],
    outputs: [],
    ...more,
  };
}

describe('memory plan', () => {
  it('shares the memory of values that are no longer read', () => {
    const plan = planOf(
      [
        ['a', ['x']],
        ['b', ['a']],
        ['c', ['b']],
        ['y', ['c']],
      ],
      { x: 100, a: 100, b: 100, c: 100, y: 100 },
      { inputs: ['x'], outputs: ['y'] },
    );
    simulate(plan);
    const { offsets } = planMemory(plan);
    assert.equal(offsets.get('c'), offsets.get('a'));
  });

  it('updates weights in place where nobody reads the old ones afterwards', () => {
    const sizes = { w: 4, g: 4, next: 4, y: 4, x: 4 };
    const inPlace = planOf(
      [
        ['y', ['x', 'w']],
        ['g', ['y']],
        ['next', ['w', 'g'], true],
      ],
      sizes,
      { inputs: ['x'], residents: ['w'], outputs: ['y'], updates: [{ resident: 'w', value: 'next' }] },
    );
    simulate(inPlace);
    assert.deepEqual(planMemory(inPlace).copies, []);
    const late = planOf(
      [
        ['g', ['x', 'w']],
        ['next', ['w', 'g'], true],
        ['y', ['w']],
      ],
      sizes,
      { inputs: ['x'], residents: ['w'], outputs: ['y'], updates: [{ resident: 'w', value: 'next' }] },
    );
    simulate(late);
    assert.deepEqual(planMemory(late).copies, [{ from: 'next', to: 'w' }]);
  });

  it('holds for random plans', () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = new Random(seed, 'plan');
      const sizes: Record<string, number> = { x0: 5, x1: 17, w0: 9, w1: 30, k: 3 };
      const known = Object.keys(sizes);
      const calls: [string, string[], boolean, string[]][] = [];
      for (let i = 0; i < 25; i++) {
        const inputs = Array.from(
          { length: 1 + random.integer(3) },
          () => known[random.integer(known.length)]!,
        );
        const name = `v${i}`;
        const elementwise = random.integer(2) === 0;
        sizes[name] = elementwise ? sizes[inputs[0]!]! : 1 + random.integer(40);
        const also = elementwise && random.integer(3) === 0 ? [`w${i}`] : [];
        for (const other of also) sizes[other] = sizes[name];
        calls.push([name, inputs, elementwise, also]);
        known.push(name, ...also);
      }
      const pick = (size: number) => calls.find(([n]) => sizes[n] === size)?.[0];
      const updates = ['w0', 'w1'].flatMap(resident => {
        const value = pick(sizes[resident]!);
        return value === undefined ? [] : [{ resident, value }];
      });
      simulate(
        planOf(calls, sizes, {
          inputs: ['x0', 'x1'],
          residents: ['w0', 'w1'],
          constants: new Map([['k', new Float32Array(3)]]),
          outputs: ['v24', `v${random.integer(24)}`],
          updates,
        }),
      );
    }
  });
});
