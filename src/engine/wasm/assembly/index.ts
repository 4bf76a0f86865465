/** The SIMD micro-kernels that the CPU executor calls; compiled by AssemblyScript in esbuild.js. */
export { convForward, convGradInput, convGradWeight } from './conv';
export { adam, binary, binaryRepeat, sgd, unary, unaryGrad } from './elementwise';
export { gemmScratchBytes, matmul } from './gemm';
export { gatherRows, maxPool, maxPoolGrad, permute, scatterAddRows } from './move';
export { layerNorm, layerNormGrad, layerNormGradParameters, reduceSum, softmax, softmaxGrad } from './rows';
