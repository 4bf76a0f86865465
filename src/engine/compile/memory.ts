/**
 * The memory plan: where in one block each buffer lies. What is written, kept or read from outside has a place of its
 * own; all else shares places as soon as its last reader has run. An elementwise kernel may write where its dying
 * input lies, and a resident's new value where the old one lies, if nobody reads the old one afterwards.
 */
import type { KernelCall } from '../op';
import type { Plan } from './plan';

export interface MemoryPlan {
  /** Byte offsets, multiples of 16. */
  offsets: ReadonlyMap<string, number>;
  bytes: number;
  /** Updates that are left to be copied after a run. */
  copies: readonly { from: string; to: string }[];
}

/** All that a call writes. */
export function outputsOf(call: KernelCall) {
  return [call.output, ...(call.also ?? [])];
}

const align = (bytes: number) => Math.ceil(bytes / 16) * 16;

/**
 * @param start bytes at the front that are left free
 * @param staged residents that lie where inner values do: they are read between runs alone
 */
export function planMemory(plan: Plan, start = 0, staged: ReadonlySet<string> = new Set()): MemoryPlan {
  const { calls, sizes } = plan;
  const offsets = new Map<string, number>();
  let bytes = align(start);
  // One vector past the end, so that kernels may load whole vectors.
  const roomOf = (buffer: string) => align((sizes.get(buffer) ?? 0) * 4 + 16);
  const place = (buffer: string) => {
    if (offsets.has(buffer)) return;
    offsets.set(buffer, bytes);
    bytes += roomOf(buffer);
  };
  for (const b of [...plan.inputs, ...plan.residents, ...plan.constants.keys()]) if (!staged.has(b)) place(b);
  for (const call of calls) if (call.once) place(call.output.buffer);

  const lastRead = new Map<string, number>();
  const writtenAt = new Map<string, number>();
  calls.forEach((call, i) => {
    for (const x of call.inputs) lastRead.set(x.buffer, i);
    for (const { buffer } of outputsOf(call)) if (!writtenAt.has(buffer)) writtenAt.set(buffer, i);
  });

  // New values of residents, in place where that is safe.
  const copies: { from: string; to: string }[] = [];
  const outputs = new Set(plan.outputs);
  const taken = new Set<string>();
  for (const { resident, value } of plan.updates) {
    const at = writtenAt.get(value);
    const last = lastRead.get(resident) ?? -1;
    const safe =
      at !== undefined &&
      !offsets.has(value) &&
      !outputs.has(resident) &&
      !taken.has(value) &&
      sizes.get(value) === sizes.get(resident) &&
      (last < at || (last === at && calls[at]!.elementwise === true));
    if (safe) {
      offsets.set(value, offsets.get(resident)!);
      taken.add(value);
    } else copies.push({ from: value, to: resident });
  }
  for (const b of plan.outputs) place(b);
  for (const { from } of copies) place(from);

  const inner = bytes;
  // The rest: first fit into what is free.
  const free: { start: number; size: number }[] = [];
  const release = (start: number, size: number) => {
    let at = free.findIndex(f => f.start > start);
    if (at < 0) at = free.length;
    free.splice(at, 0, { start, size });
    for (const i of [at, at - 1]) {
      const [here, after] = [free[i], free[i + 1]];
      if (here && after && here.start + here.size === after.start) {
        here.size += after.size;
        free.splice(i + 1, 1);
      }
    }
  };
  const pooled = new Map<string, number>();
  const allocate = (buffer: string) => {
    const size = roomOf(buffer);
    pooled.set(buffer, size);
    const hole = free.findIndex(f => f.size >= size);
    if (hole < 0) {
      offsets.set(buffer, bytes);
      bytes += size;
      return;
    }
    const f = free[hole]!;
    offsets.set(buffer, f.start);
    f.start += size;
    f.size -= size;
    if (f.size === 0) free.splice(hole, 1);
  };
  calls.forEach((call, i) => {
    const outs = outputsOf(call).map(o => o.buffer);
    const dying = [...new Set(call.inputs.map(x => x.buffer))].filter(
      b => pooled.has(b) && lastRead.get(b) === i,
    );
    for (const out of outs) {
      if (offsets.has(out)) continue;
      const heir = call.elementwise
        ? dying.find(b => b !== out && sizes.get(b) === sizes.get(out))
        : undefined;
      if (heir !== undefined) {
        offsets.set(out, offsets.get(heir)!);
        pooled.set(out, pooled.get(heir)!);
        pooled.delete(heir);
        dying.splice(dying.indexOf(heir), 1);
      } else allocate(out);
    }
    for (const b of dying) {
      release(offsets.get(b)!, pooled.get(b)!);
      pooled.delete(b);
    }
    // A value that nobody reads.
    for (const out of outs) {
      if (!pooled.has(out) || lastRead.has(out)) continue;
      release(offsets.get(out)!, pooled.get(out)!);
      pooled.delete(out);
    }
  });
  for (const b of staged) {
    offsets.set(b, inner);
    bytes = Math.max(bytes, inner + roomOf(b));
  }
  return { offsets, bytes, copies };
}
