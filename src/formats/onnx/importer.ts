/** From the messages of an ONNX file to a Model: folds what is known, translates the rest, infers every shape. */
import { ShapeError } from '../../engine/op';
import { VitrineError } from '../../model/errors';
import type { Diagnostic, Model, Shown, Tensor, Tensors } from '../../model/graph';
import { lostOutputs, nodesFor } from '../../model/shown';
import { adviceOn } from './advice';
import { Building } from './building';
import { translationContext } from './context';
import { controlOps } from './control';
import { Findings, type OperatorCount } from './findings';
import { Folding } from './folding';
import { addInputs, type InputOptions, typeOfInfo } from './inputs';
import type { Known } from './known';
import { modulesOf } from './modules';
import { domainOf, isDefault, nameOf, nodesIn, operatorOf, placeOf } from './names';
import { isFolded, movesText, takesSequences, takesText, translationOf } from './operatorRegistry';
import { sorted } from './order';
import { type BodyReader, Placing } from './placing';
import type { AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto } from './schema';
import { scopeOf } from './scopes';
import { storedTensor, type TensorFiles } from './tensors';
import { Blocked, NeedsSize, NeedsValue, Unsupported } from './translation';
import { type Scope, Values } from './values';
import { WireError } from './wire';

/** Of the operators that are read. */
const newestOpset = 26;
/** Nodes that are read in all, those of functions counted at each call. */
const maxNodes = 200_000;
/** Functions that call functions, and branches in branches. */
const maxNesting = 32;

export interface ImportOptions extends InputOptions {
  signal?: AbortSignal;
  /** What earlier steps of a plan found, by id; `shapes` are given with it. */
  found?: ReadonlyMap<string, Known>;
}

export interface Imported {
  model: Model;
  diagnostics: readonly Diagnostic[];
  /** What the model uses and the engine lacks, most frequent first. */
  unsupported: readonly OperatorCount[];
  /** Nodes that wait for what only running tells, by what they wait for. */
  waits: readonly OperatorCount[];
  /** Ids of outputs that need what the engine lacks, whatever running tells. */
  lost: readonly string[];
  /** Ids of the values that these of the nodes wait for that outputs need, and of others that those behind them read. */
  wanted: readonly string[];
  useful: readonly string[];
  /** The values of all parameters, read from the file. */
  weights(): Tensors;
  /** Whether the file has a parameter as such, or as a node's attribute that is learned; others are the reader's. */
  isStored(name: string): boolean;
  /** Those of one parameter. @throws VitrineError bad-file when there is none of this name */
  weight(name: string): Tensor;
}

export class Importer implements BodyReader {
  /** Version of the operator set that is read by: a function of the model may have its own. */
  opset = 0;
  prefix = '';
  readonly values: Values;
  readonly building: Building;
  private readonly findings: Findings;
  private readonly folding: Folding;
  private readonly placing: Placing;
  private readonly functions = new Map<string, FunctionProto>();
  private read = 0;
  private top: Scope | undefined;
  /** What nodes read that wait, of the values that are computed: they need not be computed again. */
  private readonly useful = new Set<string>();
  /** What nodes wait for, by the first value that they compute. */
  private readonly awaited = new Map<string, readonly string[]>();
  private scopes = new Map<string, string>();

  constructor(
    readonly files: TensorFiles,
    private readonly options: ImportOptions,
  ) {
    this.findings = new Findings(files.file);
    this.values = new Values(files, this.findings);
    this.values.found = options.found;
    this.building = new Building(this.values);
    this.folding = new Folding(files, this.values, this.building, this);
    this.placing = new Placing(files, this.values, this.building, this.findings, this);
  }

  /** @throws VitrineError bad-file, bad-model, cancelled */
  import(proto: ModelProto, name: string): Imported {
    const { graph } = proto;
    if (!graph) throw this.findings.bad('bad-file', 'The file has no graph. Expected an ONNX model.');
    const sets = proto.opsetImport ?? [];
    // A model of other operators alone need not name a version of ONNX's own.
    this.opset = sets.find(o => isDefault(o.domain))?.version ?? (sets.length > 0 ? newestOpset : 0);
    if (this.opset < 1) throw this.findings.bad('bad-file', 'The file names no version of the operator set.');
    if (this.opset < 7)
      this.findings.report(
        'warning',
        'old-opset',
        `The model uses version ${this.opset} of the operator set; versions from 7 on are read. Shapes may be wrong.`,
      );
    for (const f of proto.functions ?? []) this.functions.set(`${domainOf(f.domain)}::${f.name ?? ''}`, f);
    const scope: Scope = { names: new Map(), prefix: '' };
    this.addTensors(graph, scope);
    const inputs = addInputs(graph, scope, this.values, this.findings, this.options);
    for (const v of [...(graph.valueInfo ?? []), ...(graph.output ?? [])]) {
      const type = typeOfInfo(v, undefined);
      if (type) this.values.declared.set(v.name ?? '', type);
    }
    this.top = scope;
    this.addNodes(graph.node ?? [], scope, 0);
    const outputs = (graph.output ?? []).map(o => this.output(o.name ?? '', scope));
    if (outputs.length === 0) throw this.findings.bad('bad-model', 'The graph has no outputs.');
    const { nodes } = this.building;
    const lost = lostOutputs({ nodes, outputs });
    this.findings.reportUnsupported(this.opset, lost, outputs.length);
    const values = new Map<string, Model['values'][string]>();
    for (const [id, type] of this.values.types) values.set(id, { id, name: id, ...type });
    const parameters = [...this.values.parameters.values()];
    const model: Model = {
      name,
      file: this.files.file,
      format: 'onnx',
      inputs,
      outputs,
      values: Object.fromEntries(values),
      nodes,
      parameters,
      modules: modulesOf(name, nodes, parameters, outputs),
      ...this.said(inputs, outputs),
    };
    return {
      model,
      diagnostics: this.findings.diagnostics,
      unsupported: this.findings.counts(),
      lost,
      waits: this.findings.waits(),
      wanted: this.wantedFor(outputs).filter(id => values.has(id)),
      useful: [...this.useful].filter(id => values.has(id) && !this.values.parameters.has(id)),
      isStored: name =>
        this.values.stored.has(name) || this.values.parameters.get(name)?.kind === 'parameter',
      weight: name => {
        const parameter = this.values.parameters.get(name);
        if (!parameter) throw this.findings.bad('bad-file', `The model has no tensor "${name}".`);
        return this.values.weightOf(parameter);
      },
      weights: () =>
        Object.fromEntries(parameters.map((p): [string, Tensor] => [p.name, this.values.weightOf(p)])),
    };
  }

  /** What the nodes wait for that outputs need. */
  private wantedFor(outputs: readonly string[]): string[] {
    const ids = [...nodesFor(this.building, outputs)].flatMap(n => this.awaited.get(n.outputs[0]!) ?? []);
    const all = new Set(ids);
    return [...this.findings.wanted].filter(id => all.has(id));
  }

  /** What the file says of what enters and leaves, beyond its types. */
  private said(inputs: readonly string[], outputs: readonly string[]): Pick<Model, 'texts' | 'classes'> {
    const { texts, words, classes, types } = this.values;
    const own = [...inputs, ...outputs].filter(id => texts.has(id));
    const scores = outputs.find(id => {
      const type = types.get(id);
      return (
        type && /^b?float/.test(type.dtype) && type.shape.length === 2 && type.shape[1] === classes?.length
      );
    });
    return {
      ...(own.length > 0 && { texts: { words: words.list, values: own } }),
      ...(classes && scores !== undefined && { classes: { labels: classes, scores } }),
    };
  }

  addTensors(graph: GraphProto, scope: Scope): void {
    for (const t of graph.initializer ?? []) {
      const id = this.values.define(t.name ?? '', scope);
      this.values.addStored(id, storedTensor(this.files, t, t.name ?? '', this.values.words), true);
    }
    for (const s of graph.sparseInitializer ?? []) {
      const id = this.values.define(s.values?.name ?? '', scope);
      this.findings.count('sparse initializer');
      this.values.setUnknown(id, undefined);
      const why = `The initialiser "${s.values?.name ?? ''}" is sparse. ${adviceOn('sparse initializer')}`;
      this.building.addGraphNode('SparseInitializer', [], {}, [id], undefined, {
        as: 'lacking',
        why,
        reads: 0,
      });
    }
  }

  private output(name: string, scope: Scope): string {
    const id = this.values.resolve(name, scope);
    if (id === undefined) throw this.findings.bad('bad-model', `Nothing computes the output "${name}".`);
    if (this.values.types.has(id) && !this.values.parameters.has(id)) return id;
    if (this.values.lists.has(id))
      throw this.findings.bad('bad-model', `The output "${name}" is a sequence. Expected a tensor.`);
    // A constant: the engine's outputs are computed values.
    const of = this.building.tensorOf(id);
    const out = this.values.fresh(`${name}:out`);
    this.building.push('Identity', [of], {}, [out]);
    return out;
  }

  addNodes(nodes: readonly NodeProto[], scope: Scope, depth: number): void {
    if (depth > maxNesting)
      throw this.findings.bad('bad-model', `Functions nest deeper than ${maxNesting} levels.`);
    for (const node of sorted(nodes, name => this.values.resolve(name, scope) !== undefined, this.findings)) {
      if (++this.read > maxNodes)
        throw this.findings.bad(
          'bad-model',
          `The model has more than ${maxNodes} nodes, those of functions included.`,
        );
      if (this.read % 1024 === 0 && this.options.signal?.aborted)
        throw this.findings.bad('cancelled', 'Cancelled.');
      this.addNode(node, scope, depth);
    }
  }

  private addNode(node: NodeProto, scope: Scope, depth: number): void {
    const op = node.opType ?? '';
    const inputs = (node.input ?? []).map(name => (name === '' ? '' : this.values.resolve(name, scope)!));
    if (inputs.includes(undefined as never))
      throw this.findings.bad('bad-model', `${nameOf(node)} reads a value that nothing computes.`);
    const attributes = this.attributesOf(node, scope);
    const called = this.functions.get(`${domainOf(node.domain)}::${op}`);
    this.building.module = [this.prefix, scopeOf(node, this.scopes)].filter(Boolean).join('.');
    if (called) {
      this.placing.call(called, node, inputs, attributes, scope, depth);
      return;
    }
    if (isDefault(node.domain) && controlOps.has(op)) {
      this.placing.control(node, inputs, attributes, scope, depth);
      return;
    }
    if (this.isOtherName(node, inputs, scope)) return;
    const outputs = (node.output ?? []).map(name => (name === '' ? '' : this.values.define(name, scope)));
    const before = this.building.nodes.length;
    try {
      if (this.folding.evaluate(node, inputs, outputs, attributes)) return;
      const context = translationContext(this, node, inputs, outputs, attributes);
      const translate = translationOf(node);
      // Counted whatever it reads: behind one that is not read, others would come to light one by one.
      const waits = inputs.some(id => this.values.unknown.has(id));
      if (!translate && !(waits && isFolded(node))) throw new Unsupported('');
      if (waits || !translate) throw new Blocked();
      if (inputs.some(id => this.values.lists.has(id)) && !takesSequences(op))
        throw new Unsupported('of a sequence');
      const ofText = inputs.some(id => this.values.texts.has(id));
      if (ofText && !takesText(op)) throw new Unsupported('of text');
      translate(context);
      if (ofText && movesText(op)) for (const id of outputs) if (id !== '') this.values.texts.add(id);
    } catch (e) {
      this.building.nodes.length = before;
      this.refuse(e, node, inputs, outputs);
    }
  }

  /** Exporters store equal weights once, and give them their other names by Identity. */
  private isOtherName(node: NodeProto, inputs: readonly string[], scope: Scope): boolean {
    const [of] = inputs;
    const name = node.output?.[0];
    if (node.opType !== 'Identity' || !isDefault(node.domain) || !of || !name) return false;
    if (!this.values.stored.has(of) || node.output?.length !== 1 || scope.names.has(name)) return false;
    scope.names.set(name, of);
    return true;
  }

  reads(node: NodeProto): boolean {
    return (
      translationOf(node) !== undefined ||
      isFolded(node) ||
      (isDefault(node.domain) && controlOps.has(node.opType ?? '')) ||
      this.functions.has(`${domainOf(node.domain)}::${node.opType ?? ''}`)
    );
  }

  refuse(
    e: unknown,
    node: NodeProto,
    inputs: readonly string[],
    outputs: readonly string[],
    inside: readonly string[] = [],
  ): void {
    const made = outputs.map(id => (id === '' ? this.values.fresh('unused') : id));
    const members = (ids: readonly string[]) => ids.flatMap(id => this.values.lists.get(id) ?? id);
    const reads = members(inputs);
    const shown: Shown = { ...this.standing(e, node, made), reads: reads.length };
    // Of the file's own values: others have names by the order in which they were made.
    for (const id of inputs)
      if (this.top?.names.get(id) === id && this.values.types.has(id) && !this.values.unknown.has(id))
        this.useful.add(id);
    // Shown all the same.
    for (const [i, id] of made.entries()) this.values.setUnknown(id, node.output?.[i]);
    this.building.addGraphNode(
      operatorOf(node),
      [...reads, ...members(inside)].map(id => (id === '' ? '' : this.building.tensorOf(id))),
      {},
      made,
      undefined,
      shown,
    );
  }

  /** Counts a node that is not run, or reports what is wrong with it. */
  private standing(e: unknown, node: NodeProto, made: readonly string[]): Pick<Shown, 'as' | 'why'> {
    const op = operatorOf(node);
    const place = placeOf(node, this.building.module);
    const lacks = (what: string, because?: string) => {
      this.findings.count(what, place);
      const why = because ?? `The node ${place} is ${what} of operator set ${this.opset}. ${adviceOn(what)}`;
      return { as: 'lacking', why } as const;
    };
    const waits = (what: string, ids: readonly string[]) => {
      this.findings.wait(`${op} (${what})`, ids);
      this.awaited.set(made[0] ?? '', ids);
      return {
        as: 'waiting',
        why: `The node ${place} (${op}) waits for what is computed while the model runs.`,
      } as const;
    };
    if (e instanceof NeedsSize && !this.values.found) return waits(e.message, []);
    if (e instanceof Unsupported) {
      const inner = (node.attribute ?? []).reduce((n, a) => n + (a.g ? nodesIn(a.g) : 0), 0);
      const detail = [e.message, inner > 0 ? `${inner} nodes inside` : ''].filter(Boolean).join(', ');
      return lacks(detail ? `${op} (${detail})` : op, e.because);
    }
    if (e instanceof NeedsValue) {
      this.findings.needsValue(nameOf(node), e);
      const ids = e.ids.filter(id => !this.values.unknown.has(id));
      return ids.length > 0 ? waits(e.what, ids) : lacks(`${op} (${e.what} is computed while it runs)`);
    }
    if (e instanceof VitrineError || e instanceof WireError) throw e;
    const behind = { as: 'behind', why: `The node ${place} (${op}) reads what is not run here.` } as const;
    if (e instanceof Blocked) return behind;
    if (e instanceof ShapeError || e instanceof RangeError || e instanceof SyntaxError)
      this.findings.report('error', 'shape-mismatch', `${nameOf(node)} (${op}): ${e.message}`);
    // A rank or an attribute that no model of this operator has: its rules were not made for it.
    else
      this.findings.report(
        'error',
        'shape-mismatch',
        `${nameOf(node)}: its inputs and attributes do not fit the operator (${(e as Error).message}).`,
      );
    return behind;
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
}
