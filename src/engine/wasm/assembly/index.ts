/** The SIMD micro-kernels that the CPU executor calls; compiled by AssemblyScript in esbuild.js. */

export { convForward, convGradInput, convGradWeight } from './conv';
export { gemmScratchBytes, matmul } from './gemm';
