/** Where the time of a plan goes, kernel by kernel. */
import { outputsOf } from '../compile/memory';
import type { KernelCall } from '../op';

/** By kernel: how often it ran, and the shortest of its times in ms, which other work on the machine disturbs least. */
export type Profile = Map<string, { calls: number; shortest: number }>;

export function noteIn(profile: Profile): (call: KernelCall, milliseconds: number) => void {
  const labels = new Map<KernelCall, string>();
  return (call, milliseconds) => {
    let label = labels.get(call);
    if (label === undefined) {
      label = labelOf(call);
      labels.set(call, label);
    }
    const entry = profile.get(label) ?? { calls: 0, shortest: Number.POSITIVE_INFINITY };
    profile.set(label, entry);
    entry.shortest = Math.min(entry.shortest, milliseconds);
    entry.calls++;
  };
}

function labelOf(call: KernelCall): string {
  const shapes = [...call.inputs, ...outputsOf(call)].map(c => c.shape.join('x'));
  return `${call.name}${call.fast ? ` [${call.fast.name}]` : ''} ${shapes.join(' ')}`;
}
