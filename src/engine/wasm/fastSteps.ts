/**
 * One time step of recurrent layers (assembly/recurrent.ts): all gates and states in one pass, split by samples. The first
 * input begins at the parameter `start` (compile/viewRows.ts).
 */
import { type FastKernelDefinition, pick } from './fastKernel';

/** @param operations floating-point operations of one unit of the hidden state, roughly */
function step(name: string, operations: number): FastKernelDefinition {
  return {
    units: p => p['rows']!,
    cost: p => p['width']! * operations,
    scratchBytes: () => 0,
    bind(native, at, p) {
      const f = native[name]!;
      const [x, ...others] = [...at.inputs, at.output, ...at.also] as [number, ...number[]];
      const from = x + 4 * (p['start'] ?? 0);
      const [width] = pick(p, ['width']) as [number];
      return (lo, hi) => f(from, ...others, width, lo, hi);
    },
  };
}

export const stepKernels: Readonly<Record<string, FastKernelDefinition>> = {
  /** Inputs x W + b, h R + b and the cell state; outputs the hidden state, the cell state, the gates. */
  lstmStep: step('lstmStep', 150),
  lstmStepGrad: step('lstmStepGrad', 60),
  /** Inputs x W + b, h R + b and the hidden state; outputs the hidden state and the gates. */
  gruStep: step('gruStep', 100),
  gruStepGrad: step('gruStepGrad', 30),
};
