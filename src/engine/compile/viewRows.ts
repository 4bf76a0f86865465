/**
 * Leaves out copies of rows that lie side by side where only the steps of recurrent layers read them: these take where
 * their rows begin in the whole. One product makes the inputs of all time steps, and each step reads its part.
 */
import type { KernelCall } from '../op';
import type { Plan } from './plan';

/** Kernels that read their first input from the parameter `start` on (wasm/fastSteps.ts). */
const readers: ReadonlySet<string | undefined> = new Set(['lstmStep', 'gruStep']);

export function viewRows(plan: Plan): Plan {
  const kept = new Set([...plan.outputs, ...plan.updates.map(u => u.value)]);
  const copied = new Set<string>();
  for (const { inputs, fast } of plan.calls)
    inputs.forEach(({ buffer }, i) => {
      if (i > 0 || !readers.has(fast?.name)) copied.add(buffer);
    });
  const views = new Map<string, { whole: KernelCall['inputs'][number]; start: number }>();
  const calls = plan.calls.flatMap((call): KernelCall[] => {
    const { fast, inputs, output } = call;
    if (fast?.name === 'cut' && fast.params['outer'] === 1) {
      if (copied.has(output.buffer) || kept.has(output.buffer)) return [call];
      views.set(output.buffer, { whole: inputs[0]!, start: fast.params['origin']! });
      return [];
    }
    const view = fast && readers.has(fast.name) ? views.get(inputs[0]!.buffer) : undefined;
    if (!view) return [call];
    const { whole, start } = view;
    return [
      {
        ...call,
        inputs: [whole, ...inputs.slice(1)],
        fast: { ...fast!, params: { ...fast!.params, start } },
      },
    ];
  });
  return { ...plan, calls, sizes: new Map([...plan.sizes].filter(([buffer]) => !views.has(buffer))) };
}
