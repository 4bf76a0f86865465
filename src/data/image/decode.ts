/** PNG, JPEG and WebP to pixels. Sizes are judged by the header before anything is unpacked. */
import { inflateSync } from 'node:zlib';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { decodeWebp, isWebp, webpSize } from './webp';

export interface Picture {
  width: number;
  height: number;
  /** Red, green, blue, alpha of each pixel, row by row: 0 … 255. */
  data: Uint8Array;
}

/** Pixels of one image: about 400 MB as RGBA. */
const maxPixels = 100_000_000;

/** @throws Error whose message says in a few words what is wrong with the file, e.g. "it was cut off". */
export function decodeImage(bytes: Uint8Array): Picture {
  if (bytes.length === 0) throw new Error('it is empty');
  if (isPng(bytes)) return decodePng(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes);
  if (isWebp(bytes)) {
    const { width, height } = webpSize(bytes);
    checkSize(width, height);
    return decodeWebp(bytes);
  }
  throw new Error('it is neither PNG, JPEG nor WebP');
}

function isPng(bytes: Uint8Array): boolean {
  return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].every((b, i) => bytes[i] === b);
}

function decodePng(bytes: Uint8Array): Picture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33) throw new Error('it was cut off');
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  checkSize(width, height);
  checkPixels(bytes, view, width, height);
  try {
    const { data } = PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (data.length !== width * height * 4) throw new Error('its pixels are not all there');
    return { width, height, data };
  } catch (e) {
    throw new Error(reason(e));
  }
}

/** The library takes what is there for all there is, and does not bound what interlaced images unpack to. */
function checkPixels(bytes: Uint8Array, view: DataView, width: number, height: number): void {
  const parts: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === 'IDAT')
      parts.push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const samples = [1, 0, 3, 1, 2, 0, 4][bytes[25]!] ?? 0;
  const bits = samples * bytes[24]!;
  const least = Math.ceil((width * bits) / 8) * height + (bytes[28] === 1 ? 0 : height);
  // Each of seven passes rounds its rows up and has a filter byte for each.
  const most = least + (bytes[28] === 1 ? 7 * 2 * height + 1024 : 1024);
  let found: number;
  try {
    found = inflateSync(Buffer.concat(parts), { maxOutputLength: most }).length;
  } catch {
    throw new Error('its pixels cannot be unpacked');
  }
  const passes = bytes[28] === 1 ? Math.floor((width * bits) / 8) * height : least;
  if (found < passes) throw new Error('its pixels are not all there');
}

function decodeJpeg(bytes: Uint8Array): Picture {
  const size = jpegSize(bytes);
  checkSize(size.width, size.height);
  // The library reads beyond the end as if there were zeros. A thumbnail has an end too, but ahead of the frame.
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).lastIndexOf(
    '\xff\xd9',
    undefined,
    'latin1',
  );
  if (end < size.at) throw new Error('it was cut off');
  try {
    const { width, height, data } = jpeg.decode(bytes, {
      useTArray: true,
      formatAsRGBA: true,
      tolerantDecoding: false,
      maxResolutionInMP: maxPixels / 1e6,
      maxMemoryUsageInMB: 2048,
    });
    return { width, height, data };
  } catch (e) {
    throw new Error(reason(e));
  }
}

/** From the frame header (SOF0 … SOF15 but the tables' markers). */
function jpegSize(bytes: Uint8Array): { width: number; height: number; at: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 <= bytes.length; ) {
    if (bytes[at] !== 0xff) break;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), at };
    if (marker === 0xda) break;
    at += 2 + view.getUint16(at + 2);
  }
  throw new Error('it was cut off or has no frame header');
}

function checkSize(width: number, height: number): void {
  if (width === 0 || height === 0) throw new Error(`its header says ${width} x ${height} pixels`);
  if (width * height > maxPixels)
    throw new Error(`its header says ${width} x ${height} pixels, more than ${maxPixels / 1e6} million`);
}

function reason(e: unknown): string {
  const text = e instanceof Error ? e.message : String(e);
  if (/crc|checksum/i.test(text)) return 'its checksum is wrong';
  if (
    /end of (input|file)|unexpected end|unrecognised content|no (more )?data|too small|Premature/i.test(text)
  )
    return 'it was cut off or is damaged';
  return `it cannot be decoded: ${text.split('\n')[0]!.slice(0, 80)}`;
}
