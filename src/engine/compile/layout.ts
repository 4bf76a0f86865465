/** Where everything of a plan lies in the CPU executor's memory, and so how much it takes: the executor's own reckoning. */
import { fastKernels } from '../wasm/fastKernels';
import { NATIVE_BYTES } from '../wasm/instantiate';
import { fuseElementwise } from './fuse';
import { type MemoryPlan, planMemory } from './memory';
import { packWeights } from './packWeights';
import type { Plan } from './plan';
import { viewRows } from './viewRows';

const PAGE = 65536;

export interface Layout extends MemoryPlan {
  /** With its elementwise kernels joined and its weights packed. */
  plan: Plan;
  /** Where the scratch memory of the first thread begins; the others' follow. */
  scratch: number;
  /** Bytes of it for each thread. */
  scratchSize: number;
  /** Of WebAssembly, for all of it. */
  pages: number;
}

export function layOut(given: Plan, threads: number): Layout {
  const { plan, staged } = packWeights(viewRows(fuseElementwise(given)));
  const memory = planMemory(plan, NATIVE_BYTES, staged);
  const scratchSize = Math.ceil(scratchBytes(plan) / 64) * 64;
  const bytes = memory.bytes + scratchSize * threads;
  // Some more, as kernels may read past the end.
  const pages = Math.ceil(bytes / PAGE) + 16;
  return { ...memory, plan, scratch: memory.bytes, scratchSize, bytes, pages };
}

/** What the hand-written kernels need beside the plan's buffers; they run one after the other. */
function scratchBytes({ calls }: Plan): number {
  return calls.reduce((most, { fast }) => {
    const kernel = fast && fastKernels[fast.name];
    return kernel ? Math.max(most, kernel.scratchBytes(fast.params)) : most;
  }, 0);
}
