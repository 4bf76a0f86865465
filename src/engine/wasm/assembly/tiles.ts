/**
 * A module of its own for the wide blocks, which V8 compiles with pairs of 128-bit instructions joined to 256-bit ones;
 * the narrow ones are there to be compared with. The rest of the micro-kernels is compiled without that (../wide.ts).
 */
export { shifted16, shifted8, tile16, tile8 } from './tile';
