/**
 * What one step does with the gradients, as nodes of the same graph: adds them up over several batches, clips them,
 * lets the optimiser change parameters and state, and keeps a running average of the weights.
 */
import type { Model } from '../model/graph';
import type { Graph } from './compile/graph';
import { completeOptions, requireOptimizer } from './definitions';
import type { OptimizerSpec, UpdateSpec } from './engine';
import type { OptimizerDefinition, Options } from './optimizer';
import { matching } from './parameterPatterns';

/** A tensor that is kept between steps for a parameter. */
export interface Slot {
  parameter: string;
  /** The resident buffer, and the tensor of the state: the parameter's name, a dot and PyTorch's name. */
  name: string;
  shape: readonly number[];
  /** What it holds before the first step; the parameter's own values if absent. */
  start?: number;
}

interface Group {
  options: Options;
  parameters: readonly { name: string; shape: readonly number[] }[];
}

/** What is asked of one step. */
export interface StepOptions {
  learningRate: number;
  /** Of each of the optimiser's `groups`; `learningRate` if absent. */
  groupRates?: readonly number[];
  /** In place of the optimiser's own (β₁ of Adam and its like). */
  momentum?: number;
  /** This batch's share of the gradient, and whether it is the last before the optimiser's step. */
  accumulate?: { share: number; last: boolean };
  /** As RunOptions': the step's output is handed back where it lies. */
  inPlace?: boolean;
}

const ACCUMULATED = 'accumulated_gradient';
const AVERAGE = 'average';

export class Updates {
  readonly slots: readonly Slot[];
  /** Names of the parameters that are trained. */
  readonly trained: readonly string[];
  private readonly optimizer: OptimizerDefinition;
  private readonly groups: readonly Group[];

  /** @throws bad-experiment for options or patterns that do not fit. */
  constructor(
    model: Model,
    spec: OptimizerSpec,
    private readonly update: UpdateSpec,
  ) {
    this.optimizer = requireOptimizer(spec.name);
    const trainable = model.parameters.filter(p => p.kind === 'parameter' && p.trainable);
    const names = trainable.map(p => p.name);
    const frozen = matching(update.freeze ?? [], names, 'freeze');
    const left = trainable.filter(p => !frozen.has(p.name));
    this.trained = left.map(p => p.name);
    const chosen = (spec.groups ?? []).map((g, i) =>
      matching(g.parameters, names, `optimizer.groups[${i}].parameters`),
    );
    const complete = (options: OptimizerSpec['options'], what: string) =>
      completeOptions<Options>(what, this.optimizer.options, options);
    const what = `The optimiser "${this.optimizer.name}"`;
    this.groups = [
      {
        options: complete(spec.options, what),
        parameters: left.filter(p => !chosen.some(c => c.has(p.name))),
      },
      ...(spec.groups ?? []).map((g, i) => ({
        options: complete({ ...spec.options, ...g.options }, `${what}, group ${i + 1}`),
        // A parameter is in the first group that names it.
        parameters: left.filter(p => chosen.findIndex(c => c.has(p.name)) === i),
      })),
    ];
    this.slots = left.flatMap(p => this.slotsOf(p, this.groupOf(p.name).options));
  }

  /** The scalars that every step gets, by their ids in the graph. */
  scalars(step: number, options: StepOptions): Record<string, number> {
    const { learningRate, groupRates, momentum, accumulate } = options;
    const out: Record<string, number> = {};
    this.groups.forEach((group, i) => {
      if (group.parameters.length === 0) return;
      const rate = i === 0 ? learningRate : (groupRates?.[i - 1] ?? learningRate);
      const now = momentum === undefined ? group.options : withMomentum(group.options, momentum);
      for (const [name, value] of Object.entries(this.optimizer.scalars(step, rate, now)))
        out[scalarId(i, name)] = value;
    });
    if (this.update.accumulate) {
      out['%share'] = accumulate?.share ?? 1;
      out['%last'] = accumulate?.last === false ? 0 : 1;
    }
    // PyTorch's averaged model begins with the weights of the first step.
    if (this.update.average) out['%blend'] = step === 1 ? 1 : 1 - this.update.average.decay;
    return out;
  }

  /** Emits all of it. @param gradients by the parameters' names; those that are absent do not change. */
  emit(graph: Graph, gradients: ReadonlyMap<string, string>): void {
    for (const s of this.slots) graph.declare(s.name, { dtype: 'float32', shape: s.shape });
    const scalars = Object.keys(this.scalars(1, { learningRate: 1 }));
    for (const id of scalars) graph.declare(id, { dtype: 'float32', shape: [] });
    const whole = this.clipped(graph, this.accumulated(graph, gradients));
    for (const [name, gradient] of whole) this.step(graph, name, gradient, scalars);
  }

  /** The weights with the average in place of what is trained, from tensors by their names. */
  averaged<T>(weights: Readonly<Record<string, T>>, read: (slot: Slot) => T): Record<string, T> {
    const out = { ...weights };
    if (this.update.average)
      for (const s of this.slots) if (s.name === `${s.parameter}.${AVERAGE}`) out[s.parameter] = read(s);
    return out;
  }

  private groupOf(parameter: string): Group {
    return this.groups.find(g => g.parameters.some(p => p.name === parameter))!;
  }

  private slotsOf({ name, shape }: { name: string; shape: readonly number[] }, options: Options): Slot[] {
    const start = this.optimizer.start?.(options);
    const own = this.optimizer
      .slots(options)
      .map(slot => ({ parameter: name, name: `${name}.${slot}`, shape, start: start?.[slot] ?? 0 }));
    return [
      ...own,
      ...(this.update.accumulate
        ? [{ parameter: name, name: `${name}.${ACCUMULATED}`, shape, start: 0 }]
        : []),
      ...(this.update.average ? [{ parameter: name, name: `${name}.${AVERAGE}`, shape }] : []),
    ];
  }

  private accumulated(graph: Graph, gradients: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    if (!this.update.accumulate) return gradients;
    return new Map(
      [...gradients].map(([name, g]) => {
        const slot = `${name}.${ACCUMULATED}`;
        const [sum] = graph.emit('Map', [slot, g, '%share'], { expression: 'a + b * c' });
        const [kept] = graph.emit('Map', [sum!, '%last'], { expression: '(b > 0 ? 0 : a)' });
        graph.updates.push({ resident: slot, value: kept! });
        return [name, sum!];
      }),
    );
  }

  private clipped(graph: Graph, gradients: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    const { value, norm } = this.update.clip ?? {};
    let all = gradients;
    const each = (f: (g: string) => string) => {
      all = new Map([...all].map(([name, g]) => [name, f(g)]));
    };
    if (value !== undefined)
      each(g => graph.emit('Map', [g], { expression: `Math.min(${value}, Math.max(${-value}, a))` })[0]!);
    if (norm !== undefined) {
      const total = [...all.values()]
        .map(g => sumOfSquares(graph, g))
        .reduce((sum, s) => graph.emit('Add', [sum, s])[0]!);
      // As torch.nn.utils.clip_grad_norm_ has it.
      const [scale] = graph.emit('Map', [total], {
        expression: `Math.min(1, ${norm} / (Math.sqrt(a) + 0.000001))`,
      });
      each(g => graph.emit('Mul', [g, scale!])[0]!);
    }
    return all;
  }

  private step(graph: Graph, parameter: string, gradient: string, scalars: readonly string[]): void {
    const group = this.groupOf(parameter);
    const index = this.groups.indexOf(group);
    const { slots, parameter: expression } = this.optimizer.update(group.options);
    const prefix = scalarId(index, '');
    const values: Record<string, string> = {
      p: parameter,
      g: gradient,
      ...Object.fromEntries(
        scalars.filter(s => s.startsWith(prefix)).map(s => [s.slice(prefix.length), s] as const),
      ),
      ...Object.fromEntries(Object.keys(slots).map(s => [s, `${parameter}.${s}`])),
      ...(this.update.accumulate && { last_batch: '%last' }),
    };
    const cells = (e: string, old: string) => {
      // Between the batches of one step everything stays as it is.
      const text = this.update.accumulate ? `(last_batch > 0 ? (${e}) : ${old})` : e;
      const used = Object.keys(values).filter(n => new RegExp(`\\b${n}\\b`).test(text));
      return graph.emit(
        'Map',
        used.map(n => values[n]!),
        { names: used, expression: text },
      )[0]!;
    };
    for (const [slot, e] of Object.entries(slots)) {
      const now = cells(e, slot);
      values[`new_${slot}`] = now;
      graph.updates.push({ resident: `${parameter}.${slot}`, value: now });
    }
    values['new_p'] = cells(expression, 'p');
    graph.updates.push({ resident: parameter, value: values['new_p'] });
    if (this.update.average) {
      Object.assign(values, { average: `${parameter}.${AVERAGE}`, blend: '%blend' });
      const average = cells('average + (new_p - average) * blend', 'average');
      graph.updates.push({ resident: `${parameter}.${AVERAGE}`, value: average });
    }
  }
}

function scalarId(group: number, name: string): string {
  return `%scalar:${group}:${name}`;
}

/** Momentum in PyTorch's sense of a schedule: of SGD and RMSprop, or the first of the betas. */
function withMomentum(options: Options, momentum: number): Options {
  const { betas } = options;
  if (Array.isArray(betas)) return { ...options, betas: [momentum, ...(betas as number[]).slice(1)] };
  return options['momentum'] ? { ...options, momentum } : options;
}

/** In two stages, whose partial sums keep float32's digits. */
function sumOfSquares(graph: Graph, g: string): string {
  const squares = graph.emit('Map', [g], { expression: 'a * a' })[0]!;
  const size = graph.shape(g).reduce((p, d) => p * d, 1);
  let rows = Math.floor(Math.sqrt(size));
  while (rows > 1 && size % rows !== 0) rows--;
  const shaped = graph.emit('Reshape', [squares], { shape: [Math.max(1, rows), size / Math.max(1, rows)] });
  const part = graph.emit('ReduceSum', [shaped[0]!], { axes: [1], keepdims: 0 });
  return graph.emit('ReduceSum', [part[0]!], { axes: [0], keepdims: 0 })[0]!;
}
