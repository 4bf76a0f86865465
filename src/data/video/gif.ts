/** Animated GIFs as whole frames. https://www.w3.org/Graphics/GIF/spec-gif89a.txt; unpacked by the npm package omggif. */
import { GifReader } from 'omggif';
import type { Picture } from '../image/decode';

/** Pixels of all frames of one file. */
const maxPixels = 400_000_000;

export interface Animation {
  frames: Picture[];
  /** Of each frame, in seconds. */
  delays: number[];
}

/** @throws Error whose message says in a few words what is wrong with the file. */
export function decodeGif(bytes: Uint8Array): Animation {
  if (bytes.length === 0) throw new Error('it is empty');
  if (String.fromCharCode(...bytes.subarray(0, 3)) !== 'GIF') throw new Error('it is no GIF');
  let reader: GifReader;
  try {
    reader = new GifReader(bytes);
  } catch (e) {
    throw new Error(reason(e));
  }
  const { width, height } = reader;
  const count = reader.numFrames();
  if (count === 0) throw new Error('it holds no frame');
  if (width === 0 || height === 0 || width * height * count > maxPixels)
    throw new Error(`its header says ${count} frames of ${width} x ${height} pixels`);
  const canvas = new Uint8Array(width * height * 4);
  const frames: Picture[] = [];
  const delays: number[] = [];
  for (let i = 0; i < count; i++) {
    const info = reader.frameInfo(i);
    if (info.x + info.width > width || info.y + info.height > height)
      throw new Error(`frame ${i + 1} is larger than the picture`);
    if (!sound(bytes, info.data_offset))
      throw new Error(`frame ${i + 1}: it was cut off or is damaged (a code that was not made yet)`);
    const before = info.disposal === 3 ? canvas.slice() : undefined;
    try {
      reader.decodeAndBlitFrameRGBA(i, canvas);
    } catch (e) {
      throw new Error(`frame ${i + 1}: ${reason(e)}`);
    }
    frames.push({ width, height, data: canvas.slice() });
    delays.push((info.delay || 10) / 100);
    if (before) canvas.set(before);
    if (info.disposal === 2)
      for (let y = info.y; y < info.y + info.height; y++)
        canvas.fill(0, (y * width + info.x) * 4, (y * width + info.x + info.width) * 4);
  }
  return { frames, delays };
}

/**
 * Whether a frame's codes name nothing but what the codes before them made. The library follows stale ones in a circle
 * without an end.
 */
function sound(bytes: Uint8Array, at: number): boolean {
  const bits = bytes[at]!;
  if (!(bits >= 1 && bits <= 8)) return false;
  const clear = 1 << bits;
  let next = clear + 2;
  let size = bits + 1;
  let first = true;
  let held = 0;
  let count = 0;
  for (let block = at + 1; bytes[block]; block += bytes[block]! + 1)
    for (let i = block + 1; i <= block + bytes[block]!; i++) {
      held |= (bytes[i] ?? 0) << count;
      count += 8;
      while (count >= size) {
        const code = held & ((1 << size) - 1);
        held >>>= size;
        count -= size;
        if (code === clear + 1) return true;
        if (code === clear) {
          next = clear + 2;
          size = bits + 1;
          first = true;
          continue;
        }
        if (code > next || (code === next && (first || next === 4096))) return false;
        if (!first && next < 4096) next++;
        if (next >= 1 << size && size < 12) size++;
        first = false;
      }
    }
  return true;
}

function reason(e: unknown): string {
  // What the library stumbled over tells nobody anything.
  if (e instanceof TypeError || e instanceof RangeError) return 'it was cut off or is damaged';
  const text = e instanceof Error ? e.message : String(e);
  return `it was cut off or is damaged (${text.split('\n')[0]!.slice(0, 60)})`;
}
