/** What we use of jsfive, which comes without types. */
declare module 'jsfive' {
  export class Group {
    readonly keys: string[];
    readonly attrs: Record<string, unknown>;
    get(path: string): unknown;
  }
  export class File extends Group {
    constructor(bytes: ArrayBuffer, name: string);
  }
  /** How chunks are unpacked, by the number of a filter. */
  export const Filters: Map<number, (chunk: ArrayBuffer, itemSize: number) => ArrayBuffer>;
  export class Dataset extends Array<number> {
    /** A name of NumPy's for numbers. */
    readonly dtype: unknown;
    readonly shape: number[];
    readonly value: ArrayLike<number>;
  }
}
