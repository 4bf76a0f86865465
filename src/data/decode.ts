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

/** The line, from 1, of the first zero byte, which no text has; undefined without one. */
export function lineOfZero(bytes: Uint8Array): number | undefined {
  const at = bytes.indexOf(0);
  return at < 0 ? undefined : lineAt(bytes, at);
}

/** The line, from 1, of the first byte that is no UTF-8; undefined if there is none. */
export function lineOfForeign(bytes: Uint8Array): number | undefined {
  // Halving finds it: what decodes up to a place, with a character perhaps cut there, is valid so far.
  const valid = (end: number) => strictly(bytes.subarray(0, end), 'UTF-8', true) !== undefined;
  if (valid(bytes.length)) return undefined;
  let [low, high] = [0, bytes.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (valid(middle)) low = middle;
    else high = middle;
  }
  return lineAt(bytes, low);
}

function lineAt(bytes: Uint8Array, at: number): number {
  let line = 1;
  for (let i = bytes.indexOf(10); i >= 0 && i < at; i = bytes.indexOf(10, i + 1)) line++;
  return line;
}

/** Why bytes are no text, as a sentence with what was expected, and the line where that is to be said. */
export function notText(bytes: Uint8Array, expected: string): { line: number | undefined; message: string } {
  const head = bytes.subarray(0, 4);
  const known = binaries.find(([start]) => start.every((b, i) => head[i] === b));
  if (known)
    return { line: undefined, message: `The file is ${known[1]}, whatever its name says. ${expected}` };
  const line = lineOfZero(bytes);
  return {
    line,
    message: `The file is not text (it contains zero bytes${line === undefined ? '' : `, the first on line ${line}`}). ${expected}`,
  };
}

const binaries: readonly (readonly [readonly number[], string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'a zip archive or an Excel workbook: save the table as CSV'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old Excel workbook: save the table as CSV'],
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG picture'],
  [[0xff, 0xd8, 0xff], 'a JPEG picture'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document'],
  [[0x50, 0x41, 0x52, 0x31], 'a Parquet file: call it .parquet'],
  [[0xff, 0xfe, 0x00, 0x00], 'text in UTF-32: save it as UTF-8'],
];
