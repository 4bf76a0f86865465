/** From the messages of an ONNX file to a Model: folds what is known, translates the rest, infers every shape. */
import { ShapeError } from '../../engine/op';
import { ops } from '../../engine/opRegistry';
import { VitrineError } from '../../model/errors';
import type {
  Attributes,
  Diagnostic,
  Dim,
  DType,
  Model,
  Node,
  Parameter,
  Tensor,
  Tensors,
  TensorType,
} from '../../model/graph';
import { listed } from '../../model/suggest';
import { type ControlHost, controlOps, runControl, showControl } from './control';
import { fold, type Known, maxKnown } from './known';
import { modulesOf } from './modules';
import { translations } from './operators';
import {
  type AttributeProto,
  elementTypes,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from './schema';
import { scopeOf } from './scopes';
import { maxRank, type StoredTensor, storedTensor, type TensorFiles } from './tensors';
import { NeedsValue, type TranslationContext, Unsupported } from './translation';
import { numbersOf, WireError } from './wire';

/** Nodes that are read in all, those of functions counted at each call. */
const maxNodes = 200_000;
/** Functions that call functions, and branches in branches. */
const maxNesting = 32;
/** Elements of a list of numbers in an attribute. */
const maxAttribute = 1 << 20;

export interface ImportOptions {
  /** Values for inputs that the model's shapes depend on, by name: they become constants. */
  constants?: Tensors;
  /** The first input's shape, with or without the batch. */
  input?: readonly number[];
  signal?: AbortSignal;
}

export interface Imported {
  model: Model;
  diagnostics: readonly Diagnostic[];
  /** What the model uses and the engine lacks, most frequent first. */
  unsupported: readonly { op: string; count: number }[];
  /** The values of all parameters, read from the file. */
  weights(): Tensors;
  /** Those of one parameter. @throws VitrineError bad-file when there is none of this name */
  weight(name: string): Tensor;
}

interface Scope {
  /** What a name of the file is called in the model. */
  names: Map<string, string>;
  outer?: Scope;
  /** Before the names of values made here. */
  prefix: string;
  attributes?: ReadonlyMap<string, AttributeProto>;
}

export class Importer {
  private readonly types = new Map<string, TensorType>();
  private readonly known = new Map<string, Known>();
  private readonly stored = new Map<string, StoredTensor>();
  /** Tensors that the file has as initialisers; others are constants of the graph. */
  private readonly initializers = new Set<string>();
  private readonly parameters = new Map<string, Parameter>();
  /** Values of constants that the file does not store. */
  private readonly computed = new Map<string, readonly number[]>();
  /** Values whose shape cannot be told: what an op that is not read computes. */
  private readonly unknown = new Set<string>();
  private readonly declared = new Map<string, TensorType>();
  private readonly functions = new Map<string, FunctionProto>();
  private readonly nodes: Node[] = [];
  /** Names that are taken, with how often each was asked for. */
  private readonly taken = new Map<string, number>();
  private readonly nodeIds = new Map<string, number>();
  private readonly unsupported = new Map<string, number>();
  private readonly diagnostics: Diagnostic[] = [];
  private opset = 0;
  private read = 0;
  private module = '';
  /** The module that bodies of control flow stand in. */
  private prefix = '';
  private scopes = new Map<string, string>();

  constructor(
    private readonly files: TensorFiles,
    private readonly options: ImportOptions,
  ) {}

  /** @throws VitrineError bad-file, bad-model, cancelled */
  import(proto: ModelProto, name: string): Imported {
    const { graph } = proto;
    if (!graph) throw this.bad('bad-file', 'The file has no graph. Expected an ONNX model.');
    this.opset = proto.opsetImport?.find(o => isDefault(o.domain))?.version ?? 0;
    if (this.opset < 1) throw this.bad('bad-file', 'The file names no version of the operator set.');
    if (this.opset < 7)
      this.report(
        'warning',
        'old-opset',
        `The model uses version ${this.opset} of the operator set; versions from 7 on are read. Shapes may be wrong.`,
      );
    for (const f of proto.functions ?? []) this.functions.set(`${domainOf(f.domain)}::${f.name ?? ''}`, f);
    const scope: Scope = { names: new Map(), prefix: '' };
    this.addTensors(graph, scope);
    const inputs = this.addInputs(graph, scope);
    for (const v of [...(graph.valueInfo ?? []), ...(graph.output ?? [])]) {
      const type = this.typeOfInfo(v, undefined);
      if (type) this.declared.set(v.name ?? '', type);
    }
    this.addNodes(graph.node ?? [], scope, 0);
    const outputs = (graph.output ?? []).map(o => this.output(o.name ?? '', scope));
    if (outputs.length === 0) throw this.bad('bad-model', 'The graph has no outputs.');
    this.reportUnsupported();
    const values = new Map<string, Model['values'][string]>();
    for (const [id, type] of this.types) values.set(id, { id, name: id, ...type });
    const parameters = [...this.parameters.values()];
    const model: Model = {
      name,
      file: this.files.file,
      format: 'onnx',
      inputs,
      outputs,
      values: Object.fromEntries(values),
      nodes: this.nodes,
      parameters,
      modules: modulesOf(name, this.nodes, parameters, outputs),
    };
    return {
      model,
      diagnostics: this.diagnostics,
      unsupported: this.counts(),
      weight: name => {
        const parameter = this.parameters.get(name);
        if (!parameter) throw this.bad('bad-file', `The model has no tensor "${name}".`);
        return this.weight(parameter);
      },
      weights: () => Object.fromEntries(parameters.map((p): [string, Tensor] => [p.name, this.weight(p)])),
    };
  }

  private weight(p: Parameter): Tensor {
    const values = this.computed.get(p.name);
    if (!values) return this.stored.get(p.name)!.tensor();
    const float = /^b?float/.test(p.dtype);
    return { shape: p.shape, data: float ? Float32Array.from(values) : Int32Array.from(values) };
  }

  private bad(code: 'bad-file' | 'bad-model' | 'cancelled', message: string): VitrineError {
    return new VitrineError(code, message, { at: { file: this.files.file } });
  }

  private report(severity: Diagnostic['severity'], code: string, message: string): void {
    this.diagnostics.push({
      file: this.files.file,
      line: 1,
      column: 1,
      endLine: 1,
      endColumn: 1,
      severity,
      code,
      message,
    });
  }

  private counts() {
    return [...this.unsupported]
      .map(([op, count]) => ({ op, count }))
      .sort((a, b) => b.count - a.count || (a.op < b.op ? -1 : 1));
  }

  private reportUnsupported(): void {
    const counts = this.counts();
    if (counts.length === 0) return;
    const shown = counts.slice(0, 20).map(({ op, count }) => `${op}: ${count}`);
    const more = counts.length > 20 ? ` and ${counts.length - 20} more` : '';
    this.report(
      'error',
      'unsupported-op',
      `The model has operators that are not run here (with the number of their nodes): ${shown.join(', ')}${more}. Its graph is shown; it cannot be trained or explained.`,
    );
  }

  // Tensors, inputs and names.

  private addTensors(graph: GraphProto, scope: Scope): void {
    for (const t of graph.initializer ?? []) {
      const id = this.define(t.name ?? '', scope);
      this.addStored(id, storedTensor(this.files, t, t.name ?? ''), true);
    }
    for (const s of graph.sparseInitializer ?? []) {
      const id = this.define(s.values?.name ?? '', scope);
      this.count('sparse initializer');
      this.setUnknown(id, undefined);
    }
  }

  private addStored(id: string, tensor: StoredTensor, initializer: boolean): void {
    this.stored.set(id, tensor);
    if (initializer) this.initializers.add(id);
  }

  private addInputs(graph: GraphProto, scope: Scope): string[] {
    const inputs: string[] = [];
    const symbols = new Set<string>();
    for (const info of graph.input ?? []) {
      const name = info.name ?? '';
      // Until version 4 of the format initialisers were listed among the inputs.
      if (scope.names.has(name)) continue;
      const id = this.define(name, scope);
      const given = this.options.constants?.[name];
      let type = this.typeOfInfo(info, { symbols, first: inputs.length === 0 });
      if (!type) {
        this.count(`input of the type ${kindOf(info)}`);
        this.setUnknown(id, undefined);
        inputs.push(id);
        continue;
      }
      if (given) {
        this.known.set(id, { dtype: type.dtype, shape: given.shape, values: [...given.data] });
        continue;
      }
      const { input } = this.options;
      if (input && inputs.length === 0) {
        const shape = input.length === type.shape.length ? input : [type.shape[0]!, ...input];
        if (shape.length === type.shape.length) {
          shape.forEach((d, i) => {
            const own = type!.shape[i]!;
            if (typeof own === 'number' && own !== d)
              throw this.bad(
                'bad-model',
                `The input "${name}" has the size ${own} at dimension ${i}, but ${d} was asked for.`,
              );
          });
          type = { ...type, shape };
        }
      }
      this.types.set(id, type);
      inputs.push(id);
    }
    return inputs;
  }

  /** The type that a ValueInfoProto states; dimensions without a value or a name get one, if `make` is given. */
  private typeOfInfo(
    info: ValueInfoProto,
    make: { symbols: Set<string>; first: boolean } | undefined,
  ): TensorType | undefined {
    const tensor = info.type?.tensorType;
    const element = elementTypes[tensor?.elemType ?? 0];
    const dims = tensor?.shape ? (tensor.shape.dim ?? []) : undefined;
    if (!element || !dims || dims.length > maxRank) return undefined;
    const shape = dims.map((d, i): Dim | undefined => {
      if (d.dimParam) return symbolOf(d.dimParam);
      if (d.dimValue !== undefined && d.dimValue >= 0 && Number.isSafeInteger(d.dimValue)) return d.dimValue;
      if (!make) return undefined;
      let symbol = i === 0 && make.first ? 'N' : symbolOf(`${info.name}_${i}`);
      while (make.symbols.has(symbol)) symbol += '_';
      return symbol;
    });
    if (shape.includes(undefined)) return undefined;
    if (make) for (const d of shape) if (typeof d === 'string') make.symbols.add(d);
    return { dtype: element.dtype, shape: shape as Dim[] };
  }

  /** The id of a new value. */
  private define(name: string, scope: Scope): string {
    if (scope.names.has(name)) throw this.bad('bad-model', `The value "${name}" is computed twice.`);
    const id = this.fresh(scope.prefix + name);
    scope.names.set(name, id);
    return id;
  }

  private fresh(wanted: string): string {
    return unique(this.taken, wanted);
  }

  private resolve(name: string, scope: Scope): string | undefined {
    for (let s: Scope | undefined = scope; s; s = s.outer) {
      const id = s.names.get(name);
      if (id !== undefined) return id;
    }
    return undefined;
  }

  private setUnknown(id: string, name: string | undefined): void {
    const type = name === undefined ? undefined : this.declared.get(name);
    this.types.set(id, type ?? { dtype: 'float32', shape: ['unknown'] });
    if (!type) this.unknown.add(id);
  }

  private count(op: string, by = 1): void {
    this.unsupported.set(op, (this.unsupported.get(op) ?? 0) + by);
  }

  private output(name: string, scope: Scope): string {
    const id = this.resolve(name, scope);
    if (id === undefined) throw this.bad('bad-model', `Nothing computes the output "${name}".`);
    if (this.types.has(id) && !this.parameters.has(id)) return id;
    // A constant: the engine's outputs are computed values.
    const of = this.tensorOf(id);
    const out = this.fresh(`${name}:out`);
    this.push('Identity', [of], {}, [out]);
    return out;
  }

  // Nodes.

  private addNodes(nodes: readonly NodeProto[], scope: Scope, depth: number): void {
    if (depth > maxNesting) throw this.bad('bad-model', `Functions nest deeper than ${maxNesting} levels.`);
    for (const node of this.sorted(nodes, scope)) {
      if (++this.read > maxNodes)
        throw this.bad(
          'bad-model',
          `The model has more than ${maxNodes} nodes, those of functions included.`,
        );
      if (this.read % 1024 === 0 && this.options.signal?.aborted) throw this.bad('cancelled', 'Cancelled.');
      this.addNode(node, scope, depth);
    }
  }

  /** In an order in which each node follows what it reads; files should have it, but not all do. */
  private sorted(nodes: readonly NodeProto[], scope: Scope): NodeProto[] {
    const maker = new Map<string, number>();
    nodes.forEach((n, i) => {
      for (const o of n.output ?? []) if (o !== '') maker.set(o, i);
    });
    const needs = nodes.map(n => new Set(this.reads(n).flatMap(name => maker.get(name) ?? [])));
    const waiting = needs.map(s => s.size);
    const readers = new Map<number, number[]>();
    needs.forEach((s, i) => {
      for (const j of s) readers.set(j, [...(readers.get(j) ?? []), i]);
    });
    for (const n of nodes)
      for (const name of n.input ?? [])
        if (name !== '' && !maker.has(name) && this.resolve(name, scope) === undefined)
          throw this.bad('bad-model', `${nameOf(n)} reads "${name}", which nothing computes.`);
    // Already in order, as nearly always: keep it as it is.
    if (needs.every((s, i) => [...s].every(j => j < i))) return [...nodes];
    const order: NodeProto[] = [];
    const ready = waiting.flatMap((w, i) => (w === 0 ? [i] : []));
    for (let at = 0; at < ready.length; at++) {
      const i = ready[at]!;
      order.push(nodes[i]!);
      for (const j of readers.get(i) ?? []) if (--waiting[j]! === 0) ready.push(j);
    }
    if (order.length < nodes.length) {
      const stuck = nodes.filter((_, i) => waiting[i]! > 0).map(nameOf);
      throw this.bad('bad-model', `The graph has a cycle through ${listed(stuck, 5)}.`);
    }
    return order;
  }

  /** Names that a node reads, those that its subgraphs take from outside included. */
  private reads(node: NodeProto): string[] {
    const names = (node.input ?? []).filter(n => n !== '');
    for (const a of node.attribute ?? [])
      for (const g of [a.g, ...(a.graphs ?? [])])
        if (g) for (const n of g.node ?? []) names.push(...this.reads(n));
    return names;
  }

  private addNode(node: NodeProto, scope: Scope, depth: number): void {
    const op = node.opType ?? '';
    const inputs = (node.input ?? []).map(name => (name === '' ? '' : this.resolve(name, scope)!));
    if (inputs.includes(undefined as never))
      throw this.bad('bad-model', `${nameOf(node)} reads a value that nothing computes.`);
    const attributes = this.attributesOf(node, scope);
    const called = this.functions.get(`${domainOf(node.domain)}::${op}`);
    this.module = [this.prefix, scopeOf(node, this.scopes)].filter(Boolean).join('.');
    if (called) {
      this.call(called, node, inputs, attributes, scope, depth);
      return;
    }
    if (isDefault(node.domain) && controlOps.has(op)) {
      this.control(node, inputs, attributes, scope, depth);
      return;
    }
    if (this.isOtherName(node, inputs, scope)) return;
    const outputs = (node.output ?? []).map(name => (name === '' ? '' : this.define(name, scope)));
    const before = this.nodes.length;
    try {
      if (this.evaluate(node, inputs, outputs, attributes)) return;
      const context = this.context(node, inputs, outputs, attributes);
      if (!isDefault(node.domain)) throw new Unsupported('');
      const translate = Object.hasOwn(translations, op) ? translations[op] : undefined;
      // Counted whatever it reads: behind one that is not read, others would come to light one by one.
      if (!translate) throw new Unsupported('');
      if (inputs.some(id => this.unknown.has(id))) throw new Blocked();
      translate(context);
    } catch (e) {
      this.nodes.length = before;
      this.refuse(e, node, inputs, outputs);
    }
  }

  /** Exporters store equal weights once, and give them their other names by Identity. */
  private isOtherName(node: NodeProto, inputs: readonly string[], scope: Scope): boolean {
    const [of] = inputs;
    const name = node.output?.[0];
    if (node.opType !== 'Identity' || !isDefault(node.domain) || !of || !name) return false;
    if (!this.stored.has(of) || node.output?.length !== 1 || scope.names.has(name)) return false;
    scope.names.set(name, of);
    return true;
  }

  private refuse(e: unknown, node: NodeProto, inputs: readonly string[], outputs: readonly string[]): void {
    const op = isDefault(node.domain) ? (node.opType ?? '') : `${node.domain}.${node.opType}`;
    if (e instanceof Unsupported) {
      const inner = (node.attribute ?? []).reduce((n, a) => n + (a.g ? nodesIn(a.g) : 0), 0);
      const detail = [e.message, inner > 0 ? `${inner} nodes inside` : ''].filter(Boolean).join(', ');
      this.count(detail ? `${op} (${detail})` : op);
    } else if (e instanceof NeedsValue) {
      this.count(`${op} (${e.what} is computed while it runs)`);
      this.report(
        'error',
        'needs-value',
        `${nameOf(node)}: ${e.what} must be known before the model runs, but it comes from "${e.input}". Export the model with a fixed shape.`,
      );
    } else if (e instanceof ShapeError || e instanceof RangeError || e instanceof SyntaxError) {
      this.report('error', 'shape-mismatch', `${nameOf(node)} (${op}): ${e.message}`);
    } else if (e instanceof VitrineError || e instanceof WireError) throw e;
    else if (!(e instanceof Blocked)) {
      // A rank or an attribute that no model of this operator has: its rules were not made for it.
      this.report(
        'error',
        'shape-mismatch',
        `${nameOf(node)}: its inputs and attributes do not fit the operator (${(e as Error).message}).`,
      );
    }
    // Shown all the same.
    const made = outputs.map(id => (id === '' ? this.fresh('unused') : id));
    for (const [i, id] of made.entries()) this.setUnknown(id, node.output?.[i]);
    this.addGraphNode(
      op,
      inputs.map(id => (id === '' ? '' : this.tensorOf(id))),
      {},
      made,
    );
  }

  /**
   * Puts the bodies of an If, Loop or Scan in their places; where that cannot be, one copy of each is shown and the node
   * is counted as not run.
   */
  private control(
    node: NodeProto,
    inputs: readonly string[],
    attributes: ReadonlyMap<string, AttributeProto>,
    scope: Scope,
    depth: number,
  ): void {
    const before = {
      nodes: this.nodes.length,
      diagnostics: this.diagnostics.length,
      unsupported: new Map(this.unsupported),
    };
    const { module } = this;
    const prefix = this.prefix;
    const host = this.controlHost(node, scope, depth);
    const restore = () => {
      this.module = module;
      this.prefix = prefix;
    };
    const total = () => [...this.unsupported.values()].reduce((a, b) => a + b, 0);
    try {
      const had = total();
      const ids = runControl(node, inputs, attributes, host);
      // What is not run inside would be counted once a round.
      if (total() > had || this.diagnostics.slice(before.diagnostics).some(d => d.severity === 'error'))
        throw new Unsupported('of what is not run here');
      restore();
      (node.output ?? []).forEach((name, i) => {
        if (name === '') return;
        const id = ids[i];
        if (id === undefined)
          throw this.bad('bad-model', `Nothing computes the output "${name}" of ${nameOf(node)}.`);
        if (scope.names.has(name)) throw this.bad('bad-model', `The value "${name}" is computed twice.`);
        scope.names.set(name, id);
      });
    } catch (e) {
      if (e instanceof VitrineError || e instanceof WireError) throw e;
      restore();
      this.nodes.length = before.nodes;
      this.diagnostics.length = before.diagnostics;
      this.unsupported.clear();
      for (const [op, count] of before.unsupported) this.unsupported.set(op, count);
      let inside: string[] = [];
      try {
        inside = showControl(inputs, attributes, host);
      } catch (shown) {
        if (shown instanceof VitrineError || shown instanceof WireError) throw shown;
        this.nodes.length = before.nodes;
      }
      // Said of a copy that is only looked at, they would mislead.
      this.diagnostics.length = before.diagnostics;
      restore();
      const outputs = (node.output ?? []).map(name => (name === '' ? '' : this.define(name, scope)));
      this.refuse(e, node, [...inputs, ...inside], outputs);
    }
  }

  private controlHost(node: NodeProto, scope: Scope, depth: number): ControlHost {
    const label = node.name || node.output?.[0] || node.opType || '';
    const outside = this.prefix;
    const { module } = this;
    return {
      opset: this.opset,
      inline: (graph, given, part) => {
        const names = new Map<string, string>();
        (graph.input ?? []).forEach((v, i) => {
          names.set(v.name ?? '', given[i] ?? '');
        });
        const inner: Scope = {
          names,
          outer: scope,
          prefix: `${scope.prefix}${label}/${part}/`,
          ...(scope.attributes && { attributes: scope.attributes }),
        };
        this.prefix = [module || outside, part].filter(Boolean).join('.');
        try {
          this.addTensors(graph, inner);
          this.addNodes(graph.node ?? [], inner, depth + 1);
        } finally {
          this.prefix = outside;
          this.module = module;
        }
        return (graph.output ?? []).map(o => {
          const id = this.resolve(o.name ?? '', inner);
          if (id === undefined)
            throw this.bad(
              'bad-model',
              `Nothing computes the output "${o.name ?? ''}" of a part of ${nameOf(node)}.`,
            );
          return id;
        });
      },
      known: id => (id === '' ? undefined : this.knownOf(id)),
      nameOf: id => id,
      integers: a => (a?.ints ? numbersOf(this.files.source, a.ints, maxAttribute) : []),
      type: id => this.typeOf(id),
      isUnknown: id => this.unknown.has(id),
      emit: (op, ids, given) => {
        this.module = module;
        const [out] = this.push(
          op,
          ids.map(id => this.tensorOf(id)),
          given,
          undefined,
          node,
        );
        return out!;
      },
      constant: known => {
        const id = this.fresh(`${scope.prefix}${label}:${known.values[0]}`);
        this.known.set(id, known);
        return id;
      },
    };
  }

  private bindOutputs(node: NodeProto, names: readonly string[], inner: Scope, scope: Scope): void {
    (node.output ?? []).forEach((name, i) => {
      if (name === '') return;
      const id = names[i] === undefined ? undefined : this.resolve(names[i], inner);
      if (id === undefined)
        throw this.bad('bad-model', `Nothing computes the output "${name}" of ${nameOf(node)}.`);
      if (scope.names.has(name)) throw this.bad('bad-model', `The value "${name}" is computed twice.`);
      scope.names.set(name, id);
    });
  }

  /** A call of one of the model's own functions: its nodes in place of the call. */
  private call(
    f: FunctionProto,
    node: NodeProto,
    inputs: readonly string[],
    attributes: ReadonlyMap<string, AttributeProto>,
    scope: Scope,
    depth: number,
  ): void {
    const names = new Map<string, string>();
    (f.input ?? []).forEach((name, i) => {
      if (inputs[i]) names.set(name, inputs[i]);
      else names.set(name, '');
    });
    const defaults = (f.attributeProto ?? []).map((a): [string, AttributeProto] => [a.name ?? '', a]);
    const inner: Scope = {
      names,
      prefix: `${scope.prefix}${node.name || node.output?.[0] || f.name}/`,
      attributes: new Map([...defaults, ...attributes]),
    };
    const own = this.opset;
    this.opset = f.opsetImport?.find(o => isDefault(o.domain))?.version ?? own;
    this.addNodes(f.node ?? [], inner, depth + 1);
    this.opset = own;
    this.bindOutputs(node, f.output ?? [], inner, scope);
  }

  /** Attributes by name, with those of a function's call filled in. */
  private attributesOf(node: NodeProto, scope: Scope): ReadonlyMap<string, AttributeProto> {
    const out = new Map<string, AttributeProto>();
    for (const a of node.attribute ?? []) {
      const name = a.name ?? '';
      if (!a.refAttrName) out.set(name, a);
      else {
        const given = scope.attributes?.get(a.refAttrName);
        if (given) out.set(name, given);
      }
    }
    return out;
  }

  // What is known while reading.

  private knownOf(id: string): Known | undefined {
    const known = this.known.get(id);
    if (known) return known;
    const stored = this.stored.get(id);
    if (!stored || stored.size > maxKnown) return undefined;
    const made = { dtype: stored.dtype, shape: stored.shape, values: stored.numbers() };
    this.known.set(id, made);
    return made;
  }

  /** What folding may take: weights that are learned stay tensors. */
  private foldable(id: string): Known | undefined {
    const stored = this.stored.get(id);
    if (stored && this.initializers.has(id) && /^b?float/.test(stored.dtype) && stored.size > 1)
      return undefined;
    return this.knownOf(id);
  }

  /** Constants, and what follows from constants and shapes. */
  private evaluate(
    node: NodeProto,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: ReadonlyMap<string, AttributeProto>,
  ): boolean {
    const op = node.opType ?? '';
    const [output] = outputs;
    if (!isDefault(node.domain) || !output) return false;
    if (op === 'Constant') return this.constantNode(output, node.output![0]!, attributes);
    const set = (known: Known) => {
      this.known.set(output, known);
      return true;
    };
    const int = (name: string, otherwise: number) => attributes.get(name)?.i ?? otherwise;
    if (op === 'Shape' || op === 'Size') {
      const shape =
        inputs[0] === undefined || this.unknown.has(inputs[0]) ? undefined : this.shapeOf(inputs[0]);
      if (!shape) return false;
      if (op === 'Size') {
        const size = fold('ReduceProd', this.foldContext([vector(shape)], attributes, outputs));
        return size ? set({ ...size[0]!, shape: [] }) : false;
      }
      const rank = shape.length;
      const at = (v: number) => Math.min(Math.max(v < 0 ? v + rank : v, 0), rank);
      return set(vector(shape.slice(at(int('start', 0)), at(int('end', rank)))));
    }
    if (outputs.length !== 1) return false;
    const given = inputs.map(id => (id === '' ? undefined : this.foldable(id)));
    const isShapeOp = op === 'ConstantOfShape';
    if (given.some((k, i) => k === undefined && inputs[i] !== '') || given.length === 0) return false;
    const result = fold(op, this.foldContext(given, attributes, outputs));
    if (result?.[0]) return set(result[0]);
    if (!isShapeOp) return false;
    const shape = given[0]!.values;
    const { dtype, value } = this.fillOf(attributes) ?? { dtype: 'float32' as DType, value: 0 };
    if (shape.length > maxRank) return false;
    this.push('ConstantOfShape', [], { shape, value, dtype }, [output], node);
    return true;
  }

  private foldContext(
    inputs: readonly (Known | undefined)[],
    attributes: ReadonlyMap<string, AttributeProto>,
    outputs: readonly string[],
  ) {
    return {
      inputs,
      integer: (name: string, otherwise: number) => attributes.get(name)?.i ?? otherwise,
      integers: (name: string) => {
        const list = attributes.get(name)?.ints;
        return list && numbersOf(this.files.source, list, maxAttribute);
      },
      outputs: outputs.length,
      opset: this.opset,
      to: elementTypes[attributes.get('to')?.i ?? 0]?.dtype,
      fill: this.fillOf(attributes),
    };
  }

  /** ConstantOfShape's value: a tensor of one element. */
  private fillOf(attributes: ReadonlyMap<string, AttributeProto>) {
    const t = attributes.get('value')?.t;
    if (!t) return undefined;
    const stored = storedTensor(this.files, t, 'value');
    return stored.size === 1 ? { dtype: stored.dtype, value: stored.numbers()[0]! } : undefined;
  }

  private constantNode(id: string, name: string, attributes: ReadonlyMap<string, AttributeProto>): boolean {
    const { source } = this.files;
    for (const [key, a] of attributes) {
      if (key === 'value' && a.t) {
        this.addStored(id, storedTensor(this.files, a.t, name), false);
        return true;
      }
      const values =
        key === 'value_float'
          ? [a.f ?? 0]
          : key === 'value_int'
            ? [a.i ?? 0]
            : key === 'value_floats'
              ? numbersOf(source, a.floats, maxAttribute)
              : key === 'value_ints'
                ? numbersOf(source, a.ints, maxAttribute)
                : undefined;
      if (!values) continue;
      this.known.set(id, {
        dtype: key.includes('float') ? 'float32' : 'int64',
        shape: key.endsWith('s') ? [values.length] : [],
        values,
      });
      return true;
    }
    return false;
  }

  private shapeOf(id: string): readonly Dim[] | undefined {
    return this.types.get(id)?.shape ?? this.known.get(id)?.shape ?? this.stored.get(id)?.shape;
  }

  // Tensors that nodes read.

  private typeOf(id: string): TensorType {
    const type = this.types.get(id) ?? this.known.get(id) ?? this.stored.get(id);
    if (!type) throw new Error(`the value "${id}" has no type`);
    return { dtype: type.dtype, shape: type.shape };
  }

  /** The id under which a node reads a value: constants become parameters when they are first read. */
  private tensorOf(id: string): string {
    if (this.types.has(id)) return id;
    const stored = this.stored.get(id);
    if (stored) {
      this.addParameter(id, stored);
      return id;
    }
    const known = this.known.get(id);
    if (!known) throw new Error(`the value "${id}" does not exist`);
    if (known.values.every(v => typeof v === 'number')) {
      this.addConstant(id, known.dtype, known.shape, known.values as number[]);
      return id;
    }
    // Sizes that are symbols: each becomes a tensor once the sizes are given.
    const cells = known.values.map(v => {
      const cell = this.fresh(`${id}:cell`);
      this.push('ConstantOfShape', [], { shape: [1], value: v, dtype: known.dtype }, [cell]);
      return cell;
    });
    const joined = this.fresh(`${id}:cells`);
    this.push('Concat', cells, { axis: 0 }, [joined]);
    this.push('Reshape', [joined], { shape: known.shape }, [id]);
    return id;
  }

  private addParameter(id: string, stored: StoredTensor): void {
    const { dtype, shape, size } = stored;
    const float = /^b?float/.test(dtype);
    const learned = float && this.initializers.has(id) && (shape.length > 0 || !isGenerated(id));
    this.types.set(id, { dtype, shape });
    const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
    const bound = 1 / Math.sqrt(Math.max(1, fanIn));
    this.parameters.set(id, {
      name: id,
      dtype,
      shape,
      kind: learned ? 'parameter' : 'constant',
      trainable: learned,
      // Training from scratch starts as PyTorch's layers do; what a constant is, it stays.
      initializer: !learned
        ? size <= maxKnown
          ? { kind: 'values', values: stored.numbers().map(jsonSafe) }
          : { kind: 'zeros' }
        : shape.length > 1
          ? { kind: 'uniform', low: -bound, high: bound }
          : { kind: /bias|beta|_b$/i.test(id) ? 'zeros' : 'ones' },
    });
  }

  private addConstant(id: string, dtype: DType, shape: readonly number[], values: readonly number[]): void {
    this.types.set(id, { dtype, shape });
    this.computed.set(id, values);
    this.parameters.set(id, {
      name: id,
      dtype,
      shape,
      kind: 'constant',
      trainable: false,
      initializer: { kind: 'values', values: values.map(jsonSafe) },
    });
  }

  // Emitting.

  private context(
    node: NodeProto,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: ReadonlyMap<string, AttributeProto>,
  ): TranslationContext {
    const id = (i: number): string => {
      const found = inputs[i];
      if (!found) throw new Unsupported(`input ${i + 1} is left out`);
      return found;
    };
    const values = (i: number, what: string): readonly Dim[] => {
      const known = this.knownOf(id(i));
      if (!known) throw new NeedsValue(node.input?.[i] ?? '', what);
      return known.values;
    };
    const text = (a: AttributeProto | undefined): string | undefined =>
      a?.s && a.s.end - a.s.start < maxAttribute
        ? utf8.decode(this.files.source.bytes(a.s.start, a.s.end))
        : undefined;
    const emit: TranslationContext['emit'] = (op, of, a = {}, to) => this.push(op, of, a, to, node);
    return {
      op: node.opType ?? '',
      opset: this.opset,
      inputs,
      outputs,
      has: i => Boolean(inputs[i]),
      type: i => this.typeOf(id(i)),
      typeOf: value => this.typeOf(value),
      known: i => (inputs[i] ? this.knownOf(inputs[i]) : undefined),
      numbers: (i, what) => {
        const found = values(i, what);
        if (!found.every(v => typeof v === 'number')) throw new NeedsValue(node.input?.[i] ?? '', what);
        return [...found] as number[];
      },
      dims: (i, what) => [...values(i, what)],
      integer: (name, otherwise) => attributes.get(name)?.i ?? otherwise,
      float: (name, otherwise) => attributes.get(name)?.f ?? otherwise,
      text: (name, otherwise) => text(attributes.get(name)) ?? otherwise,
      texts: name =>
        attributes
          .get(name)
          ?.strings?.slice(0, 100)
          .map(s => text({ s }) ?? ''),
      integers: name => {
        const list = attributes.get(name)?.ints;
        return list && numbersOf(this.files.source, list, maxAttribute);
      },
      floats: name => {
        const list = attributes.get(name)?.floats;
        return list && numbersOf(this.files.source, list, maxAttribute);
      },
      hasAttribute: name => attributes.has(name),
      emit,
      finish: (op, of, a = {}) => {
        emit(op, of, a, outputs);
        return undefined;
      },
      constant: (dtype, shape, list) => {
        const made = this.fresh(`${outputs.find(o => o !== '') ?? 'constant'}:constant`);
        this.addConstant(made, dtype, shape, list);
        return made;
      },
      tensor: i => this.tensorOf(id(i)),
    };
  }

  /** Adds a node whose outputs' types follow from its op. @throws Unsupported, ShapeError */
  private push(
    op: string,
    inputs: readonly string[],
    attributes: Attributes,
    wanted?: readonly string[],
    node?: NodeProto,
  ): string[] {
    const definition = ops.get(op);
    if (!definition) throw new Unsupported(op === node?.opType ? '' : `needs ${op}`);
    const types = definition.infer(
      inputs.map(i => (i === '' ? undefined : this.typeOf(i))),
      attributes,
    );
    if (wanted && wanted.length > types.length)
      if (wanted.slice(types.length).some(o => o !== '')) throw new Unsupported(`output ${types.length + 1}`);
    const base = node?.output?.find(o => o !== '') ?? op;
    const outputs = types.map((t, i) => {
      const out = wanted?.[i] || this.fresh(`${base}:${op}`);
      this.types.set(out, { dtype: t.dtype, shape: t.shape });
      return out;
    });
    this.addGraphNode(op, inputs, attributes, outputs, node);
    return outputs;
  }

  private addGraphNode(
    op: string,
    inputs: readonly string[],
    attributes: Attributes,
    outputs: readonly string[],
    node?: NodeProto,
  ): void {
    // Trailing inputs that are left out say nothing.
    let end = inputs.length;
    while (end > 0 && inputs[end - 1] === '') end--;
    for (const id of inputs) this.noteUse(op, inputs, id);
    const id = unique(this.nodeIds, node?.name || `${op}_${this.nodes.length}`);
    this.nodes.push({ id, op, module: this.module, inputs: inputs.slice(0, end), outputs, attributes });
  }

  /** Running statistics are buffers: no gradient reaches them. */
  private noteUse(op: string, inputs: readonly string[], id: string): void {
    if (op !== 'BatchNormalization' || inputs.indexOf(id) < 3) return;
    const p = this.parameters.get(id);
    if (p?.kind !== 'parameter') return;
    this.parameters.set(id, {
      ...p,
      kind: 'buffer',
      trainable: false,
      initializer: { kind: inputs.indexOf(id) === 4 ? 'ones' : 'zeros' },
    });
  }
}

/** An input comes from an op that is not read, which was counted already. */
class Blocked extends Error {}

/** The name, or the name with the first number that makes it a new one. */
function unique(taken: Map<string, number>, wanted: string): string {
  let count = taken.get(wanted) ?? (wanted === '' ? 1 : 0);
  let name = wanted;
  while (count > 0 && (name === wanted || taken.has(name))) name = `${wanted}:${++count}`;
  taken.set(wanted, Math.max(count, 1));
  taken.set(name, taken.get(name) ?? 1);
  return name;
}

const utf8 = new TextDecoder();

const isDefault = (domain: string | undefined) => !domain || domain === 'ai.onnx';
const domainOf = (domain: string | undefined) => (isDefault(domain) ? '' : domain!);

function nameOf(node: NodeProto): string {
  return `The node "${node.name || node.output?.[0] || ''}" (${node.opType ?? ''})`;
}

function nodesIn(g: GraphProto): number {
  return (g.node ?? []).reduce(
    (n, node) => n + 1 + (node.attribute ?? []).reduce((m, a) => m + (a.g ? nodesIn(a.g) : 0), 0),
    0,
  );
}

function kindOf(info: ValueInfoProto): string {
  const t = info.type;
  if (t?.sequenceType) return 'sequence';
  if (t?.mapType) return 'map';
  if (t?.optionalType) return 'optional';
  if (t?.sparseTensorType) return 'sparse tensor';
  if (!t?.tensorType?.shape) return 'tensor of unknown rank';
  return `tensor of element type ${t.tensorType.elemType ?? 0}`;
}

/** A name of the file as a symbol of our sizes. */
function symbolOf(name: string): string {
  const clean = name.replace(/\W/g, '_').slice(0, 64);
  return /^[A-Za-z_]/.test(clean) ? clean : `d${clean}`;
}

/** Names that exporters make up. */
function isGenerated(name: string): boolean {
  return /^(\d+|onnx::.*|\/.*|_.*|.*[Cc]onst(ant)?.*|val_\d+)$/.test(name);
}

/** Infinities do not survive JSON. */
function jsonSafe(x: number): number {
  return Number.isFinite(x) ? x : Number.isNaN(x) ? 0 : Math.sign(x) * 3.4028234663852886e38;
}

function vector(values: readonly Dim[]): Known {
  return { dtype: 'int64', shape: [values.length], values };
}
