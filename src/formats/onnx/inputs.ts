/** What the file says of the values that enter and leave a graph. */
import type { Dim, Tensors, TensorType } from '../../model/graph';
import type { Findings } from './findings';
import { kindOf, namesSize, symbolOf } from './names';
import { elementTypes, type GraphProto, type ValueInfoProto } from './schema';
import { maxRank } from './tensors';
import type { Scope, Values } from './values';

export interface InputOptions {
  /** Values for inputs that the model's shapes depend on, by name: they become constants. */
  constants?: Tensors;
  /** The first input's shape, with or without the batch. */
  input?: readonly number[];
  /** All inputs' shapes, by id: then all sizes are numbers. */
  shapes?: Readonly<Record<string, readonly number[]>>;
}

/** @returns ids of the model's inputs. */
export function addInputs(
  graph: GraphProto,
  scope: Scope,
  values: Values,
  findings: Findings,
  options: InputOptions,
): string[] {
  const inputs: string[] = [];
  const symbols = new Set<string>();
  for (const info of graph.input ?? []) {
    const name = info.name ?? '';
    // Until version 4 of the format initialisers were listed among the inputs.
    if (scope.names.has(name)) continue;
    const id = values.define(name, scope);
    const given = options.constants?.[name];
    const element = elementTypes[info.type?.tensorType?.elemType ?? 0]?.name;
    values.noteElement(id, element);
    let type = typeOfInfo(info, { symbols, first: inputs.length === 0 });
    if (!type) {
      findings.count(`input of the type ${kindOf(info)}`);
      values.setUnknown(id, undefined);
      inputs.push(id);
      continue;
    }
    if (given) {
      values.known.set(id, { dtype: type.dtype, shape: given.shape, values: [...given.data] });
      continue;
    }
    const { input } = options;
    if (input && inputs.length === 0) {
      const shape = input.length === type.shape.length ? input : [type.shape[0]!, ...input];
      if (shape.length === type.shape.length) {
        shape.forEach((d, i) => {
          const own = type!.shape[i]!;
          if (typeof own === 'number' && own !== d)
            throw findings.bad(
              'bad-model',
              `The input "${name}" has the size ${own} at dimension ${i}, but ${d} was asked for.`,
            );
        });
        type = { ...type, shape };
      }
    }
    const own = options.shapes?.[id];
    if (own) {
      if (
        own.length !== type.shape.length ||
        type.shape.some((d, i) => typeof d === 'number' && d !== own[i])
      )
        throw findings.bad(
          'bad-model',
          `The input "${name}" has the shape (${type.shape.join(', ')}), but (${own.join(', ')}) was given.`,
        );
      type = { ...type, shape: own };
    }
    values.setType(id, type);
    if (element === 'STRING') values.texts.add(id);
    inputs.push(id);
  }
  return inputs;
}

/** The type that a ValueInfoProto states; dimensions without a value or a name get one, if `make` is given. */
export function typeOfInfo(
  info: ValueInfoProto,
  make: { symbols: Set<string>; first: boolean } | undefined,
): TensorType | undefined {
  const tensor = info.type?.tensorType;
  const element = elementTypes[tensor?.elemType ?? 0];
  const dims = tensor?.shape ? (tensor.shape.dim ?? []) : undefined;
  if (!element || !dims || dims.length > maxRank) return undefined;
  const shape = dims.map((d, i): Dim | undefined => {
    if (d.dimParam && namesSize(d.dimParam)) return symbolOf(d.dimParam);
    if (d.dimValue !== undefined && d.dimValue >= 0 && Number.isSafeInteger(d.dimValue)) return d.dimValue;
    if (!make) return undefined;
    // A batch without a name is that of all inputs.
    if (i === 0 && !make.first && dims.length > 1 && make.symbols.has('N')) return 'N';
    let symbol = i === 0 && make.first ? 'N' : symbolOf(`${info.name}_${i}`);
    while (make.symbols.has(symbol)) symbol += '_';
    return symbol;
  });
  if (shape.includes(undefined)) return undefined;
  if (make) for (const d of shape) if (typeof d === 'string') make.symbols.add(d);
  return { dtype: element.dtype, shape: shape as Dim[] };
}
