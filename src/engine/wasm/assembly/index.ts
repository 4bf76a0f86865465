/** The SIMD micro-kernels that the CPU executor calls; compiled by AssemblyScript in esbuild.js. */
export { attention } from './attention';
export { convForward, convGradInput } from './conv';
export { convGradWeight } from './convWeight';
export { ctc, ctcOccupancy } from './ctc';
export { depthForward, depthGradInput } from './depthwise';
export { matmul, packColumns } from './gemm';
export {
  copyRows, gatherRows, indexRange, maxPool, maxPoolGrad, maxPoolIndices, permute, scatterAddRows, scatterRows,
} from './move';
export { patchForward, patchGradInput, patchGradWeight } from './patches';
export { gruStep, gruStepGrad, lstmStep, lstmStepGrad } from './recurrent';
export { meanRows, softmax, softmaxColumns, standardizeRows, sumChannels, sumColumns, varianceChannels, varianceRows } from './rows';
// Exported so that it stays a function of its own: put into its caller, where more is at hand, it runs out of registers.
export { shifted4x8, shifted6x8 } from './shifted';
export { erf4, exp, exp4, init, log4, sigmoid4, tanh, tanh4 } from './simd';
export { volumeForward, volumeGradInput, volumeGradWeight } from './volume';
