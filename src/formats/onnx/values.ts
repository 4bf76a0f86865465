/** The values of a model while it is read: their types, what is known of them, and which become parameters. */
import type { Dim, DType, Parameter, Tensor, TensorType } from '../../model/graph';
import type { Findings } from './findings';
import { type Known, maxKnown } from './known';
import { isGenerated, unique } from './names';
import type { AttributeProto } from './schema';
import { type StoredTensor, storedTensor, type TensorFiles } from './tensors';

export interface Scope {
  /** What a name of the file is called in the model. */
  names: Map<string, string>;
  outer?: Scope;
  /** Before the names of values made here. */
  prefix: string;
  attributes?: ReadonlyMap<string, AttributeProto>;
}

/** Texts, each with the number that stands for it. */
export class Words {
  readonly list: string[] = [];
  private readonly places = new Map<string, number>();

  of(text: string): number {
    const known = this.places.get(text);
    if (known !== undefined) return known;
    this.places.set(text, this.list.length);
    return this.list.push(text) - 1;
  }
}

export class Values {
  readonly types = new Map<string, TensorType>();
  readonly known = new Map<string, Known>();
  readonly stored = new Map<string, StoredTensor>();
  /** Tensors that the file has as initialisers; others are constants of the graph. */
  private readonly initializers = new Set<string>();
  readonly parameters = new Map<string, Parameter>();
  /** Values of constants that the file does not store. */
  private readonly computed = new Map<string, readonly number[]>();
  /** The file's own names of the types of its inputs. */
  private readonly inputElements = new Map<string, string>();
  /** Numbers of the tables that translations made. */
  made = 0;
  /** Values whose shape cannot be told: what an op that is not read computes. */
  readonly unknown = new Set<string>();
  /** Of those that are sequences, the values that they hold. */
  readonly lists = new Map<string, readonly string[]>();
  /** Those whose numbers stand for texts. */
  readonly texts = new Set<string>();
  readonly words = new Words();
  /** What the classes are called that the model told last. */
  classes: readonly string[] | undefined;
  readonly declared = new Map<string, TensorType>();
  /** Where the model is planned in steps: what those before found, by id. */
  found: ReadonlyMap<string, Known> | undefined;
  /** Names that are taken, with how often each was asked for. */
  private readonly taken = new Map<string, number>();

  constructor(
    readonly files: TensorFiles,
    private readonly findings: Findings,
  ) {}

  /** The id of a new value. */
  define(name: string, scope: Scope): string {
    if (scope.names.has(name)) throw this.findings.bad('bad-model', `The value "${name}" is computed twice.`);
    const id = this.fresh(scope.prefix + name);
    scope.names.set(name, id);
    return id;
  }

  fresh(wanted: string): string {
    return unique(this.taken, wanted);
  }

  resolve(name: string, scope: Scope): string | undefined {
    for (let s: Scope | undefined = scope; s; s = s.outer) {
      const id = s.names.get(name);
      if (id !== undefined) return id;
    }
    return undefined;
  }

  setUnknown(id: string, name: string | undefined): void {
    // What a file declares serves to show a model; a plan takes what is computed alone.
    const type = name === undefined || this.found ? undefined : this.declared.get(name);
    this.types.set(id, type ?? { dtype: 'float32', shape: ['unknown'] });
    if (!type) this.unknown.add(id);
  }

  /** A computed value, whose numbers may be known by now. */
  setType(id: string, type: TensorType): void {
    this.types.set(id, { dtype: type.dtype, shape: type.shape });
    const found = this.found?.get(id);
    if (found) this.known.set(id, { ...found, dtype: type.dtype });
  }

  noteElement(id: string, element: string | undefined): void {
    if (element) this.inputElements.set(id, element);
  }

  /** What the file calls the element type of a tensor that it stores, or of an input. */
  elementOf(id: string): string | undefined {
    return this.stored.get(id)?.element ?? this.inputElements.get(id);
  }

  addStored(id: string, tensor: StoredTensor, initializer: boolean): void {
    this.stored.set(id, tensor);
    if (tensor.element === 'STRING') this.texts.add(id);
    if (initializer) this.initializers.add(id);
  }

  knownOf(id: string): Known | undefined {
    const known = this.known.get(id);
    if (known) return known;
    const stored = this.stored.get(id);
    if (!stored || stored.size > maxKnown) return undefined;
    const made = { dtype: stored.dtype, shape: stored.shape, values: stored.numbers() };
    this.known.set(id, made);
    return made;
  }

  /** What folding may take: weights that are learned stay tensors. */
  foldable(id: string): Known | undefined {
    const stored = this.stored.get(id);
    if (stored && this.initializers.has(id) && /^b?float/.test(stored.dtype) && stored.size > 1)
      return undefined;
    return this.knownOf(id);
  }

  shapeOf(id: string): readonly Dim[] | undefined {
    return this.types.get(id)?.shape ?? this.known.get(id)?.shape ?? this.stored.get(id)?.shape;
  }

  typeOf(id: string): TensorType {
    const type = this.types.get(id) ?? this.known.get(id) ?? this.stored.get(id);
    if (!type) throw new Error(`the value "${id}" has no type`);
    return { dtype: type.dtype, shape: type.shape };
  }

  addParameter(id: string, stored: StoredTensor): void {
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

  /** Takes a tensor of the file for a constant, whatever its type says. */
  asConstant(id: string): void {
    const p = this.parameters.get(id)!;
    const stored = this.stored.get(id);
    const initializer: Parameter['initializer'] =
      stored && stored.size <= maxKnown
        ? { kind: 'values', values: stored.numbers().map(jsonSafe) }
        : p.initializer;
    this.parameters.set(id, { ...p, kind: 'constant', trainable: false, initializer });
  }

  /** Takes an initialiser of several numbers for a weight, of whole numbers though it be. */
  asWeight(id: string): void {
    const p = this.parameters.get(id);
    const few =
      !this.computed.has(id) && (!this.initializers.has(id) || (this.stored.get(id)?.size ?? 0) < 2);
    if (p?.kind !== 'constant' || few) return;
    this.parameters.set(id, { ...p, kind: 'parameter', trainable: false });
  }

  addConstant(id: string, dtype: DType, shape: readonly number[], values: readonly number[]): void {
    this.types.set(id, { dtype, shape });
    this.computed.set(id, values);
    this.parameters.set(id, {
      name: id,
      dtype,
      shape,
      kind: 'constant',
      trainable: false,
      initializer:
        values.length <= maxKnown ? { kind: 'values', values: values.map(jsonSafe) } : { kind: 'zeros' },
    });
  }

  /** What the file, or the reader, has as a parameter's values. */
  weightOf(p: Parameter): Tensor {
    const values = this.computed.get(p.name);
    if (!values) return this.stored.get(p.name)!.tensor();
    const float = /^b?float/.test(p.dtype);
    return { shape: p.shape, data: float ? Float32Array.from(values) : Int32Array.from(values) };
  }

  /** ConstantOfShape's value: a tensor of one element. */
  fillOf(attributes: ReadonlyMap<string, AttributeProto>) {
    const t = attributes.get('value')?.t;
    if (!t) return undefined;
    const stored = storedTensor(this.files, t, 'value');
    return stored.size === 1 ? { dtype: stored.dtype, value: stored.numbers()[0]! } : undefined;
  }
}

/** Infinities do not survive JSON. */
function jsonSafe(x: number): number {
  return Number.isFinite(x) ? x : Number.isNaN(x) ? 0 : Math.sign(x) * 3.4028234663852886e38;
}
