/**
 * Guards (compile/guards.ts) for executors that hand a whole plan to a device and see nothing before its end. Most look
 * at what the host feeds, the tokens of a batch, so the host looks itself and the device is never asked. Those of places
 * that the model computes are read with the results; where the plan changes weights, a small plan of what these places
 * are made of runs ahead. Only where weights decide on places, the step's weights are spoilt before it is seen.
 */
import { VitrineError } from '../../model/errors';
import { outputsOf } from '../compile/memory';
import type { Plan } from '../compile/plan';
import type { KernelCall } from '../op';
import type { Executable } from './executor';

type Data = Float32Array | Int32Array;

/** @param compile compiles a plan without guards. */
export async function withGuards(
  plan: Plan,
  compile: (plan: Plan) => Promise<Executable>,
): Promise<Executable> {
  if (!plan.calls.some(c => c.guard)) return compile(plan);
  const fed = new Set(plan.inputs);
  const early = plan.calls.filter(c => c.guard && fed.has(c.inputs[0]!.buffer));
  const rest = plan.calls.filter(c => c.guard && !early.includes(c));
  const changing = new Set(plan.updates.map(u => u.resident));
  const stays = (c: KernelCall) => !madeOf(plan, [c]).residents.some(b => changing.has(b));
  const ahead = plan.updates.length > 0 ? rest.filter(stays) : [];
  const late = rest.filter(c => !ahead.includes(c));
  const part = madeOf(plan, ahead);
  const scout = ahead.length > 0 ? { executable: await compile(part), plan: part, guards: ahead } : undefined;
  const unused = new Set([...early, ...ahead].map(c => c.output.buffer));
  const made = await compile({
    ...plan,
    calls: plan.calls.flatMap(({ guard: _, ...call }) => (unused.has(call.output.buffer) ? [] : [call])),
    sizes: new Map([...plan.sizes].filter(([b]) => !unused.has(b))),
    outputs: [...plan.outputs, ...late.map(c => c.output.buffer)],
  });
  return new GuardedExecutable(made, plan, early, scout, late);
}

/** The part of a plan that some of its calls depend on, without guards; what they write are its outputs. */
function madeOf(plan: Plan, ends: readonly KernelCall[]): Plan {
  const outputs = ends.map(c => c.output.buffer);
  const needed = new Set(outputs);
  const calls: KernelCall[] = [];
  for (const { guard: _, ...call } of plan.calls.toReversed()) {
    const written = outputsOf(call).map(c => c.buffer);
    if (!written.some(b => needed.has(b))) continue;
    for (const b of [...written, ...call.inputs.map(c => c.buffer)]) needed.add(b);
    calls.unshift(call);
  }
  return {
    calls,
    sizes: new Map([...plan.sizes].filter(([b]) => needed.has(b))),
    inputs: plan.inputs.filter(b => needed.has(b)),
    residents: plan.residents.filter(b => needed.has(b)),
    constants: new Map([...plan.constants].filter(([b]) => needed.has(b))),
    updates: [],
    outputs,
  };
}

class GuardedExecutable implements Executable {
  readonly backend;
  readonly fetch;
  /** What is wrong with the data of an input that was written last. */
  private readonly wrong = new Map<string, Error>();
  private spoilt: Error | undefined;

  constructor(
    private readonly inner: Executable,
    private readonly plan: Plan,
    private readonly early: readonly KernelCall[],
    private readonly scout: { executable: Executable; plan: Plan; guards: readonly KernelCall[] } | undefined,
    private readonly late: readonly KernelCall[],
  ) {
    this.backend = inner.backend;
    this.fetch = inner.fetch?.bind(inner);
  }

  write(buffer: string, data: Data): void {
    this.wrong.delete(buffer);
    for (const { guard, inputs, fast } of this.early) {
      if (inputs[0]!.buffer !== buffer || this.wrong.has(buffer)) continue;
      const { from, below } = fast!.params as { from: number; below: number };
      const bad = data.findIndex(v => !(v >= from && v < below));
      if (bad >= 0) this.wrong.set(buffer, guard!(data[bad]!));
    }
    const part = this.scout?.plan;
    if (part?.inputs.includes(buffer) || part?.residents.includes(buffer))
      this.scout!.executable.write(buffer, data);
    this.inner.write(buffer, data);
  }

  async run(wanted: readonly string[] = this.plan.outputs): Promise<void> {
    if (this.spoilt) throw this.spoilt;
    for (const error of this.wrong.values()) throw error;
    if (this.scout) {
      const { executable, guards } = this.scout;
      await executable.run();
      const error = found(executable, guards);
      if (error) throw error;
    }
    await this.inner.run([...wanted, ...this.late.map(c => c.output.buffer)]);
    const error = found(this.inner, this.late);
    if (error && this.plan.updates.length > 0)
      this.spoilt = new VitrineError(
        'engine-lost',
        `The weights have been changed by a step that is no good, so it cannot go on from them: ${error.message} Go on from the last checkpoint once that is mended.`,
      );
    if (error) throw error;
  }

  read(buffer: string): Float32Array {
    return this.inner.read(buffer);
  }

  async dispose(): Promise<void> {
    await this.scout?.executable.dispose();
    await this.inner.dispose();
  }
}

/** What the first of the guards that is not content says. */
function found(executable: Executable, guards: readonly KernelCall[]): Error | undefined {
  for (const { guard, output } of guards) {
    const [bad, value] = executable.read(output.buffer);
    if (bad) return guard!(value!);
  }
  return undefined;
}
