/** From bytes to text, by byte order mark and validity. */
export interface Decoded {
  text: string;
  encoding: 'UTF-8' | 'UTF-16LE' | 'UTF-16BE' | 'Windows-1252';
}

/**
 * UTF-8 and UTF-16 by their byte order mark; UTF-16 without one by its zero bytes (Latin letters have one in every
 * pair); then UTF-8 if the bytes are valid UTF-8, else Windows-1252, which reads every Latin-1 text.
 *
 * @returns undefined if the bytes are not text.
 */
export function decodeText(bytes: Uint8Array): Decoded | undefined {
  const encoding = encodingOf(bytes);
  if (!encoding) return undefined;
  try {
    const text = new TextDecoder(encoding.toLowerCase(), { fatal: encoding === 'UTF-8' }).decode(bytes);
    return text.includes('\0') ? undefined : { text, encoding };
  } catch {
    const text = new TextDecoder('windows-1252').decode(bytes);
    return text.includes('\0') ? undefined : { text, encoding: 'Windows-1252' };
  }
}

function encodingOf(bytes: Uint8Array): Decoded['encoding'] | undefined {
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
