import relaxed from 'kernels:relaxed';
import simd from 'kernels:simd';
import tiles from 'kernels:tiles';
import wide from 'kernels:wide';
import assert from 'node:assert/strict';
import { instantiateNative } from '../../../../src/engine/wasm/native';

describe('micro-kernels', () => {
  // Over a shared memory the plan owns every byte: a table or a string of the module's own would overwrite weights.
  for (const [name, bytes] of [
    ['simd', simd],
    ['relaxed', relaxed],
    ['wide', wide],
    ['tiles', tiles],
  ] as const) {
    it(`bring no data of their own (${name})`, () => {
      let at = 8;
      const leb = (): number => {
        let value = 0;
        for (let shift = 0; ; shift += 7) {
          const byte = bytes[at++]!;
          value |= (byte & 127) << shift;
          if (byte < 128) return value;
        }
      };
      const sections: number[] = [];
      while (at < bytes.length) {
        sections.push(bytes[at++]!);
        const size = leb();
        at += size;
      }
      assert.ok(sections.includes(10), 'there is code');
      assert.ok(!sections.includes(11), 'there is a data section');
    });
  }

  it('leave memory outside their output alone', () => {
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true });
    const native = instantiateNative(memory);
    const f32 = new Float32Array(memory.buffer);
    const [m, n, k] = [5, 11, 7];
    const [a, b, c, work] = [1000, 2000, 3000, 4000];
    f32.fill(7);
    for (let i = 0; i < m * k; i++) f32[a + i] = Math.sin(i);
    for (let i = 0; i < k * n; i++) f32[b + i] = Math.cos(i);
    native['matmul']!(
      1,
      m,
      n,
      k,
      a * 4,
      k,
      1,
      0,
      b * 4,
      n,
      1,
      0,
      c * 4,
      0,
      0,
      0,
      0,
      0,
      Math.ceil(n / 16),
      work * 4,
    );
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let t = 0; t < k; t++) sum += f32[a + i * k + t]! * f32[b + t * n + j]!;
        assert.ok(Math.abs(sum - f32[c + i * n + j]!) < 1e-5);
      }
    }
    for (let i = 0; i < 1000; i++) assert.equal(f32[i], 7);
    for (let i = c + m * n; i < work; i++) assert.equal(f32[i], 7);
  });

  it('give the same bits however a product is split', () => {
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true });
    const native = instantiateNative(memory);
    const f32 = new Float32Array(memory.buffer);
    const [m, n, k] = [37, 75, 301];
    const a = 0;
    const b = a + m * k;
    const c = b + k * n;
    const work = (c + m * n + 64) * 4;
    for (let i = 0; i < c; i++) f32[i] = Math.sin(i * 1.7);
    const product = (byRows: number, cuts: readonly number[]): number[] => {
      for (let i = 1; i < cuts.length; i++) {
        native['matmul']!(
          1,
          m,
          n,
          k,
          a,
          k,
          1,
          0,
          b * 4,
          n,
          1,
          0,
          c * 4,
          0,
          0,
          byRows,
          0,
          cuts[i - 1]!,
          cuts[i]!,
          work,
        );
      }
      return [...f32.slice(c, c + m * n)];
    };
    const whole = product(1, [0, m]);
    assert.deepEqual(product(1, [0, 5, 6, 20, m]), whole);
    assert.deepEqual(product(0, [0, 3, 4, Math.ceil(n / 16)]), whole);
  });
});
