/**
 * The backend "auto": which one trains a model is measured on the model's own training step, once for a model of its
 * sizes on a machine, and remembered. The CPU is asked first; a step that takes it less time than a GPU takes to answer
 * is not worth asking others.
 */
import { bindShape, concreteShape } from '../model/dim';
import type { Model, Tensor, Tensors } from '../model/graph';
import { shortestOf } from './calibrate';
import type { BackendInfo, BackendName, Engine, EvaluatorRequest, Trainer, TrainerRequest } from './engine';
import { GROUPS } from './penalty';

/** Milliseconds within which no GPU answers a step, however small it is. */
export const GPU_ANSWERS = 1;
/** Another backend must be faster by this much: a measurement that wavers must not change a run's numbers. */
const WORTH_IT = 0.85;
/** Milliseconds of steps that are measured on each backend. */
const PATIENCE = 250;
/** Milliseconds of steps before them on a GPU: one that idled is at a fraction of its clock for the first third of a second. */
const GPU_WAKES = 500;

/** A backend besides the CPU's. */
export interface Candidate {
  name: BackendName;
  /** Opens it, or says in a sentence why it is not there. */
  open(): Promise<Engine | string>;
  /** Why it is not worth a try although it is there (an emulated GPU that multiplies more slowly than the CPU). */
  unfit?(engine: Engine, base: Engine): Promise<string | undefined>;
}

export interface Choice {
  model: string;
  backend: BackendName;
  /** In a sentence. */
  why: string;
  /** What was tried: milliseconds of a training step, or why there are none. */
  tried: Readonly<Partial<Record<BackendName, number | string>>>;
  /** Which were not there to be tried. One that is there later (a tab that was opened) is a reason to measure anew. */
  absent?: readonly BackendName[];
}

/** Choices by what decides them. */
export interface ChoiceMemory {
  get(key: string): Promise<Choice | undefined>;
  set(key: string, choice: Choice): Promise<void>;
}

export function autoEngine(base: Engine, candidates: readonly Candidate[], memory: ChoiceMemory): Engine {
  /** Of this process, so that what a run is evaluated with is what it is trained with. */
  const chosen = new Map<string, Engine>();
  const engineOf = async (name: BackendName): Promise<Engine | undefined> => {
    if (name === base.backend.name) return base;
    const engine = await candidates.find(c => c.name === name)?.open();
    return engine === undefined || typeof engine === 'string' ? undefined : engine;
  };
  const anyOf = async (names: readonly BackendName[] = []): Promise<boolean> => {
    for (const name of names) if (await engineOf(name)) return true;
    return false;
  };
  const decide = async (model: Model, request: TrainerRequest): Promise<{ engine: Engine; why: string }> => {
    const key = keyOf(model, request);
    const known = await memory.get(key);
    const remembered = known && !(await anyOf(known.absent)) && (await engineOf(known.backend));
    if (remembered) return { engine: remembered, why: known.why };
    const choice = await measure(base, candidates, model, request);
    await memory.set(key, choice);
    return { engine: (await engineOf(choice.backend)) ?? base, why: choice.why };
  };
  return {
    get backend() {
      return base.backend;
    },
    async trainer(model, request) {
      if (candidates.length === 0) return base.trainer(model, request);
      const { engine, why } = await decide(model, request);
      chosen.set(sizesOf(model), engine);
      return explained(await engine.trainer(model, request), why);
    },
    evaluator: (model: Model, request: EvaluatorRequest) =>
      (chosen.get(sizesOf(model)) ?? base).evaluator(model, request),
    // The engines belong to whoever opened them.
    dispose: async () => chosen.clear(),
  };
}

/** What was tried, as a sentence. */
export function triedText(tried: Choice['tried']): string {
  return Object.entries(tried)
    .map(([name, t]) => (typeof t === 'number' ? `${name} ${milliseconds(t)}` : `${name}: ${t}`))
    .join('; ');
}

/** Two digits are what a measurement is worth. */
export function milliseconds(ms: number): string {
  return `${Number(ms.toPrecision(2))} ms`;
}

async function measure(
  base: Engine,
  candidates: readonly Candidate[],
  model: Model,
  request: TrainerRequest,
): Promise<Choice> {
  const own = base.backend.name;
  const tried: Partial<Record<BackendName, number | string>> = {};
  const absent: BackendName[] = [];
  const result = (backend: BackendName, why: string): Choice => ({
    model: model.name,
    backend,
    why,
    tried,
    ...(absent.length > 0 && { absent }),
  });
  const first = await stepTime(base, model, request);
  tried[own] = first;
  if (typeof first === 'string') return result(own, `a step could not be measured: ${first}`);
  if (first < GPU_ANSWERS)
    return result(own, `a step takes ${milliseconds(first)}, less than a GPU takes to answer`);
  let best: { name: BackendName; ms: number } = { name: own, ms: first };
  for (const c of candidates) {
    const engine = await c.open();
    if (typeof engine === 'string') absent.push(c.name);
    const unfit = typeof engine === 'string' ? engine : await c.unfit?.(engine, base);
    const ms = unfit ?? (await candidateTime(engine as Engine, model, request));
    tried[c.name] = ms;
    if (typeof ms === 'number' && ms < first * WORTH_IT && ms < best.ms) best = { name: c.name, ms };
  }
  return result(
    best.name,
    `the fastest of what there is, by a training step of ${model.name}: ${triedText(tried)}`,
  );
}

/** Milliseconds of a training step on made-up rows; why there is none where it fails. */
async function stepTime(
  engine: Engine,
  model: Model,
  request: TrainerRequest,
  waking = 0,
): Promise<number | string> {
  let trainer: Trainer | undefined;
  try {
    trainer = await engine.trainer(model, request);
    const opened = trainer;
    const { feeds, targets } = rowsFor(model, request);
    return await shortestOf(() => opened.step(feeds, targets, { learningRate: 0 }), PATIENCE, waking);
  } catch (e) {
    return e instanceof Error ? e.message.split('\n')[0]! : String(e);
  } finally {
    await trainer?.dispose().catch(() => {});
  }
}

function candidateTime(engine: Engine, model: Model, request: TrainerRequest): Promise<number | string> {
  return stepTime(engine, model, request, engine.backend.emulated ? 0 : GPU_WAKES);
}

/** Zeros of the right shapes: what a step takes does not depend on the numbers. */
function rowsFor(model: Model, request: TrainerRequest): { feeds: Tensors; targets: Tensor } {
  const zeros = (shape: readonly number[], whole: boolean): Tensor => {
    const size = shape.reduce((p, d) => p * d, 1);
    return { shape, data: whole ? new Int32Array(size) : new Float32Array(size) };
  };
  const feeds: Record<string, Tensor> = {};
  for (const id of model.inputs) {
    const { shape, dtype } = model.values[id]!;
    feeds[id] = zeros(concreteShape(bindShape(shape, request.bindings)), !/^(b?float)/.test(dtype));
  }
  const { shape, dtype } = request.targets;
  if (request.loss.penalty) feeds[GROUPS] = zeros([shape[0]!], false);
  return { feeds, targets: zeros(shape, !/^(b?float)/.test(dtype)) };
}

function explained(trainer: Trainer, why: string): Trainer {
  const backend: BackendInfo = { ...trainer.backend, why };
  Object.defineProperty(trainer, 'backend', { value: backend, enumerable: true, configurable: true });
  return trainer;
}

/** All that decides how long a step takes, without the numbers. */
function keyOf(
  model: Model,
  { bindings, loss, optimizer, update, targets, recompute }: TrainerRequest,
): string {
  return JSON.stringify([sizesOf(model), bindings, loss.name, optimizer.name, update, targets, recompute]);
}

function sizesOf(model: Model): string {
  return JSON.stringify([model.name, model.nodes.map(n => n.op), model.parameters.map(p => p.shape)]);
}
