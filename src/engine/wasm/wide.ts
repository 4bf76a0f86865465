/**
 * Blocks of a product of twice the width, where the host makes one 256-bit instruction of two neighbouring 128-bit ones.
 * WebAssembly has no wider vectors, but V8 can join them ("revectorization", an experiment of its compiler for processors
 * with AVX2, in Node since version 22). It is switched on while one small module is compiled, the innermost loops alone
 * (assembly/tiles.ts), whose results are compared with those of the narrow blocks; nothing else is compiled with it.
 */
import tileBytes from 'kernels:tiles';
import { setFlagsFromString } from 'node:v8';

type Block = `${'tile' | 'shifted'}${6 | 4}x${8 | 16}` | `rows6x${8 | 16}`;
type Tiles = Readonly<Record<Block, (...args: number[]) => void>>;

/**
 * How much faster than two narrow blocks a wide one must be: without 256-bit instructions it is slower than they are, with
 * them nearly twice as fast.
 */
const GAIN = 1.1;
/** From this gain on the race is over. */
const CLEAR = 1.4;
/** Rounds of a race at least and at most: other work of the machine may spoil many, and nearly all end after the first few. */
const ROUNDS = { least: 2, most: 60 };

/** @returns the module of wide blocks, or undefined where they would not be faster, or not the same */
export function wideTiles(): WebAssembly.Module | undefined {
  if (process.env['VITRINE_WIDE_SIMD'] === 'off' || !mayJoin()) return undefined;
  const set = (...flags: string[]) => flags.forEach(setFlagsFromString);
  try {
    // By the optimising compiler at once: later the flag would be gone.
    set('--experimental-wasm-revectorize', '--no-liftoff');
    const module = new WebAssembly.Module(tileBytes as BufferSource);
    return arePaired(module) ? module : undefined;
  } catch {
    return undefined;
  } finally {
    set('--no-experimental-wasm-revectorize', '--liftoff');
  }
}

/** Whether this V8 has the flag, as far as can be told without asking it to do what it may not know. */
function mayJoin(): boolean {
  const version = Number.parseFloat(process.versions.v8);
  // In Electron's own processes flags cannot be changed any more; those that run as Node have no type.
  const { type } = process as { type?: string };
  return process.arch === 'x64' && version >= 13 && type === undefined;
}

/** Runs wide and narrow blocks on the same numbers; calls compile them. */
function arePaired(module: WebAssembly.Module): boolean {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536, shared: true });
  const abort = (): never => {
    throw new Error('a block of a product was called with arguments that it does not take');
  };
  const tiles = new WebAssembly.Instance(module, { env: { memory, abort } }).exports as unknown as Tiles;
  const f32 = new Float32Array(memory.buffer);
  const u32 = new Uint32Array(memory.buffer);
  const k = 256;
  // Floats: rows of A, columns of B by 16 and by 8, where the rows of an image start, results of up to 6 x 16.
  const [a, b16, b8, offsets, wide, narrow] = [0, 6 * k, 22 * k, 38 * k, 39 * k, 39 * k + 96];
  for (let i = 0; i < 22 * k; i++) f32[i] = Math.sin(i * 1.7 + 0.1) * 2 ** (i % 5);
  for (let p = 0; p < k; p++) {
    for (let j = 0; j < 16; j++) f32[b8 + (j >> 3) * 8 * k + p * 8 + (j & 7)] = f32[b16 + p * 16 + j]!;
    u32[offsets + p] = ((p * 37) % (15 * k)) * 4;
  }
  const rows = {
    wide: () => tiles.rows6x16(k, 4 * a, 4 * k, 4 * b16, 4 * wide, 64, 4 * b16),
    narrow: () => {
      for (const j of [0, 8])
        tiles.rows6x8(k, 4 * a, 4 * k, 4 * (b8 + j * k), 4 * (narrow + j), 64, 4 * (b16 + j));
    },
  };
  const pairs = ([6, 4] as const).flatMap(height => [
    {
      wide: () => tiles[`tile${height}x16`](k, 4 * a, 4 * b16, 4 * wide, 64, 4 * b16),
      narrow: () => {
        for (const j of [0, 8])
          tiles[`tile${height}x8`](k, 4 * a, 4 * (b8 + j * k), 4 * (narrow + j), 64, 4 * (b16 + j));
      },
    },
    {
      wide: () => tiles[`shifted${height}x16`](k, 4 * a, 4 * offsets, 4 * b16, 4 * wide, 64),
      narrow: () => {
        for (const j of [0, 8])
          tiles[`shifted${height}x8`](k, 4 * a, 4 * offsets, 4 * (b16 + j), 4 * (narrow + j), 64);
      },
    },
  ]);
  return [rows, ...pairs].every(({ wide: fast, narrow: slow }) => {
    fast();
    slow();
    const same = u32.subarray(wide, wide + 96).every((bits, j) => bits === u32[narrow + j]);
    return same && isFaster(fast, slow);
  });
}

/** A race in turns, of which the shortest times count: whatever else the machine does only makes them longer. */
function isFaster(fast: () => void, slow: () => void): boolean {
  const time = (run: () => void): number => {
    const start = performance.now();
    for (let i = 0; i < 20; i++) run();
    return performance.now() - start;
  };
  let [ours, theirs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 1; round <= ROUNDS.most; round++) {
    ours = Math.min(ours, time(fast));
    theirs = Math.min(theirs, time(slow));
    if (round >= ROUNDS.least && ours * CLEAR < theirs) return true;
  }
  return ours * GAIN < theirs;
}
