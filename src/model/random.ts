/**
 * Vitrine's one source of chance: xoshiro128** 1.1 (D. Blackman and S. Vigna, "Scrambled Linear Pseudorandom Number
 * Generators", ACM TOMS 2021), 128 bits of state, period 2^128 - 1.
 *
 * A seed alone is not enough: the split, the shuffling of each epoch and the first weights must not change because
 * one of them draws a number more. So each purpose has its own stream, named by a string: `new Random(seed, 'split')`.
 * Same seed and same name give the same numbers on every machine.
 */
export class Random {
  private readonly s = new Uint32Array(4);
  private spare: number | undefined;

  /**
   * @param seed any finite number; integers up to 2^53 are told apart.
   * @param stream what the numbers are for, e.g. "split" or "init:fc1.weight".
   */
  constructor(seed: number, stream = '') {
    if (!Number.isFinite(seed)) throw new RangeError(`the seed ${seed} is not a finite number`);
    // The seed's 64 bits and the stream's name go through a mixing function, so that near seeds start far apart.
    const bits = new Uint32Array(new Float64Array([seed]).buffer);
    let h = mix(mix(0x9e3779b9 ^ bits[0]!) ^ bits[1]!);
    for (let i = 0; i < stream.length; i++) h = mix(h ^ (stream.charCodeAt(i) + 0x85ebca6b));
    let second = mix(h ^ stream.length);
    for (let i = 0; i < 4; i++) {
      h = (h + 0x9e3779b9) >>> 0;
      second = (Math.imul(second, 0x85ebca6b) + 0xc2b2ae35) >>> 0;
      this.s[i] = mix(h) ^ mix(second);
    }
    if (this.s.every(x => x === 0)) this.s[0] = 1;
  }

  /** Continues where `state()` was taken. */
  static from(state: readonly number[]): Random {
    if (state.length < 4 || state.slice(0, 4).every(x => x === 0))
      throw new RangeError('this is no state of a random generator');
    const random = new Random(0);
    random.s.set(state.slice(0, 4));
    random.spare = state[4];
    return random;
  }

  /** What `Random.from` continues from; JSON. */
  state(): number[] {
    return this.spare === undefined ? [...this.s] : [...this.s, this.spare];
  }

  /** Uniform over 0 … 2^32 - 1. */
  uint32(): number {
    const s = this.s;
    const result = Math.imul(rotate(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotate(s[3]!, 11);
    return result;
  }

  /** Uniform over [low, high), with 53 random bits. */
  uniform(low = 0, high = 1): number {
    const x = ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992;
    return low + (high - low) * x;
  }

  /** Normal distribution by Marsaglia's polar method (SIAM Review 6, 1964). */
  normal(mean = 0, std = 1): number {
    if (this.spare !== undefined) {
      const z = this.spare;
      this.spare = undefined;
      return mean + std * z;
    }
    for (;;) {
      const u = this.uniform(-1, 1);
      const v = this.uniform(-1, 1);
      const q = u * u + v * v;
      if (q >= 1 || q === 0) continue;
      const f = Math.sqrt((-2 * Math.log(q)) / q);
      this.spare = v * f;
      return mean + std * u * f;
    }
  }

  /** Uniform over the integers 0 … n - 1, without bias (values from the incomplete last stretch are drawn again). */
  integer(n: number): number {
    if (!Number.isSafeInteger(n) || n < 1 || n > 4294967296)
      throw new RangeError(`there are no integers below ${n} to draw from`);
    const limit = 4294967296 - (4294967296 % n);
    for (;;) {
      const x = this.uint32();
      if (x < limit) return x % n;
    }
  }

  /** Shuffles in place (Fisher and Yates) and returns the same array. */
  shuffle<T extends { length: number; [i: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const x = items[i];
      items[i] = items[j];
      items[j] = x;
    }
    return items;
  }

  /** The integers 0 … n - 1 in random order. */
  permutation(n: number): Int32Array {
    return this.shuffle(Int32Array.from({ length: n }, (_, i) => i));
  }
}

function rotate(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

/** The finaliser of MurmurHash3 (A. Appleby, public domain): each bit of the input moves each bit of the result. */
function mix(x: number): number {
  let h = x >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
