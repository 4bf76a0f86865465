/**
 * The graph that a model's Python draws while it runs. Python speaks to it over a device, in JSON, one request and
 * one answer at a time; it holds every tensor's type and asks the ops' own definitions for the shapes.
 *
 * Everything that comes in is written by foreign code and checked here.
 */
import type { OpDefinition } from '../../engine/op';
import { ShapeError } from '../../engine/op';
import { addDims, bindDim, floorDivDims, mulDims, subDims } from '../../model/dim';
import type { Attributes, DType, Initializer, Shape, TensorType } from '../../model/graph';
import { evaluateComposed } from './composed';
import { assign, stated } from './constants';
import { type LoadedTensor, loadTensors } from './dataFiles';
import { picturesOf } from './pictures';
import type {
  OptimizerTold,
  Place,
  RecordedDiagnostic,
  RecordedModule,
  RecordedNode,
  RecordedParameter,
  RecordedScript,
  RecordedValue,
  Recording,
  ScheduleTold,
} from './recording';
import { type Drawn, drawAgain, drawnBy } from './replayed';
import { sideThat, sizesMet } from './sizesMet';
import { gapOf, textOf } from './texts';
import { type Analysis, analyse } from './trained';
import {
  attributes,
  diagnostic,
  dim,
  initializer,
  list,
  number,
  numbers,
  object,
  place,
  type Request,
  seen,
  string,
  type,
} from './wire';
import { NotRead, type WorkspaceFiles } from './workspaceFiles';

export interface Limits {
  nodes: number;
  /** Elements of a constant that is computed while reading. */
  elements: number;
}

/** What is there at some point of a reading. */
interface Stand {
  values: ReadonlyMap<number, RecordedValue>;
  known: ReadonlyMap<number, Float64Array | undefined>;
  nodes: readonly RecordedNode[];
}

export class Recorder {
  readonly recordings: Recording[] = [];
  /** Of these, the classes that were handed over since the text was given. */
  readonly finishedNow = new Set<string>();
  /** What belongs to the file and not to one class. */
  readonly findings: RecordedDiagnostic[] = [];
  /** Classes of which the file alone does not say well how they are made. */
  open: readonly string[] = [];
  /** How the file trains, where that was asked. */
  script: RecordedScript | undefined;
  /** The number by which Python knows what stands of the file, and how many such it keeps. */
  stands: { number: number; most: number } | undefined;
  /** Why an edit was not read by itself, whether the file stands as before, and whether the edit is no Python. */
  refused: { why: string; stands: boolean; broken?: boolean } | undefined;
  /** Stretches of lines as the code has them: the first one's number, where it stands in the text, how many. */
  stretches: readonly (readonly [first: number, line: number, count: number])[] = [];

  private values = new Map<number, RecordedValue>();
  private nodes: RecordedNode[] = [];
  private inputs: number[] = [];
  private next = 0;
  /** Calls that are drawn to be drawn again, outermost first: their first node and value. */
  private readonly drawing: { node: number; value: number }[] = [];
  private readonly spots = new Map<number, Place>();
  private files: WorkspaceFiles | undefined;
  private firstTrained: Exclude<Analysis, { error: string }> | undefined;
  private base: Stand = { values: new Map(), known: new Map(), nodes: [] };
  private known = new Map<number, Float64Array | undefined>();
  private readonly held: Stand[] = [];
  /** What Python is asked after it has read a file that stands. */
  private asked: object = {};
  private readonly finished = new WeakMap<Recording, Map<number, Float64Array | undefined>>();

  constructor(
    private readonly ops: ReadonlyMap<string, OpDefinition>,
    /** What Python is to read. */
    private readonly request: object,
    /** Lets Python have the workspace's files. @throws Error where there are none for it. */
    private readonly openFiles: () => WorkspaceFiles = () => {
      throw new NotRead('no files are read here');
    },
    /** What calls drew, in this file and in those before, by number. */
    private readonly drawn = new Map<number, Drawn>(),
    /** The text of a table that ships with Vitrine. */
    private readonly sample: (path: string) => string = () => {
      throw new NotRead('there are no samples here');
    },
    private readonly limits: Limits = { nodes: 200_000, elements: 1 << 23 },
  ) {}

  /** From here on Python reads the file once more, as this text. */
  readAgain(text: string): void {
    this.asked = { number: this.stands?.number ?? -1, text };
    this.refused = undefined;
    this.finishedNow.clear();
  }

  /** Answers one request; never throws. */
  answer(text: string): string {
    try {
      const request = JSON.parse(text) as Request;
      for (const entry of request['before'] ? list(request['before']) : []) this.queued(list(entry));
      const { next } = this;
      const answer = this.dispatch(request) as object;
      return JSON.stringify(this.next === next ? answer : { ...answer, next: this.next });
    } catch (e) {
      if (e instanceof ShapeError) return JSON.stringify({ error: e.message, kind: 'shape', fix: e.fix });
      return JSON.stringify({
        error: (e as Error).message,
        next: this.next,
        kind: e instanceof Unsupported ? 'op' : 'request',
      });
    }
  }

  /** Something that was sent without waiting for its answer: the sender has counted the values that it makes. */
  private queued([first, kind, ...rest]: unknown[]): void {
    if (first !== this.next) throw new TypeError(`value ${String(first)} was expected to be ${this.next}`);
    if (kind === 'node') {
      const [op, inputs, attributes, module, at] = rest;
      this.node({ op, inputs, attributes, module }, this.spot(at));
    } else if (kind === 'leaf') {
      const [dtype, shape, initializer] = rest;
      this.leaf({ dtype, shape, initializer });
    } else if (kind === 'draw') {
      this.drawing.push({ node: this.nodes.length, value: this.next });
    } else if (kind === 'drawn') {
      const [number, given, modules] = rest;
      this.keepDrawn(number, numbers(given), numbers(modules));
    } else if (kind === 'again') {
      const [number, given, modules] = rest;
      this.again(number, numbers(given), numbers(modules));
    } else throw new TypeError(`unknown request ${String(kind)}`);
  }

  /** Ends what `draw` began; without a number it is not kept. */
  private keepDrawn(n: unknown, given: readonly number[], modules: readonly number[]): void {
    const from = this.drawing.pop();
    if (n === null || !from) return;
    const values: RecordedValue[] = [];
    for (let id = from.value; id < this.next; id++) {
      const v = this.values.get(id);
      if (!v || v.kind === 'input') return;
      values.push(v);
    }
    const drawn = drawnBy(this.nodes.slice(from.node), values, from.value, given, modules);
    if (drawn) this.drawn.set(number(n), drawn);
  }

  /** A call that is like one before. */
  private again(n: unknown, given: readonly number[], modules: readonly number[]): void {
    const drawn = this.drawn.get(number(n));
    if (!drawn || drawn.given !== given.length || drawn.modules !== modules.length)
      throw new TypeError(`nothing was drawn as ${String(n)} with so many values and modules`);
    for (const id of given) this.value(id);
    this.mayDraw(drawn.nodes.length);
    const made = drawAgain(drawn, this.next, given, modules);
    for (const v of made.values) this.values.set(v.id, v);
    for (const node of made.nodes) this.nodes.push(node);
    this.next += made.values.length;
  }

  private mayDraw(count: number): void {
    if (this.nodes.length + count > this.limits.nodes)
      throw new TypeError(`the model has more than ${this.limits.nodes} operations`);
  }

  private dispatch(r: Request): unknown {
    switch (r['do']) {
      case 'node':
        return this.node(r);
      case 'infer':
        return {
          outputs: this.infer(string(r['op']), list(r['inputs']).map(type), attributes(r['attributes'])),
        };
      case 'input':
        return this.input(r);
      case 'leaf':
        return this.leaf(r);
      case 'dim':
        return this.dim(r);
      case 'values':
        return this.valuesOf(number(r['id']));
      case 'gap':
        return gapOf({ value: id => this.values.get(id), evaluate: id => this.evaluate(id) }, r);
      case 'settle':
        return this.settle(number(r['id']));
      case 'files':
        this.files = this.openFiles();
        return {};
      case 'load':
        return this.load(r);
      case 'sample':
        return { text: this.sample(string(r['path'])) };
      case 'solve':
        return this.solve(r);
      case 'met':
        return this.met();
      case 'has':
        return { has: this.ops.has(string(r['op'])) };
      case 'drawn':
        return { kept: this.drawn.has(number(r['number'])) };
      case 'forget':
        this.drawn.clear();
        return {};
      case 'mark':
        return { nodes: this.nodes.length };
      case 'rewind':
        return this.rewind(number(r['nodes']));
      case 'start':
        return this.start();
      case 'keep':
        return this.keep();
      case 'hold':
        return this.hold(r['instead']);
      case 'back':
        return this.back(number(r['held']));
      case 'request':
        return this.request;
      case 'again':
        return this.asked;
      case 'stands':
        this.stands = { number: number(r['number']), most: number(r['most']) };
        return {};
      case 'refused':
        this.refused = {
          why: string(r['why']).slice(0, 1000),
          stands: r['stands'] === true,
          broken: r['broken'] === true,
        };
        return {};
      case 'lines':
        this.stretches = list(r['stretches']).map(s => {
          const [first, line, count] = numbers(s);
          return [number(first), number(line), number(count)] as const;
        });
        return {};
      case 'assign':
        return this.assign(r);
      case 'open':
        this.open = list(r['classes']).map(string);
        return {};
      case 'finding':
        this.findings.push(diagnostic(r['diagnostic']));
        return {};
      case 'finish':
        return this.finish(r);
      case 'trained':
        return this.trained(r);
      case 'script':
        return this.scriptTold(r);
      default:
        throw new TypeError(`unknown request ${String(r['do'])}`);
    }
  }

  private add(value: Omit<RecordedValue, 'id'>): RecordedValue {
    const v = { ...value, id: this.next++ };
    this.values.set(v.id, v);
    return v;
  }

  private value(id: unknown): RecordedValue {
    const v = this.values.get(number(id));
    if (!v) throw new TypeError(`there is no value ${String(id)}`);
    return v;
  }

  private infer(op: string, inputs: (TensorType | undefined)[], attrs: Attributes): TensorType[] {
    const definition = this.ops.get(op);
    if (!definition) throw new Unsupported(`The operation ${op} is not supported yet.`);
    return definition.infer(inputs, attrs);
  }

  /** A place that comes in full with a number, or by the number that it had. */
  private spot(x: unknown): Place | undefined {
    if (x === null) return undefined;
    if (typeof x === 'number') {
      const known = this.spots.get(x);
      if (!known) throw new TypeError(`there is no place ${x}`);
      return known;
    }
    const [n, ...full] = list(x);
    const at = place(full);
    this.spots.set(number(n), at);
    return at;
  }

  private node(r: Request, at = r['at'] ? place(r['at']) : undefined): unknown {
    this.mayDraw(1);
    const op = string(r['op']);
    const inputs = list(r['inputs']).map(i => (i === null ? -1 : this.value(i).id));
    const attrs = attributes(r['attributes']);
    const types = this.infer(
      op,
      inputs.map(i => this.values.get(i)),
      attrs,
    );
    const outputs: number[] = [];
    const node: RecordedNode = {
      op,
      inputs,
      outputs,
      attributes: attrs,
      module: typeof r['module'] === 'number' ? r['module'] : -1,
      ...(at ? { at } : {}),
    };
    for (const t of types)
      outputs.push(this.add({ kind: 'node', dtype: t.dtype, shape: t.shape, producer: node }).id);
    this.nodes.push(node);
    return { outputs: outputs.map(id => describe(this.values.get(id)!)) };
  }

  private input(r: Request): unknown {
    const t = type(r)!;
    const v = this.add({ kind: 'input', name: string(r['name']), dtype: t.dtype, shape: t.shape });
    this.inputs.push(v.id);
    return describe(v);
  }

  private leaf(r: Request): unknown {
    const t = type(r)!;
    const columns = r['columns'] ? list(r['columns']).map(string) : undefined;
    return describe(
      this.add({
        kind: 'leaf',
        dtype: t.dtype,
        shape: t.shape,
        initializer: initializer(r['initializer'], this.limits.elements),
        ...(columns && { columns }),
      }),
    );
  }

  /** Leaves that hold what is in a file of the workspace. */
  private load(r: Request): unknown {
    if (!this.files) throw new NotRead('no files are read here');
    const made = loadTensors(this.files, string(r['how']), string(r['path']), object(r['options'])).map(t =>
      this.loaded(t),
    );
    return { tensors: made };
  }

  private loaded({ name, dtype, shape, data, columns }: LoadedTensor): unknown {
    const v = this.add({
      kind: 'leaf',
      dtype,
      shape,
      initializer: { kind: 'values', values: data },
      ...(columns && { columns }),
    });
    if (data instanceof Float64Array) this.known.set(v.id, data);
    return { ...describe(v), ...(name !== undefined && { name }), ...(columns && { columns }) };
  }

  /** A leaf of its own that begins as a tensor is: a parameter or buffer of what a constructor computed. */
  private settle(id: number): unknown {
    const { dtype, shape, initializer: own } = this.value(id);
    const data = own ? undefined : this.evaluate(id);
    if (!own && !data) return { unknown: true, because: this.notComputed(id) ?? null };
    const made = this.add({
      kind: 'leaf',
      dtype,
      shape,
      initializer: own ?? stated(data!),
    });
    if (data) this.known.set(made.id, data);
    return describe(made);
  }

  /** The op that is not computed of what a value comes from; none where it comes from what is random or given. */
  private notComputed(id: number): string | undefined {
    const seen = new Set([id]);
    // What is added while this goes on is looked at, too.
    for (const at of seen) {
      const inputs = this.values
        .get(at)!
        .producer?.inputs.filter(i => i >= 0 && this.known.get(i) === undefined);
      if (inputs?.length === 0) return this.values.get(at)!.producer!.op;
      for (const i of inputs ?? []) seen.add(i);
    }
    return undefined;
  }

  /** The numbers of a tensor, where code asks for them. */
  private valuesOf(id: number): unknown {
    const values = this.evaluate(this.value(id).id);
    if (!values) return { unknown: true };
    return {
      values: Array.from(values, v => (Number.isFinite(v) ? v : v > 0 ? 'inf' : v < 0 ? '-inf' : 'nan')),
    };
  }

  /** The numbers of a value that depends on no input, weight or random number; row-major. */
  evaluate(id: number): Float64Array | undefined {
    if (this.known.has(id)) return this.known.get(id);
    // Depth first without recursion: a chain may be as long as the graph.
    const stack = [id];
    while (stack.length) {
      const top = stack[stack.length - 1]!;
      const v = this.values.get(top)!;
      if (this.known.has(top)) {
        stack.pop();
        continue;
      }
      const size = v.shape.reduce<number>((p, d) => (typeof d === 'number' ? p * d : Number.NaN), 1);
      if (!(size <= this.limits.elements)) {
        this.known.set(top, undefined);
      } else if (v.kind === 'leaf') {
        this.known.set(top, fromInitializer(v.initializer, size, v.shape));
      } else if (v.producer) {
        const inputs = v.producer.inputs.filter(i => i >= 0);
        const missing = inputs.filter(i => !this.known.has(i));
        if (missing.length) {
          stack.push(...missing);
          continue;
        }
        if (inputs.some(i => this.known.get(i) === undefined)) this.known.set(top, undefined);
        else {
          const results = evaluateComposed(
            this.ops,
            v.producer,
            v.producer.inputs.map(i => {
              if (i < 0) return undefined;
              const { dtype, shape } = this.values.get(i)!;
              return { data: this.known.get(i)!, dtype, shape: shape as readonly number[] };
            }),
            v.producer.outputs.map(o => this.values.get(o)!),
          );
          v.producer.outputs.forEach((o, k) => {
            this.known.set(o, results?.[k]);
          });
        }
      } else this.known.set(top, undefined);
      stack.pop();
    }
    return this.known.get(id);
  }

  /** `x[…] = value` for constants: a new leaf with the values. */
  private assign(r: Request): unknown {
    const target = this.value(r['id']);
    const value = this.value(r['value']);
    const data = this.evaluate(target.id);
    const from = this.evaluate(value.id);
    if (!data || !from) return { unknown: true };
    const [starts, steps, extent] = [numbers(r['starts']), numbers(r['steps']), numbers(r['extent'])];
    const shape = target.shape as readonly number[];
    const inside = shape.every((d, i) => {
      const n = extent[i]!;
      const last = starts[i]! + (n - 1) * steps[i]!;
      return n === 0 || (starts[i]! >= 0 && starts[i]! < d && last >= 0 && last < d);
    });
    if (!inside || starts.length !== shape.length)
      throw new TypeError('the assignment reaches out of the tensor');
    // Dimensions that an integer picked are gone from the value's shape.
    const source = value.shape as readonly number[];
    const wide = [...source];
    const own = list(r['kept']).map(k => k === true);
    const aligned = own.filter(Boolean).length >= source.length ? spread(wide, own) : wide;
    const result = assign({ data, shape }, starts, steps, extent, { data: from, shape: aligned });
    const made = this.add({ kind: 'leaf', dtype: target.dtype, shape: target.shape });
    made.initializer = stated(result);
    this.known.set(made.id, result);
    return { id: made.id };
  }

  /** As `evaluate`, for a class that is finished. */
  evaluateOf(recording: Recording, id: number): Float64Array | undefined {
    const [values, known] = [this.values, this.known];
    this.values = recording.values as Map<number, RecordedValue>;
    if (values !== this.values) this.known = this.finished.get(recording) ?? new Map();
    this.finished.set(recording, this.known);
    try {
      return this.evaluate(id);
    } finally {
      this.values = values;
      this.known = known;
    }
  }

  private dim(r: Request): unknown {
    const a = dim(r['a']);
    const b = dim(r['b']);
    switch (r['f']) {
      case 'add':
        return { dim: addDims(a, b) };
      case 'sub':
        return { dim: subDims(a, b) };
      case 'mul':
        return { dim: mulDims(a, b) };
      case 'floordiv':
        return { dim: floorDivDims(a, b) };
      case 'bind': {
        const bindings = Object.fromEntries(
          Object.entries(object(r['bindings'])).map(([k, v]) => [k, number(v)]),
        );
        return { dim: bindDim(a, bindings) };
      }
      default:
        throw new TypeError(`unknown arithmetic ${String(r['f'])}`);
    }
  }

  private solve(r: Request): unknown {
    const pairs = list(r['pairs'])
      .map(p => list(p))
      .map(([e, v]) => [dim(e), number(v)] as const);
    const size = sideThat(list(r['symbols']).map(string), pairs);
    return size === undefined ? {} : { size };
  }

  private met(): unknown {
    return { pairs: sizesMet(this.nodes, id => this.values.get(id)?.shape) };
  }

  /** A class begins with what the top level of the files made, and with nothing of other classes. */
  private start(): unknown {
    this.standAs(this.base);
    return {};
  }

  /** What stands now was made at the top level of files. */
  private keep(): unknown {
    this.base = this.stand();
    return {};
  }

  /** Remembers the class as it stands, which is as its constructor left it. */
  private hold(instead: unknown): unknown {
    const at = instead === null ? this.held.length : number(instead);
    if (at > this.held.length) throw new TypeError(`nothing is held as ${at}`);
    this.held[at] = this.stand();
    return { held: at };
  }

  /** The class stands again as it did. */
  private back(n: number): unknown {
    const held = this.held[n];
    if (!held) throw new TypeError(`nothing is held as ${n}`);
    this.standAs(held);
    this.drawing.length = 0;
    return {};
  }

  private stand(): Stand {
    return { values: new Map(this.values), known: new Map(this.known), nodes: [...this.nodes] };
  }

  private standAs({ values, known, nodes }: Stand): void {
    this.values = new Map(values);
    this.known = new Map(known);
    this.nodes = [...nodes];
    this.inputs = [];
  }

  /** Forgets the nodes after a mark and the inputs: `forward` is traced again. */
  private rewind(nodes: number): unknown {
    this.drawing.length = 0;
    const removed = [...this.nodes.splice(nodes).flatMap(n => n.outputs), ...this.inputs];
    for (const v of removed) {
      this.values.delete(v);
      this.known.delete(v);
    }
    this.inputs = [];
    return { removed };
  }

  private finish(r: Request): unknown {
    const name = string(r['class']);
    const before = this.recordings.findIndex(x => x.class === name);
    const same = r['aliases'] === null ? this.recordings[before] : undefined;
    const modules = list(r['modules']).map(list);
    if (r['aliases'] === null && same?.modules.length !== modules.length)
      throw new TypeError(`${name} was not handed over with so many modules`);
    const held = same ?? this.owned(modules, list(r['aliases']));
    const made: Recording = {
      class: name,
      ...(r['definition'] ? { definition: place(r['definition']) } : {}),
      values: this.values,
      nodes: this.nodes,
      inputs: r['inputs'] ? list(r['inputs']).map(i => this.value(i).id) : this.inputs,
      outputs: list(r['outputs']).map(i => this.value(i).id),
      // What was called is told last of each.
      modules: held.modules.map((m, i) => {
        const [inputs, outputs] = modules[i]!.slice(-2);
        return { ...m, inputs: this.there(inputs), outputs: this.there(outputs) };
      }),
      parameters: held.parameters,
      diagnostics: list(r['diagnostics']).map(diagnostic),
      constructed: r['constructed'] === true,
    };
    this.finishedNow.add(name);
    // A class that is read once more takes the place that it had.
    this.recordings.splice(before < 0 ? this.recordings.length : before, before < 0 ? 0 : 1, made);
    return {};
  }

  /** What a step of training shows. The first one that is asked for stays: it is of the tensors as the script made them. */
  private trained(r: Request): Analysis {
    const found = analyse({ value: id => this.values.get(id), evaluate: id => this.evaluate(id) }, seen(r));
    if (!('error' in found)) this.firstTrained ??= found;
    return found;
  }

  private scriptTold(r: Request): unknown {
    const at = r['at'] ? { at: place(r['at']) } : {};
    const learned = textOf(r['text']);
    const trained = learned?.trained ?? this.firstTrained;
    if (typeof r['error'] === 'string' || !trained) {
      this.script = { error: String(r['error'] ?? 'The script does not train.').slice(0, 2000), ...at };
      return {};
    }
    const model = object(r['model']);
    const pictures = picturesOf(r['pictures'], trained.inputs);
    if (pictures && 'error' in pictures) {
      this.script = { ...pictures, ...at };
      return {};
    }
    this.script = {
      ...at,
      trained,
      ...(pictures && { pictures }),
      ...(learned && { text: learned.text }),
      model: {
        file: string(model['file']),
        class: string(model['class']),
        arguments: object(model['arguments']),
      },
      settings: {
        ...(r['optimizer'] ? { optimizer: object(r['optimizer']) as unknown as OptimizerTold } : {}),
        frozen: list(r['frozen'] ?? []).map(string),
        schedules: list(r['schedules'] ?? []).map(s => object(s)) as unknown as ScheduleTold[],
        ...(r['clip'] ? { clip: object(r['clip']) as { norm?: number; value?: number } } : {}),
      },
      data: {
        class: '',
        values: learned ? new Map() : new Map(this.values),
        nodes: learned ? [] : [...this.nodes],
        inputs: [],
        outputs: learned ? [] : [...trained.inputs, trained.target, ...trained.held],
        modules: [],
        parameters: [],
        diagnostics: [],
        constructed: true,
      },
    };
    return {};
  }

  /** Of ids, those of values that are there. */
  private there(ids: unknown): number[] {
    return numbers(ids).filter(i => this.values.has(i));
  }

  /** Modules as they are handed over, with what they hold, and other names of that. */
  private owned(
    rows: readonly unknown[][],
    aliases: readonly unknown[],
  ): { modules: RecordedModule[]; parameters: RecordedParameter[] } {
    const others = new Map<number, string[]>();
    for (const row of aliases) {
      const [of, name] = list(row);
      const id = number(of);
      others.set(id, [...(others.get(id) ?? []), string(name)]);
    }
    const parameters: RecordedParameter[] = [];
    const modules = rows.map(([n, ofPath, type, shown, at, holds]): RecordedModule => {
      const path = string(ofPath);
      const own = list(holds).map(p => this.parameter(list(p), path, others));
      parameters.push(...own);
      const spot = this.spot(at);
      return {
        number: number(n),
        path,
        type: string(type),
        arguments: string(shown),
        ...(spot && { at: spot }),
        parameters: own.map(p => p.name),
        inputs: [],
        outputs: [],
      };
    });
    return { modules, parameters };
  }

  private parameter(
    [name, of, kind, trainable, complex]: unknown[],
    path: string,
    aliases: ReadonlyMap<number, readonly string[]>,
  ): RecordedParameter {
    if (kind !== 'parameter' && kind !== 'buffer' && kind !== 'constant')
      throw new TypeError(`unknown kind of parameter ${String(kind)}`);
    const { id } = this.value(of);
    return {
      name: path ? `${path}.${string(name)}` : string(name),
      aliases: aliases.get(id) ?? [],
      id,
      kind,
      trainable: trainable === true,
      ...(complex === true && { complex: true }),
    };
  }
}

/** A value's shape with 1 at the dimensions that integers picked. */
function spread(shape: readonly number[], kept: readonly boolean[]): number[] {
  const rest = [...shape];
  const out: number[] = [];
  for (let i = kept.length - 1; i >= 0; i--) out.unshift(kept[i] ? (rest.pop() ?? 1) : 1);
  return out;
}

/** An op that has no definition. */
class Unsupported extends Error {}

function describe(v: RecordedValue): { id: number; dtype: DType; shape: Shape } {
  return { id: v.id, dtype: v.dtype, shape: v.shape };
}

function fromInitializer(i: Initializer | undefined, size: number, shape: Shape): Float64Array | undefined {
  switch (i?.kind) {
    case 'zeros':
      return new Float64Array(size);
    case 'ones':
      return new Float64Array(size).fill(1);
    case 'constant':
      return new Float64Array(size).fill(i.value);
    case 'values':
      return Float64Array.from(i.values);
    case 'eye': {
      const out = new Float64Array(size);
      const columns = Number(shape[1] ?? 1);
      for (let k = 0; k < Number(shape[0]) && k < columns; k++) out[k * columns + k] = 1;
      return out;
    }
    default:
      return undefined;
  }
}
