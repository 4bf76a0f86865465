import assert from 'node:assert/strict';
import {
  addDims,
  bindDim,
  bindShape,
  concreteShape,
  type Dim,
  equalDims,
  floorDivDims,
  isNegative,
  mulDims,
  polynomialText,
  productOf,
  subDims,
  symbolsOf,
} from '../../../src/model/dim';
import { Random } from '../../../src/model/random';

describe('symbolic sizes', () => {
  it('computes with numbers', () => {
    assert.equal(addDims(2, 3), 5);
    assert.equal(subDims(2, 3), -1);
    assert.equal(mulDims(2, 3), 6);
    assert.equal(floorDivDims(7, 2), 3);
    assert.equal(floorDivDims(-7, 2), -4);
    assert.equal(productOf([]), 1);
    assert.equal(productOf([2, 3, 4]), 24);
  });

  it('writes a formula as one does by hand', () => {
    assert.equal(polynomialText('6144*T+72*T*T'), '72·T² + 6144·T');
    assert.equal(polynomialText(subDims(mulDims('N', 'T'), addDims('T', 3))), 'N·T − T − 3');
    assert.equal(polynomialText('-T*T*T'), '−T³');
    assert.equal(polynomialText(addDims(floorDivDims(subDims('T', 1), 2), 1)), '⌊(T − 1) / 2⌋ + 1');
    assert.equal(polynomialText(mulDims('N', floorDivDims('T', mulDims(2, 'N')))), 'N·⌊T / (2·N)⌋');
    assert.equal(
      polynomialText('12000*T', n => n.toLocaleString('en-US')),
      '12,000·T',
    );
    assert.equal(polynomialText(0), '0');
    assert.equal(polynomialText(7), '7');
  });

  it('writes each polynomial in one way', () => {
    assert.equal(addDims('N', 'N'), '2*N');
    assert.equal(subDims('N', 'N'), 0);
    assert.equal(subDims(1, 'N'), '-N+1');
    assert.equal(mulDims('T', 'N'), 'N*T');
    assert.equal(mulDims(mulDims('N', 'T'), 'N'), 'N*N*T');
    assert.equal(mulDims(0, 'N'), 0);
    assert.equal(mulDims(addDims('N', 1), subDims('N', 1)), 'N*N-1');
    assert.equal(addDims(addDims(3, 'T'), mulDims('N', 'T')), 'N*T+T+3');
    assert.ok(equalDims(mulDims('N', addDims('T', 2)), addDims(mulDims(2, 'N'), mulDims('T', 'N'))));
    assert.ok(!equalDims('N', 'T'));
  });

  it('takes any way of writing', () => {
    assert.equal(addDims('N * (T - 1)', 0), 'N*T-N');
    assert.equal(addDims('-N', 0), '-N');
    assert.equal(addDims('(T - 1)//2 + 1', 0), '((T-1)//(2))+1');
    assert.equal(addDims('((T-1)//(2))', 1), '((T-1)//(2))+1');
    assert.equal(addDims('2*-N', 0), '-2*N');
    assert.equal(addDims('7//2', 0), 3);
    for (const bad of ['', 'N+', '(N', 'N)', 'N/2', 'N M', '2**N', 'N//', '*', '('.repeat(1000)]) {
      assert.throws(() => addDims(bad, 1), SyntaxError, bad);
    }
  });

  it('divides what divides evenly', () => {
    assert.equal(floorDivDims('4*N', 4), 'N');
    assert.equal(floorDivDims('4*N+3', 4), 'N');
    assert.equal(floorDivDims('4*N-1', 4), 'N-1');
    assert.equal(floorDivDims('N*T', 'N'), 'T');
    assert.equal(floorDivDims('N*T+3*N', 'N'), 'T+3');
    assert.equal(floorDivDims('N+1', 'N+1'), 1);
    assert.equal(floorDivDims('N*T+T', 'N+1'), 'T');
    assert.equal(floorDivDims(0, 'N'), 0);
    assert.equal(floorDivDims('N', 2), '((N)//(2))');
    assert.equal(floorDivDims('N-1', 2), '((N-1)//(2))');
    assert.equal(floorDivDims('2*N+T', 2), '((T)//(2))+N');
    assert.equal(floorDivDims('N', -1), '-N');
    assert.equal(floorDivDims(floorDivDims('N', 2), 2), '((((N)//(2)))//(2))');
    assert.throws(() => floorDivDims('N', 0), RangeError);
    assert.throws(() => floorDivDims(3, 0), RangeError);
    assert.throws(() => floorDivDims(3, subDims('N', 'N')), RangeError);
  });

  it('goes on computing with quotients', () => {
    const half = floorDivDims(subDims('T', 1), 2);
    assert.equal(subDims(addDims(half, 1), half), 1);
    assert.equal(mulDims(half, 'N'), '((T-1)//(2))*N');
    assert.equal(floorDivDims(mulDims(half, 'N'), 'N'), half);
    assert.ok(equalDims(mulDims(2, half), addDims(half, half)));
    assert.deepEqual(symbolsOf(mulDims(half, 'N')), ['N', 'T']);
  });

  it('binds symbols, some or all', () => {
    assert.equal(bindDim('N*T+1', { N: 3 }), '3*T+1');
    assert.equal(bindDim('N*T+1', { N: 3, T: 5 }), 16);
    assert.equal(bindDim('((T-1)//(2))+1', { T: 28 }), 14);
    assert.equal(bindDim('((N*T-1)//(2*N))', { N: 2 }), '((2*T-1)//(4))');
    assert.equal(bindDim('((((N)//(2)))//(2))', { N: 11 }), 2);
    assert.deepEqual(bindShape(['N', 4, 'T'], { T: 7 }), ['N', 4, 7]);
    assert.throws(() => bindDim('(7//N)', { N: 0 }), RangeError);
    // A symbol may have any name.
    assert.equal(bindDim('constructor', {}), 'constructor');
  });

  it('names the size that has no value', () => {
    assert.deepEqual(concreteShape([2, 3]), [2, 3]);
    assert.throws(
      () => concreteShape(['N', 3]),
      /The size N of the shape \(N, 3\) is no number before the model runs/,
    );
  });

  it('agrees with whole numbers on random expressions', () => {
    const random = new Random(0, 'dim');
    for (let round = 0; round < 2000; round++) {
      const bindings = { N: 1 + random.integer(9), T: 1 + random.integer(9), C: 1 + random.integer(5) };
      const build = (depth: number): [Dim, number] => {
        const symbol = (['N', 'T', 'C'] as const)[random.integer(3)]!;
        if (depth === 0) {
          const n = random.integer(7);
          return random.integer(2) ? [symbol, bindings[symbol]] : [n, n];
        }
        const [a, x] = build(depth - 1);
        const [b, y] = build(depth - 1);
        switch (random.integer(4)) {
          case 0:
            return [addDims(a, b), x + y];
          case 1:
            return [subDims(a, b), x - y];
          case 2:
            return [mulDims(a, b), x * y];
          default:
            // Only where the divisor is no zero whatever the symbols are.
            return typeof b === 'number' && b > 0
              ? [floorDivDims(a, b), Math.floor(x / y)]
              : [floorDivDims(a, symbol), Math.floor(x / bindings[symbol])];
        }
      };
      const [d, value] = build(3);
      assert.equal(bindDim(d, bindings), value + 0, `${d} with ${JSON.stringify(bindings)}`);
      // The canonical form reads back as itself.
      assert.equal(addDims(d, 0), d);
      assert.equal(subDims(d, d), 0);
    }
  });

  it('tells signs that hold for all sizes', () => {
    for (const d of [-1, '-N', '-2*N*T-3']) assert.equal(isNegative(d), true, String(d));
    for (const d of [0, 3, 'N', 'N*T+1']) assert.equal(isNegative(d), false, String(d));
    assert.equal(isNegative('N-1'), undefined);
  });
});
