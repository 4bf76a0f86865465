/** What Python says, checked part by part: it is foreign code that speaks. */
import { ShapeError } from '../../engine/op';
import { addDims } from '../../model/dim';
import type { Attribute, Attributes, Dim, DType, Initializer, Shape, TensorType } from '../../model/graph';
import type { Place, RecordedDiagnostic } from './recording';
import type { Seen } from './trained';

/** A request, or a part of one. */
export type Request = Record<string, unknown>;

const dtypes = new Set<string>([
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int8',
  'uint8',
  'bool',
]);

export function string(x: unknown): string {
  if (typeof x !== 'string') throw new TypeError(`expected text, got ${typeof x}`);
  return x;
}

export function number(x: unknown): number {
  if (x === 'inf') return Number.POSITIVE_INFINITY;
  if (x === '-inf') return Number.NEGATIVE_INFINITY;
  if (x === 'nan') return Number.NaN;
  if (typeof x !== 'number') throw new TypeError(`expected a number, got ${typeof x}`);
  return x;
}

export function list(x: unknown): unknown[] {
  if (!Array.isArray(x)) throw new TypeError(`expected a list, got ${typeof x}`);
  return x;
}

export function numbers(x: unknown): number[] {
  return list(x).map(number);
}

export function object(x: unknown): Record<string, unknown> {
  if (typeof x !== 'object' || x === null || Array.isArray(x))
    throw new TypeError(`expected an object, got ${typeof x}`);
  return x as Record<string, unknown>;
}

export function dim(x: unknown): Dim {
  if (typeof x === 'string') {
    if (x.length > 2000) throw new TypeError('a size is too long an expression');
    return addDims(x, 0);
  }
  const n = number(x);
  if (!Number.isSafeInteger(n)) throw new TypeError(`${n} is no size`);
  return n;
}

function shape(x: unknown): Shape {
  const s = list(x).map(dim);
  for (const d of s)
    if (typeof d === 'number' && d < 0)
      throw new ShapeError(`Trying to create tensor with negative dimension ${d}: [${s.join(', ')}]`);
  return s;
}

export function type(x: unknown): TensorType | undefined {
  if (x === null) return undefined;
  const t = object(x);
  const dtype = string(t['dtype']);
  if (!dtypes.has(dtype)) throw new TypeError(`unknown dtype ${dtype}`);
  return { dtype: dtype as DType, shape: shape(t['shape']) };
}

export function attributes(x: unknown): Attributes {
  const out: Record<string, Attribute> = {};
  for (const [k, v] of Object.entries(object(x))) {
    if (typeof v === 'number' || typeof v === 'string' || typeof v === 'boolean') out[k] = v;
    else if (Array.isArray(v) && v.every(e => typeof e === 'number' || typeof e === 'string'))
      out[k] = v as number[] | string[];
    else throw new TypeError(`the attribute ${k} is neither a number, text, truth value nor a list of them`);
  }
  return out;
}

export function initializer(x: unknown, elements: number): Initializer {
  const i = object(x);
  const n = (k: string) => number(i[k]);
  switch (i['kind']) {
    case 'zeros':
    case 'ones':
    case 'eye':
      return { kind: i['kind'] };
    case 'constant':
      return { kind: 'constant', value: n('value') };
    case 'uniform':
      return { kind: 'uniform', low: n('low'), high: n('high') };
    case 'normal':
      return {
        kind: 'normal',
        mean: n('mean'),
        std: n('std'),
        ...(i['zeroRow'] !== undefined && { zeroRow: n('zeroRow') }),
        ...(i['sparsity'] !== undefined && { sparsity: n('sparsity') }),
      };
    case 'truncated_normal':
      return { kind: 'truncated_normal', mean: n('mean'), std: n('std'), low: n('low'), high: n('high') };
    case 'orthogonal':
      return { kind: 'orthogonal', gain: n('gain') };
    case 'packed': {
      const bytes = Buffer.from(string(i['data']), 'base64');
      if (bytes.length % 8 !== 0 || bytes.length > 8 * elements)
        throw new TypeError(`${bytes.length} bytes are no numbers of 8 bytes, or more than ${elements}`);
      return { kind: 'values', values: new Float64Array(Uint8Array.from(bytes).buffer) };
    }
    case 'values': {
      const values = list(i['values']);
      if (values.length > elements) throw new TypeError(`a tensor has more than ${elements} values`);
      return { kind: 'values', values: values.map(number) };
    }
    default:
      throw new TypeError(`unknown initializer ${String(i['kind'])}`);
  }
}

export function place(x: unknown): Place {
  const [file, line, column, endLine, endColumn] = list(x);
  return [string(file), number(line), number(column), number(endLine), number(endColumn)];
}

export function diagnostic(x: unknown): RecordedDiagnostic {
  const d = object(x);
  const severity = string(d['severity']);
  if (!['error', 'warning', 'information', 'hint'].includes(severity))
    throw new TypeError(`unknown severity ${severity}`);
  const ask = d['ask'] ? object(d['ask']) : undefined;
  const fix = d['fix'] ? object(d['fix']) : undefined;
  return {
    severity: severity as RecordedDiagnostic['severity'],
    code: string(d['code']).slice(0, 100),
    message: string(d['message']).slice(0, 4000),
    ...(d['at'] ? { at: place(d['at']) } : {}),
    ...(ask && {
      ask: {
        ...(Array.isArray(ask['arguments']) && {
          arguments: ask['arguments'].slice(0, 50).map(a => string(a).slice(0, 200)),
        }),
        ...(ask['input'] === true && { input: true }),
      },
    }),
    ...(fix
      ? {
          fix:
            'title' in fix
              ? {
                  title: string(fix['title']).slice(0, 200),
                  at: place(fix['at']),
                  text: string(fix['text']).slice(0, 2000),
                }
              : {
                  module: number(fix['module']),
                  argument: string(fix['argument']),
                  position: number(fix['position']),
                  found: dim(fix['found']),
                  expected: dim(fix['expected']),
                },
        }
      : {}),
  };
}

/** What a script showed of its first step. */
export function seen(r: Request): Seen {
  const loader = r['loader'] ? object(r['loader']) : undefined;
  return {
    loss: number(r['loss']),
    calls: list(r['calls']).map(c => {
      const { inputs, output } = object(c);
      return { inputs: numbers(inputs), output: number(output) };
    }),
    losses: list(r['losses']).map(l => {
      const o = object(l);
      return {
        name: string(o['name']),
        options: object(o['options']),
        input: number(o['input']),
        target: number(o['target']),
        output: number(o['output']),
      };
    }),
    loops: numbers(r['loops']),
    ...(typeof r['begun'] === 'number' && { begun: r['begun'] }),
    whiles: r['whiles'] === true,
    loader: loader
      ? {
          batch: typeof loader['batch'] === 'number' ? loader['batch'] : null,
          share: number(loader['share']),
        }
      : null,
    trainable: numbers(r['trainable']),
    updates: list(r['updates']).map(u => {
      const o = object(u);
      return {
        name: string(o['name']),
        before: number(o['before']),
        after: number(o['after']),
        gradient: number(o['gradient']),
      };
    }),
    variables: list(r['variables']).map(v => {
      const { name, id } = object(v);
      return { name: string(name), id: number(id) };
    }),
  };
}
