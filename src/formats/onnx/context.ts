/** What the translation of a node may ask and emit. */
import type { Dim } from '../../model/graph';
import type { Building } from './building';
import type { AttributeProto, NodeProto } from './schema';
import { storedTensor, type TensorFiles } from './tensors';
import {
  maxAttribute,
  mostMade,
  NeedsValue,
  type Numbers,
  type TranslationContext,
  Unsupported,
} from './translation';
import type { Values } from './values';
import { numbersOf } from './wire';

export interface ContextSources {
  files: TensorFiles;
  values: Values;
  building: Building;
  /** Version of the operator set. */
  opset: number;
}

export function translationContext(
  { files, values, building, opset }: ContextSources,
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
  const dimsOf = (i: number, what: string): readonly Dim[] => {
    const known = values.knownOf(id(i));
    if (!known) throw new NeedsValue(node.input?.[i] ?? '', what, [id(i)]);
    return known.values;
  };
  const text = (a: AttributeProto | undefined): string | undefined =>
    a?.s && a.s.end - a.s.start < maxAttribute
      ? utf8.decode(files.source.bytes(a.s.start, a.s.end))
      : undefined;
  const emit: TranslationContext['emit'] = (op, of, a = {}, to) => building.push(op, of, a, to, node);
  return {
    op: node.opType ?? '',
    opset,
    inputs,
    outputs,
    has: i => Boolean(inputs[i]),
    type: i => values.typeOf(id(i)),
    typeOf: value => values.typeOf(value),
    elementOf: i => values.elementOf(inputs[i] ?? ''),
    maker: i => building.makerOf(inputs[i] ?? ''),
    known: i => (inputs[i] ? values.knownOf(inputs[i]) : undefined),
    numbers: (i, what) => {
      const found = dimsOf(i, what);
      if (!found.every(v => typeof v === 'number'))
        throw new NeedsValue(node.input?.[i] ?? '', what, [id(i)]);
      return [...found] as number[];
    },
    dims: (i, what) => [...dimsOf(i, what)],
    integer: (name, otherwise) => attributes.get(name)?.i ?? otherwise,
    float: (name, otherwise) => attributes.get(name)?.f ?? otherwise,
    text: (name, otherwise) => text(attributes.get(name)) ?? otherwise,
    texts: name =>
      attributes
        .get(name)
        ?.strings?.slice(0, maxAttribute)
        .map(s => text({ s }) ?? ''),
    tensorAttribute: name => {
      const t = attributes.get(name)?.t;
      return t && storedTensor(files, t, name, values.words).numbers();
    },
    word: given => values.words.of(given),
    textOf: word => values.words.list[word] ?? '',
    isText: i => values.texts.has(inputs[i] ?? ''),
    markText: i => {
      if (outputs[i]) values.texts.add(outputs[i]);
    },
    noteClasses: labels => {
      values.classes = labels;
    },
    integers: name => {
      const list = attributes.get(name)?.ints;
      return list && numbersOf(files.source, list, maxAttribute);
    },
    floats: name => {
      const list = attributes.get(name)?.floats;
      return list && numbersOf(files.source, list, maxAttribute);
    },
    hasAttribute: name => attributes.has(name),
    emit,
    finish: (op, of, a = {}) => {
      emit(op, of, a, outputs);
      return undefined;
    },
    room: (what, ...sizes) => {
      const count = sizes.reduce((a, b) => a * b, 1);
      const isSize = (s: number) => Number.isInteger(s) && s >= 0 && s <= mostMade;
      const fits = sizes.every(isSize) && values.made + count <= mostMade;
      if (!fits) throw new Unsupported(`${what} of ${sizes.join(' × ')}`);
      values.made += count;
      return count;
    },
    constant: (dtype, shape, list) => {
      const made = values.fresh(`${outputs.find(o => o !== '') ?? 'constant'}:constant`);
      values.addConstant(made, dtype, shape, list);
      return made;
    },
    learned: (name, shape, list) => {
      const base = node.name || (node.output?.find(o => o !== '') ?? node.opType ?? '');
      const made = values.fresh(`${base}.${name}`);
      values.addConstant(made, 'float32', shape, list);
      values.asWeight(made);
      return made;
    },
    tensor: i => building.tensorOf(id(i)),
    tensorOf: of => building.tensorOf(of),
    list: i => values.lists.get(inputs[i] ?? ''),
    between: (what, compute) => {
      const given = inputs.map(value => (value === '' ? undefined : numbersOfValue(values, value)));
      const missing = inputs.filter((value, i) => value !== '' && !given[i]);
      const first = inputs.indexOf(missing[0] ?? '');
      if (missing.length > 0) throw new NeedsValue(node.input?.[first] ?? '', what, missing);
      compute(given).forEach((made, i) => {
        const to = outputs[i];
        if (!to) return;
        const { dtype, shape } = made;
        const list = Array.from(made.values);
        values.addConstant(to, dtype, shape, list);
        values.known.set(to, { dtype, shape, values: list });
      });
      return undefined;
    },
    finishList: ids => {
      if (outputs[0]) values.lists.set(outputs[0], ids);
      return undefined;
    },
    weight: i => building.weightOf(id(i)),
  };
}

/** What is known of a value, or stored, as numbers; sizes that are symbols are none. */
function numbersOfValue(values: Values, id: string): Numbers | undefined {
  const known = values.knownOf(id);
  if (known)
    return known.values.every(v => typeof v === 'number')
      ? { ...known, values: known.values as readonly number[] }
      : undefined;
  const stored = values.stored.get(id);
  return stored && { dtype: stored.dtype, shape: stored.shape, values: stored.numbers() };
}

const utf8 = new TextDecoder();
