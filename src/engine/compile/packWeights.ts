/**
 * Packs the right operand of products ahead, into the panels that the micro-kernel reads: a weight that stays as it is
 * once, when it is written, and one that several products of a run share (the recurrent weights of all time steps) once a
 * run. The sums are the same bit for bit. A weight that is read packed alone takes no memory in its own form: it is
 * written where the plan's inner values lie, and packed from there at once.
 */
import type { KernelCall } from '../op';
import type { Plan } from './plan';

export interface Packed {
  plan: Plan;
  /** Residents that are there in packed form alone. */
  staged: ReadonlySet<string>;
}

/** As `isSmall` in wasm/assembly/gemm.ts: these products are not packed. */
function isSmall({ m, n, k }: Readonly<Record<string, number>>): boolean {
  return m! * n! * k! < 8192 || n! < 4;
}

/** What of a call's B its panels depend on; undefined where it cannot be packed ahead. */
function layoutOf(call: KernelCall): string | undefined {
  const { fast } = call;
  if (fast?.name !== 'matmul' || isSmall(fast.params) || fast.params['batchB'] !== 0) return undefined;
  const [a, b, bias] = call.inputs;
  if (a!.buffer === b!.buffer || bias?.buffer === b!.buffer) return undefined;
  const { n, k, rsb, csb } = fast.params;
  return [n, k, rsb, csb].join();
}

export function packWeights(plan: Plan): Packed {
  const readers = new Map<string, KernelCall[]>();
  for (const call of plan.calls)
    for (const buffer of new Set(call.inputs.map(c => c.buffer))) {
      const list = readers.get(buffer);
      if (list) list.push(call);
      else readers.set(buffer, [call]);
    }
  // A plan that changes weights hands all of them back: the frozen ones, too, must be there as they are.
  const still = new Set(plan.updates.length > 0 ? [] : plan.residents.filter(b => !plan.outputs.includes(b)));
  const staged = new Set<string>();
  const sizes = new Map(plan.sizes);
  const first: KernelCall[] = [];
  const packed = new Set<string>();
  const pack = (call: KernelCall, buffer: string, once: boolean): KernelCall => {
    const b = call.inputs[1]!;
    const { n, k, rsb, csb } = call.fast!.params as Record<'n' | 'k' | 'rsb' | 'csb', number>;
    const shape = [Math.ceil(n / 16) * 16, k];
    sizes.set(buffer, shape[0]! * k);
    packed.add(buffer);
    return {
      name: 'Pack',
      source: '',
      inputs: [b],
      output: { buffer, shape },
      fast: { name: 'packColumns', params: { n, k, rsb, csb } },
      ...(call.nodes && { nodes: call.nodes }),
      ...(once && { once }),
    };
  };
  const calls = plan.calls.flatMap((call): KernelCall[] => {
    const layout = layoutOf(call);
    if (layout === undefined) return [call];
    const { buffer } = call.inputs[1]!;
    const out: KernelCall[] = [];
    const panels = `panels:${buffer}:${layout}`;
    if (!packed.has(panels)) {
      const all = readers.get(buffer)!;
      const alike = all.filter(c => c.inputs[1]?.buffer === buffer && layoutOf(c) === layout);
      const alone = still.has(buffer) && alike.length === all.length;
      if (!alone && alike.length < 2) return [call];
      const made = pack(call, panels, alone);
      if (alone) {
        staged.add(buffer);
        first.push(made);
      } else out.push(made);
    }
    const [a, , ...rest] = call.inputs;
    const fast = { name: 'matmul', params: { ...call.fast!.params, packed: 1 } };
    const shape = [sizes.get(panels)!];
    return [...out, { ...call, inputs: [a!, { buffer: panels, shape }, ...rest], fast }];
  });
  return { plan: { ...plan, calls: [...first, ...calls], sizes }, staged };
}
