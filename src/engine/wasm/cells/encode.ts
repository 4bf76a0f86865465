/** Just enough of WebAssembly's binary format (core specification 2.0, section 5) to write modules of SIMD loops. */

export type Code = readonly number[];

/** Value types. */
export const I32 = 0x7f;
export const F32 = 0x7d;
export const V128 = 0x7b;

export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 127;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 128);
  } while (rest !== 0);
  return bytes;
}

export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 127;
    rest >>= 7;
    if ((rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)) return [...bytes, low];
    bytes.push(low | 128);
  }
}

export function float(value: number): number[] {
  return [...new Uint8Array(Float32Array.of(value).buffer)];
}

function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
}

function list(items: readonly Code[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, body: readonly number[]): number[] {
  return [id, ...unsigned(body.length), ...body];
}

/** An instruction of the SIMD group. */
export function simd(code: number): number[] {
  return [0xfd, ...unsigned(code)];
}

export const get = (local: number): number[] => [0x20, ...unsigned(local)];
export const set = (local: number): number[] => [0x21, ...unsigned(local)];
export const tee = (local: number): number[] => [0x22, ...unsigned(local)];
export const i32 = (value: number): number[] => [0x41, ...signed(value)];
export const call = (f: number): number[] => [0x10, ...unsigned(f)];
/** Alignment (as a power of two) and offset of a load or store. */
export const at = (alignment: number, offset: number): number[] => [alignment, ...unsigned(offset)];

export const ADD = 0x6a;
export const SUB = 0x6b;
export const MUL = 0x6c;
export const DIV = 0x6e;
export const SHL = 0x74;

export interface FunctionType {
  parameters: readonly number[];
  results: readonly number[];
}

export interface FunctionBody {
  type: FunctionType;
  /** Types of the locals after the parameters. */
  locals: readonly number[];
  code: Code;
}

/**
 * A module over an imported shared memory (`env.memory`) whose functions are exported as f0, f1, …
 *
 * @param imports functions of `env`, which come first in the index space
 */
export function encodeModule(
  imports: readonly { name: string; type: FunctionType }[],
  functions: readonly FunctionBody[],
  maximumPages: number,
): Uint8Array<ArrayBuffer> {
  const types: Code[] = [];
  const typeIndex = ({ parameters, results }: FunctionType): number => {
    const code = [
      0x60,
      ...unsigned(parameters.length),
      ...parameters,
      ...unsigned(results.length),
      ...results,
    ];
    const known = types.findIndex(t => t.join() === code.join());
    return known >= 0 ? known : types.push(code) - 1;
  };
  const imported = [
    [...text('env'), ...text('memory'), 0x02, 0x03, ...unsigned(1), ...unsigned(maximumPages)],
    ...imports.map(({ name, type }) => [...text('env'), ...text(name), 0x00, ...unsigned(typeIndex(type))]),
  ];
  const declared = functions.map(f => unsigned(typeIndex(f.type)));
  const exported = functions.map((_, i) => [...text(`f${i}`), 0x00, ...unsigned(imports.length + i)]);
  const bodies = functions.map(({ locals, code }) => {
    const body = [...list(locals.map(t => [1, t])), ...code, 0x0b];
    return [...unsigned(body.length), ...body];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(types)),
    ...section(2, list(imported)),
    ...section(3, list(declared)),
    ...section(7, list(exported)),
    ...section(10, list(bodies)),
  ]);
}
