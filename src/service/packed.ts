/**
 * What a process passes on for another to use: the text of its JSON as bytes. A page's graph goes from the reader process
 * through the extension host and the editor's window; as an object it would be taken apart and put together at each
 * of them, and hold up the host that does nothing with it.
 */
declare const of: unique symbol;

/** The JSON text, as UTF-8, of a `T`. */
export type Packed<T> = Uint8Array & { readonly [of]?: T };

/** Of values that are shown again and again, as long as they are kept. */
const packed = new WeakMap<object, Uint8Array>();

export function pack<T extends object>(value: T): Packed<T> {
  let bytes = packed.get(value);
  if (!bytes) {
    bytes = new TextEncoder().encode(JSON.stringify(value));
    packed.set(value, bytes);
  }
  return bytes;
}

export function unpack<T>(bytes: Packed<T>): T {
  return JSON.parse(new TextDecoder().decode(bytes)) as T;
}
