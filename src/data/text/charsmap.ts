/**
 * The rules by which sentencepiece normalises text: a trie of what is replaced (a double array as Darts-clone lays it out)
 * and the text that stands for each, as `precompiled_charsmap` in tokenizer.json and in sentencepiece's own models. The
 * npm package of tokenizers takes NFKC instead, which differs where rules were left out or added.
 */
import type { Tokenizer } from '@huggingface/tokenizers';

const utf8 = new TextEncoder();
/** A mark of the order of bytes is text as any other. */
const text = new TextDecoder('utf-8', { ignoreBOM: true });

export class Charsmap {
  private constructor(
    private readonly units: Uint32Array,
    /** Texts that stand for others, each closed by a zero. */
    private readonly texts: Uint8Array,
  ) {}

  /** @throws Error that says what is wrong with the bytes. */
  static read(bytes: Uint8Array): Charsmap {
    if (bytes.length < 4) throw new Error(`its rules of normalisation have ${bytes.length} bytes`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const size = view.getUint32(0, true);
    if (size === 0 || size % 4 !== 0 || size > bytes.length - 4)
      throw new Error(
        `its rules of normalisation begin with a size of ${size} bytes, but have ${bytes.length - 4}`,
      );
    const units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
    return new Charsmap(units, bytes.slice(4 + size));
  }

  /** Ends of the beginnings of `key` that are replaced, shortest first, each with where its text stands. */
  private *prefixes(key: Uint8Array, from: number): Generator<{ end: number; at: number }> {
    let place = offsetOf(this.units[0]!);
    for (let i = from; i < key.length; i++) {
      const byte = key[i]!;
      if (byte === 0) return;
      place ^= byte;
      const unit = this.units[place];
      // The label has the highest bit where the unit is a leaf, which no byte has.
      if (unit === undefined || (unit & 0x800000ff) !== byte) return;
      place ^= offsetOf(unit);
      if ((unit >>> 8) & 1) {
        const leaf = this.units[place];
        if (leaf === undefined) return;
        yield { end: i + 1, at: leaf & 0x7fffffff };
      }
    }
  }

  private textAt(at: number): Uint8Array {
    const end = this.texts.indexOf(0, at);
    return this.texts.subarray(at, end < 0 ? this.texts.length : end);
  }

  /**
   * As tokenizers' `Precompiled` does: what is seen as one character is looked up first where it is short, then each of
   * its code points; of a rule for a part of it the text stands for the whole.
   */
  normalizeGraphemes(source: string): string {
    let out = '';
    for (const { segment } of graphemes.segment(source)) {
      const whole = utf8.encode(segment);
      const found = whole.length < 6 ? this.first(whole) : undefined;
      if (found !== undefined) out += found;
      else for (const c of segment) out += this.first(utf8.encode(c)) ?? c;
    }
    return out;
  }

  private first(key: Uint8Array): string | undefined {
    for (const { at } of this.prefixes(key, 0)) return text.decode(this.textAt(at));
    return undefined;
  }

  /** As sentencepiece itself does: the longest beginning that has a rule, again and again. */
  normalizeLongest(source: string): string {
    const bytes = utf8.encode(source);
    const out: number[] = [];
    for (let i = 0; i < bytes.length; ) {
      let longest: { end: number; at: number } | undefined;
      for (const found of this.prefixes(bytes, i)) longest = found;
      if (longest) {
        for (const b of this.textAt(longest.at)) out.push(b);
        i = longest.end;
      } else out.push(bytes[i++]!);
    }
    return text.decode(Uint8Array.from(out));
  }
}

/** What is seen as one character. */
export const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

function offsetOf(unit: number): number {
  return ((unit >>> 10) << ((unit & 512) >>> 6)) >>> 0;
}

interface Normalizer {
  charsmap?: unknown;
  normalizers?: readonly (Normalizer | null)[];
  normalize(text: string): string;
}

interface Decoder {
  text_decoder?: unknown;
  decoders?: readonly (Decoder | null)[];
}

/**
 * The tokenizer without what the npm package does in another way than Hugging Face's own: its normalisers follow their
 * charsmaps, and bytes become text with all that it says. @throws Error for a charsmap that is damaged
 */
export function exactly<T extends Tokenizer>(tokenizer: T): T {
  const { normalizer, decoder } = tokenizer as unknown as {
    normalizer?: Normalizer | null;
    decoder?: Decoder | null;
  };
  visit(normalizer, 'normalizers', own => {
    if (typeof own.charsmap !== 'string' || own.charsmap === '') return;
    const map = Charsmap.read(Buffer.from(own.charsmap, 'base64'));
    own.normalize = source => map.normalizeGraphemes(source);
  });
  visit(decoder, 'decoders', own => {
    if (own.text_decoder) own.text_decoder = text;
  });
  return tokenizer;
}

/** The part and all that it is a sequence of. */
function visit<K extends string, P extends { [key in K]?: readonly (P | null)[] }>(
  part: P | null | undefined,
  parts: K,
  each: (part: P) => void,
): void {
  if (!part) return;
  each(part);
  for (const inner of part[parts] ?? []) visit(inner, parts, each);
}
