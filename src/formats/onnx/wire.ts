/**
 * Protocol Buffers' wire format (https://protobuf.dev/programming-guides/encoding/), driven by tables of fields. Byte
 * strings and packed numbers are left where they are, as spans of the source: weights of any size cost nothing until
 * they are asked for, which no decoder that takes the whole message can do. Lengths are checked against the message
 * that encloses them, so that no number in a file makes anything be allocated.
 */
import type { ByteSource } from './source';

/** Bytes from `start` to `end` of the source. */
export interface Span {
  start: number;
  end: number;
}

type Scalar = 'int' | 'float' | 'double' | 'string' | 'bytes';

export interface Field {
  name: string;
  type: Scalar | MessageType;
  repeated?: boolean;
}

/** Fields by number. A function, as messages nest. */
export type MessageType = () => Readonly<Record<number, Field>>;

/** A decoded message: numbers, strings, spans, messages, and lists of them. */
export type Message = Record<string, unknown>;

/** Numbers of a repeated field, packed or not, in the order of the file. */
export interface Packed {
  type: 'int' | 'float' | 'double';
  spans: Span[];
  /** Those that were written one by one. */
  single: number[];
}

export class WireError extends Error {
  override readonly name = 'WireError';
}

const utf8 = new TextDecoder();

/** Deeper than any model nests its subgraphs. */
const maxDepth = 64;
/** Longer than any name. */
const maxText = 1 << 24;

export function decode(source: ByteSource, type: MessageType, span?: Span): Message {
  const reader = new Reader(source);
  return reader.message(type, span?.start ?? 0, span?.end ?? source.size, 0);
}

class Reader {
  private at = 0;

  constructor(private readonly source: ByteSource) {}

  message(type: MessageType, start: number, end: number, depth: number): Message {
    if (depth > maxDepth) throw new WireError(`messages nest deeper than ${maxDepth} levels`);
    const fields = type();
    const out: Message = Object.create(null);
    this.at = start;
    while (this.at < end) {
      const tag = this.varint(end);
      const wire = tag % 8;
      const number = Math.floor(tag / 8);
      if (number === 0) throw new WireError(`a field has the number 0 at byte ${this.at}`);
      const field = fields[number];
      switch (wire) {
        case 0: {
          const value = this.varint(end);
          if (field && field.type === 'int') add(out, field, value);
          break;
        }
        case 1:
          this.fixed(out, field, 'double', 8, end);
          break;
        case 5:
          this.fixed(out, field, 'float', 4, end);
          break;
        case 2: {
          const length = this.varint(end);
          const from = this.at;
          const to = from + length;
          if (length < 0 || to > end)
            throw new WireError(
              `a field of ${length} bytes at byte ${from} does not fit: ${end - from} are left`,
            );
          if (field) this.delimited(out, field, { start: from, end: to }, depth);
          this.at = to;
          break;
        }
        default:
          throw new WireError(`byte ${this.at} has the unknown wire type ${wire}`);
      }
    }
    return out;
  }

  private delimited(out: Message, field: Field, span: Span, depth: number): void {
    const { type } = field;
    if (typeof type === 'function') {
      const inner = this.message(type, span.start, span.end, depth + 1);
      if (field.repeated || !out[field.name]) add(out, field, inner);
      // The same message in parts: later fields win, as the format has it.
      else Object.assign(out[field.name] as Message, inner);
    } else if (type === 'bytes') add(out, field, span);
    else if (type === 'string') {
      if (span.end - span.start > maxText)
        throw new WireError(`a text of ${span.end - span.start} bytes at byte ${span.start}`);
      add(out, field, utf8.decode(this.source.bytes(span.start, span.end)));
    } else if (field.repeated) packed(out, field).spans.push(span);
  }

  private fixed(
    out: Message,
    field: Field | undefined,
    type: 'float' | 'double',
    size: 4 | 8,
    end: number,
  ): void {
    if (this.at + size > end) throw new WireError(`a number at byte ${this.at} is cut off`);
    if (field?.type === type) {
      const view = viewOf(this.source.bytes(this.at, this.at + size));
      add(out, field, size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true));
    }
    this.at += size;
  }

  private varint(end: number): number {
    const window = this.source.bytes(this.at, Math.min(this.at + 10, end));
    const [value, length] = readVarint(window, 0);
    this.at += length;
    return value;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function packed(out: Message, field: Field): Packed {
  const known = out[field.name] as Packed | undefined;
  if (known) return known;
  const made: Packed = { type: field.type as Packed['type'], spans: [], single: [] };
  out[field.name] = made;
  return made;
}

function add(out: Message, field: Field, value: unknown): void {
  if (!field.repeated) out[field.name] = value;
  else if (typeof value === 'number') packed(out, field).single.push(value);
  else {
    const list = (out[field.name] as unknown[] | undefined) ?? [];
    list.push(value);
    out[field.name] = list;
  }
}

/** A signed 64-bit integer; beyond 2^53 the nearest double. */
function readVarint(bytes: Uint8Array, at: number): [value: number, length: number] {
  let low = 0;
  let high = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) throw new WireError('a number is cut off');
    // Seven bits each: the first four bytes make 28 bits, which stay exact in 32-bit arithmetic.
    if (i < 4) low |= (byte & 0x7f) << (7 * i);
    else if (i === 4) {
      low = (low | ((byte & 0x0f) << 28)) >>> 0;
      high = (byte & 0x7f) >>> 4;
    } else high |= (byte & 0x7f) << (7 * (i - 5) + 3);
    if (byte < 0x80) return [high * 4294967296 + (low >>> 0), i + 1];
  }
  throw new WireError('a number takes more than 10 bytes');
}

/** The numbers of a repeated field. @throws WireError if there are more than `limit`. */
export function numbersOf(source: ByteSource, field: unknown, limit: number): number[] {
  const { type, spans, single } = (field as Packed | undefined) ?? { type: 'int', spans: [], single: [] };
  const out: number[] = [];
  for (const { start, end } of spans) {
    const bytes = source.bytes(start, end);
    if (type === 'int') {
      for (let at = 0; at < bytes.length; ) {
        const [value, length] = readVarint(bytes, at);
        out.push(value);
        at += length;
        if (out.length > limit) break;
      }
    } else {
      const size = type === 'float' ? 4 : 8;
      if (bytes.length % size !== 0) throw new WireError('a list of numbers is cut off');
      if (bytes.length / size > limit) throw new WireError(`more than ${limit} numbers`);
      const view = viewOf(bytes);
      for (let at = 0; at < bytes.length; at += size)
        out.push(size === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true));
    }
  }
  for (const x of single) out.push(x);
  if (out.length > limit) throw new WireError(`more than ${limit} numbers`);
  return out;
}

/** What is written: bytes for spans, arrays for repeated fields; fields that are undefined are left out. */
export function encode(type: MessageType, message: Readonly<Record<string, unknown>>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [key, field] of Object.entries(type())) {
    const value = message[field.name];
    if (value === undefined) continue;
    for (const one of field.repeated ? (value as readonly unknown[]) : [value])
      writeField(parts, Number(key), field, one);
  }
  return Buffer.concat(parts);
}

function writeField(parts: Uint8Array[], number: number, field: Field, value: unknown): void {
  const { type } = field;
  if (type === 'int') parts.push(varint(number * 8), varint(value as number));
  else if (type === 'float' || type === 'double') {
    const bytes = new Uint8Array(type === 'float' ? 4 : 8);
    if (type === 'float') viewOf(bytes).setFloat32(0, value as number, true);
    else viewOf(bytes).setFloat64(0, value as number, true);
    parts.push(varint(number * 8 + (type === 'float' ? 5 : 1)), bytes);
  } else {
    const bytes =
      type === 'string'
        ? new TextEncoder().encode(value as string)
        : type === 'bytes'
          ? (value as Uint8Array)
          : encode(type, value as Readonly<Record<string, unknown>>);
    parts.push(varint(number * 8 + 2), varint(bytes.length), bytes);
  }
}

function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)));
  while (rest >= 128n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Uint8Array.from(out);
}
