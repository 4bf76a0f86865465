/**
 * e^x, tanh and the sigmoid in line: instruction for instruction what assembly/simd.ts computes, so the same bits. A
 * call would send every vector that a loop holds to the stack and back.
 */
import { at, type Code, get, i32, set, simd } from './encode';

/** Where the coefficients lie: `TABLE` and what is put there in assembly/simd.ts. */
const TABLE = 64;
const EXP = 0;
const TANH = 16;

const codes = {
  add: 0xe4,
  sub: 0xe5,
  mul: 0xe6,
  div: 0xe7,
  pmin: 0xea,
  pmax: 0xeb,
  abs: 0xe0,
  neg: 0xe1,
  lt: 0x43,
  gt: 0x44,
  or: 0x50,
  andnot: 0x4f,
  bitselect: 0x52,
  addInt: 0xae,
} as const;
const SHL_INT = 0xab;
const SHR_INT_U = 0xad;
const RELAXED_MADD = 0x105;

export interface Writer {
  /** Whether the host multiplies and adds in one instruction, as the micro-kernels do then. */
  relaxed: boolean;
  /** A new local for a vector. */
  vector(): number;
}

/** A local that holds a vector. */
type Local = number;

class Inline {
  readonly code: number[] = [];
  constructor(private readonly writer: Writer) {}

  private keep(code: Code): Local {
    const local = this.writer.vector();
    this.code.push(...code, ...set(local));
    return local;
  }

  op(name: keyof typeof codes, ...args: readonly Local[]): Local {
    return this.keep([...args.flatMap(get), ...simd(codes[name])]);
  }

  shifted(x: Local, code: number, bits: number): Local {
    return this.keep([...get(x), ...i32(bits), ...simd(code)]);
  }

  /** A coefficient, broadcast from memory. */
  k(index: number): Local {
    return this.keep([...i32(0), ...simd(0x09), ...at(2, TABLE + 4 * index)]);
  }

  madd(a: Local, b: Local, c: Local): Local {
    if (!this.writer.relaxed) return this.op('add', this.op('mul', a, b), c);
    return this.keep([...get(a), ...get(b), ...get(c), ...simd(RELAXED_MADD)]);
  }

  /** Horner's scheme: the coefficients [from, to] in z. */
  polynomial(z: Local, from: number, to: number): Local {
    let p = this.k(from);
    for (let i = from + 1; i <= to; i++) p = this.madd(p, z, this.k(i));
    return p;
  }

  exp(x: Local): Local {
    const low = this.k(EXP + 1);
    const c = this.op('pmax', this.op('pmin', x, this.k(EXP)), low);
    const shifted = this.madd(c, this.k(EXP + 2), this.k(EXP + 3));
    const n = this.op('sub', shifted, this.k(EXP + 3));
    const r = this.madd(n, this.k(EXP + 5), this.madd(n, this.k(EXP + 4), c));
    const q = this.polynomial(r, EXP + 6, EXP + 11);
    const p = this.op('add', this.madd(q, this.op('mul', r, r), r), this.k(EXP + 12));
    const power = this.op('addInt', this.shifted(shifted, SHL_INT, 23), this.k(EXP + 13));
    const scaled = this.op('mul', this.op('mul', p, power), this.k(EXP + 14));
    return this.op('andnot', scaled, this.op('lt', x, low));
  }

  sigmoid(x: Local): Local {
    const one = this.k(EXP + 12);
    return this.op('div', one, this.op('add', one, this.exp(this.op('neg', x))));
  }

  private saturate(y: Local, x: Local, limit: Local): Local {
    const one = this.k(EXP + 12);
    const sign = this.shifted(this.shifted(x, SHR_INT_U, 31), SHL_INT, 31);
    const clamped = this.op('pmax', this.op('pmin', y, one), this.k(EXP + 15));
    return this.op('bitselect', this.op('or', one, sign), clamped, this.op('gt', this.op('abs', x), limit));
  }

  tanh(x: Local): Local {
    const c = this.op('pmax', this.op('pmin', x, this.k(TANH)), this.k(TANH + 1));
    const z = this.op('mul', c, c);
    const p = this.polynomial(z, TANH + 2, TANH + 8);
    const q = this.madd(this.polynomial(z, TANH + 9, TANH + 11), z, this.k(EXP + 12));
    return this.saturate(this.op('div', this.op('mul', c, p), q), x, this.k(TANH));
  }
}

/** erf in line was measured to be slower than its call, and the logarithm is too long. */
export const inlined = ['exp', 'tanh', 'sigmoid'] as const;

export function isInlined(op: string): op is (typeof inlined)[number] {
  return (inlined as readonly string[]).includes(op);
}

/** Code that leaves the function of what the local `x` holds in `result`. */
export function inline(
  op: (typeof inlined)[number],
  x: number,
  writer: Writer,
): { code: Code; result: number } {
  const made = new Inline(writer);
  const result = made[op](x);
  return { code: made.code, result };
}
