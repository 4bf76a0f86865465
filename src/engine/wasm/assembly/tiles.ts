/**
 * A module of its own for the wide blocks, which V8 compiles with pairs of 128-bit instructions joined to 256-bit ones;
 * the narrow ones are there to be compared with. The rest of the micro-kernels is compiled without that (../wide.ts).
 */
export { shifted4x8, shifted4x16, shifted6x8, shifted6x16 } from './shifted';
export { rows6x8, rows6x16, tile4x8, tile4x16, tile6x8, tile6x16 } from './tile';
