/**
 * Reads pickles without running them: a machine for the opcodes that hold data, in which a name of Python's means
 * something only if the caller says what. Every opcode adds at most one object of a size that the bytes themselves
 * pay for, and nothing here recurses, so memory and time follow the pickle's length.
 *
 * Opcodes: Lib/pickletools.py of CPython, protocols 0 to 5.
 */

/** A `module.name` of the pickle. */
export class Global {
  constructor(readonly name: string) {}
}

export class PickleError extends Error {}

/** A Python dict: keys may be anything. */
export class PickleDict {
  readonly entries = new Map<unknown, unknown>();
}

/** An object of a class that means nothing here: what the pickle says of it, and no more. */
export class PickleObject extends PickleDict {
  /** Its attributes. */
  state: unknown;

  constructor(readonly type: string) {
    super();
  }
}

export interface PickleHost {
  /** What calling a global gives. @throws PickleError for one that is not known. */
  call(name: string, args: readonly unknown[]): unknown;
  /** What a class gives for an object of it; as `call` where it is absent. */
  make?(name: string, args: readonly unknown[]): unknown;
  /** Called for each global that is named. @throws PickleError for one that is not known. */
  global(name: string): void;
  /** What a persistent id stands for. */
  persistent(id: unknown): unknown;
}

const mark = Symbol('mark');

/** The bytes end before the pickle does. */
export class PickleEnds extends PickleError {}

/** @throws PickleError for anything that is not data, and for bytes that end too early. */
export function unpickle(bytes: Uint8Array, host: PickleHost): unknown {
  return unpickleFrom(bytes, host, 0).value;
}

/** The same of one that begins at a byte, and where it ends: several may follow each other. */
export function unpickleFrom(
  bytes: Uint8Array,
  host: PickleHost,
  from: number,
): { value: unknown; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  const decoder = new TextDecoder('utf-8', { fatal: false });
  let at = from;

  const need = (n: number): number => {
    if (n < 0 || at + n > bytes.length) throw new PickleEnds('it ends in the middle of a value');
    const start = at;
    at += n;
    return start;
  };
  const u8 = () => view.getUint8(need(1));
  const u16 = () => view.getUint16(need(2), true);
  const u32 = () => view.getUint32(need(4), true);
  const u64 = () => {
    const n = view.getBigUint64(need(8), true);
    if (n > BigInt(bytes.length)) throw new PickleError('it claims more bytes than it has');
    return Number(n);
  };
  const text = (n: number) => decoder.decode(bytes.subarray(need(n), at));
  const blob = (n: number) => bytes.slice(need(n), at);
  const line = () => {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw new PickleEnds('it ends in the middle of a name');
    const out = decoder.decode(bytes.subarray(at, end));
    at = end + 1;
    return out;
  };
  const pop = (): unknown => {
    if (stack.length === 0 || stack[stack.length - 1] === mark) throw new PickleError('its stack runs empty');
    return stack.pop();
  };
  const top = (): unknown => {
    if (stack.length === 0 || stack[stack.length - 1] === mark) throw new PickleError('its stack runs empty');
    return stack[stack.length - 1];
  };
  const sinceMark = (): unknown[] => {
    const from = stack.lastIndexOf(mark);
    if (from < 0) throw new PickleError('its stack has no mark');
    const out = stack.splice(from + 1);
    stack.pop();
    return out;
  };
  const remember = (index: number) => memo.set(index, top());
  const recall = (index: number) => {
    if (!memo.has(index)) throw new PickleError('it refers to a value that it never held');
    stack.push(memo.get(index));
  };
  const integer = (length: number): number => {
    const data = bytes.subarray(need(length), at);
    let out = 0n;
    // Longer numbers than this are none that a checkpoint counts with.
    if (data.length > 64) throw new PickleError('it holds a number of more than 512 bits');
    for (let i = data.length - 1; i >= 0; i--) out = (out << 8n) | BigInt(data[i]!);
    if (data.length > 0 && data[data.length - 1]! & 0x80) out -= 1n << BigInt(8 * data.length);
    return Number(out);
  };
  const put = (target: unknown, items: unknown[]) => {
    if (!(target instanceof PickleDict) || items.length % 2)
      throw new PickleError('it sets items of what is no dict');
    for (let i = 0; i < items.length; i += 2) target.entries.set(items[i], items[i + 1]);
  };
  const append = (target: unknown, items: unknown[]) => {
    // A list of a class of its own.
    if (target instanceof PickleObject) return;
    if (!Array.isArray(target)) throw new PickleError('it appends to what is no list');
    for (const x of items) target.push(x);
  };
  const global = (name: string) => {
    host.global(name);
    stack.push(new Global(name));
  };
  const reduce = (callee: unknown, args: unknown, isNew = false) => {
    if (!(callee instanceof Global) || !Array.isArray(args))
      throw new PickleError('it calls what is no name');
    stack.push(isNew && host.make ? host.make(callee.name, args) : host.call(callee.name, args));
  };

  for (;;) {
    const code = String.fromCharCode(u8());
    switch (code) {
      case '\x80': // PROTO
        if (u8() > 5) throw new PickleError('its protocol is newer than 5');
        break;
      case '\x95': // FRAME
        need(8);
        break;
      case '.': // STOP
        return { value: pop(), end: at };
      case '(':
        stack.push(mark);
        break;
      case '0':
        if (stack.pop() === undefined) throw new PickleError('its stack runs empty');
        break;
      case '1':
        sinceMark();
        break;
      case '2':
        stack.push(top());
        break;
      case 'N':
        stack.push(null);
        break;
      case '\x88':
        stack.push(true);
        break;
      case '\x89':
        stack.push(false);
        break;
      case 'J':
        stack.push(view.getInt32(need(4), true));
        break;
      case 'K':
        stack.push(u8());
        break;
      case 'M':
        stack.push(u16());
        break;
      case '\x8a':
        stack.push(integer(u8()));
        break;
      case '\x8b':
        stack.push(integer(u32()));
        break;
      case 'I': {
        const value = line();
        stack.push(value === '01' ? true : value === '00' ? false : Number(value));
        break;
      }
      case 'L':
        stack.push(Number(line().replace(/L$/, '')));
        break;
      case 'F':
        stack.push(Number(line()));
        break;
      case 'G':
        stack.push(view.getFloat64(need(8), false));
        break;
      case 'X':
        stack.push(text(u32()));
        break;
      case '\x8c':
        stack.push(text(u8()));
        break;
      case '\x8d':
        stack.push(text(u64()));
        break;
      case 'T':
        stack.push(text(u32()));
        break;
      case 'U':
        stack.push(text(u8()));
        break;
      case 'V':
        stack.push(line());
        break;
      case 'B':
        stack.push(blob(u32()));
        break;
      case 'C':
        stack.push(blob(u8()));
        break;
      case '\x8e':
        stack.push(blob(u64()));
        break;
      case ')':
      case ']':
      case '\x8f': // a set, as a list
        stack.push([]);
        break;
      case '}':
        stack.push(new PickleDict());
        break;
      case 't':
      case 'l':
      case '\x91': // a frozen set
        stack.push(sinceMark());
        break;
      case 'd': {
        const items = sinceMark();
        const made = new PickleDict();
        put(made, items);
        stack.push(made);
        break;
      }
      case '\x85':
        stack.push([pop()]);
        break;
      case '\x86': {
        const b = pop();
        stack.push([pop(), b]);
        break;
      }
      case '\x87': {
        const c = pop();
        const b = pop();
        stack.push([pop(), b, c]);
        break;
      }
      case 'a': {
        const x = pop();
        append(top(), [x]);
        break;
      }
      case 'e':
      case '\x90': {
        const items = sinceMark();
        append(top(), items);
        break;
      }
      case 's': {
        const value = pop();
        const key = pop();
        put(top(), [key, value]);
        break;
      }
      case 'u': {
        const items = sinceMark();
        put(top(), items);
        break;
      }
      case 'p':
        remember(Number(line()));
        break;
      case 'q':
        remember(u8());
        break;
      case 'r':
        remember(u32());
        break;
      case '\x94':
        remember(memo.size);
        break;
      case 'g':
        recall(Number(line()));
        break;
      case 'h':
        recall(u8());
        break;
      case 'j':
        recall(u32());
        break;
      case 'c': {
        const module = line();
        global(`${module}.${line()}`);
        break;
      }
      case '\x93': {
        const name = pop();
        const module = pop();
        if (typeof name !== 'string' || typeof module !== 'string')
          throw new PickleError('it names what is no text');
        global(`${module}.${name}`);
        break;
      }
      case 'R': {
        const args = pop();
        reduce(pop(), args);
        break;
      }
      case '\x81': {
        const args = pop();
        reduce(pop(), args, true);
        break;
      }
      case '\x92': {
        // The arguments by name are none that is needed.
        pop();
        const args = pop();
        reduce(pop(), args, true);
        break;
      }
      case 'b': {
        // Attributes, e.g. `_metadata` of a state_dict; needed are those of an object that may hold tensors.
        const state = pop();
        const of = top();
        if (of instanceof PickleObject) of.state = state;
        break;
      }
      case 'P':
        stack.push(host.persistent(line()));
        break;
      case 'Q':
        stack.push(host.persistent(pop()));
        break;
      default:
        throw new PickleError(
          `it has the instruction 0x${code.charCodeAt(0).toString(16)} at byte ${at - 1}, which is not for data`,
        );
    }
  }
}
