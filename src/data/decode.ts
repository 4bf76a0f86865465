/** From bytes to text, by byte order mark, validity and, where these do not tell, by which characters are frequent. */
import { analyse } from 'chardet';

export interface Decoded {
  text: string;
  encoding: 'UTF-8' | 'UTF-16LE' | 'UTF-16BE' | 'Windows-1252' | EastAsian;
}

/** Encodings of two bytes and more in which no line break is part of a character, so that blocks can be cut at lines. */
const eastAsian = ['GB18030', 'Big5', 'EUC-JP', 'EUC-KR', 'Shift_JIS'] as const;
type EastAsian = (typeof eastAsian)[number];

/** Of 100: what Western texts reach by accident is far below, and tables with a few words of Chinese far above. */
const sureEnough = 50;
/** Bytes that are looked at: more do not tell more. */
const lookedAt = 1 << 16;

/**
 * UTF-8 and UTF-16 by their byte order mark; UTF-16 without one by its zero bytes (Latin letters have one in every
 * pair); then UTF-8 if the bytes are valid UTF-8; then an East Asian encoding if the bytes are valid in it and its
 * frequent characters are frequent; else Windows-1252, which reads every Latin-1 text.
 *
 * @param cut the bytes are the beginning of more: the last character may be incomplete, and is left out then.
 * @returns undefined if the bytes are not text.
 */
export function decodeText(bytes: Uint8Array, cut = false): Decoded | undefined {
  const encoding = encodingOf(bytes);
  if (!encoding) return undefined;
  const found =
    strictly(bytes, encoding, cut, encoding === 'UTF-8') ??
    eastAsianText(bytes, cut) ??
    strictly(bytes, 'Windows-1252', cut, false);
  return found?.text.includes('\0') ? undefined : found;
}

/** Undefined if the bytes are no text in the encoding. */
function strictly(
  bytes: Uint8Array,
  encoding: Decoded['encoding'],
  cut: boolean,
  fatal = true,
): Decoded | undefined {
  try {
    return {
      text: new TextDecoder(encoding.toLowerCase(), { fatal }).decode(bytes, { stream: cut }),
      encoding,
    };
  } catch {
    return undefined;
  }
}

function eastAsianText(bytes: Uint8Array, cut: boolean): Decoded | undefined {
  const found = analyse(bytes.subarray(0, lookedAt)).flatMap(({ name, confidence }) => {
    const encoding = eastAsian.find(e => e === name);
    return encoding && confidence >= sureEnough ? { encoding, confidence } : [];
  });
  const best = found
    .filter(f => f.confidence === found[0]!.confidence)
    .flatMap(f => strictly(bytes, f.encoding, cut) ?? []);
  // Japanese in two bytes a character is valid Chinese as well, without kana.
  return best.find(d => /[\u3040-\u30ff]/.test(d.text)) ?? best[0];
}

function encodingOf(bytes: Uint8Array): 'UTF-8' | 'UTF-16LE' | 'UTF-16BE' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'UTF-16LE';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'UTF-16BE';
  const head = bytes.subarray(0, 4096);
  const zeros = [0, 0];
  head.forEach((b, i) => {
    if (b === 0) zeros[i % 2]!++;
  });
  if (zeros[0] === 0 && zeros[1] === 0) return 'UTF-8';
  if (zeros[0] === 0 && zeros[1]! > head.length / 4) return 'UTF-16LE';
  if (zeros[1] === 0 && zeros[0]! > head.length / 4) return 'UTF-16BE';
  return undefined;
}
