/** WAV: RIFF with "fmt " and "data" chunks. Multimedia Programming Interface and Data Specifications 1.0, and WAVEFORMATEXTENSIBLE. */

export interface Sound {
  sampleRate: number;
  /** Channels of the file; `samples` is their mean. */
  channels: number;
  /** -1 to 1. */
  samples: Float32Array;
  /** What did not fit together in the file, and was passed over. */
  note?: string;
}

/** An hour at 192 kHz. */
const maxFrames = 192_000 * 3600;

type Read = (view: DataView, at: number) => number;

const pcm: Readonly<Record<number, Read>> = {
  8: (v, at) => (v.getUint8(at) - 128) / 128,
  16: (v, at) => v.getInt16(at, true) / 32768,
  24: (v, at) =>
    ((v.getUint8(at) << 8) | (v.getUint8(at + 1) << 16) | (v.getInt8(at + 2) << 24)) / 2147483648,
  32: (v, at) => v.getInt32(at, true) / 2147483648,
};

const float: Readonly<Record<number, Read>> = {
  32: (v, at) => v.getFloat32(at, true),
  64: (v, at) => v.getFloat64(at, true),
};

/** @throws Error whose message says in a few words what is wrong with the file, e.g. "it was cut off". */
export function decodeWav(bytes: Uint8Array): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length === 0) throw new Error('it is empty');
  if (bytes.length < 12 || mark(0) !== 'RIFF' || mark(8) !== 'WAVE')
    throw new Error(`it is no WAV file: it begins with "${printable(mark(0))}" instead of "RIFF"`);
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = mark(at);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (name === 'fmt ') format = readFormat(view, start, Math.min(size, bytes.length - start));
    if (name === 'data') {
      if (!format) throw new Error('its sound stands before the format of it');
      return readSound(view, start, size, format);
    }
    at = start + size + (size % 2);
  }
  throw new Error(format ? 'it holds no sound: it was cut off' : 'its header does not say the format');
}

interface Format {
  sampleRate: number;
  channels: number;
  /** Bytes of one sample of all channels. */
  frame: number;
  bits: number;
  read: Read;
}

function readFormat(view: DataView, at: number, size: number): Format {
  if (size < 16) throw new Error('its header was cut off');
  let tag = view.getUint16(at, true);
  const channels = view.getUint16(at + 2, true);
  const sampleRate = view.getUint32(at + 4, true);
  const frame = view.getUint16(at + 12, true);
  const bits = view.getUint16(at + 14, true);
  // The real format is the beginning of an identifier.
  if (tag === 0xfffe && size >= 40) tag = view.getUint16(at + 24, true);
  const read = tag === 1 ? pcm[bits] : tag === 3 ? float[bits] : undefined;
  if (!read)
    throw new Error(
      tag === 1 || tag === 3
        ? `its header says ${bits} bits a sample`
        : `its sound is packed (format ${tag}); expected PCM or float: convert it`,
    );
  if (channels === 0 || channels > 64) throw new Error(`its header says ${channels} channels`);
  if (sampleRate < 100 || sampleRate > 1_000_000)
    throw new Error(`its header says ${sampleRate} samples a second`);
  if (frame !== (channels * bits) / 8)
    throw new Error(
      `its header says ${frame} bytes for ${channels} ${channels === 1 ? 'channel' : 'channels'} of ${bits} bits`,
    );
  return { sampleRate, channels, frame, bits, read };
}

function readSound(view: DataView, start: number, size: number, format: Format): Sound {
  const { channels, frame, bits, read, sampleRate } = format;
  const there = view.byteLength - start;
  // Recorders that stream write 0 or 0xFFFFFFFF; anything else is a lie or a file that was cut off.
  const unknown = size === 0xffffffff || (size === 0 && there > 0);
  const used = unknown ? there : Math.min(size, there);
  const frames = Math.floor(used / frame);
  if (frames === 0) throw new Error('it holds no sound');
  if (frames > maxFrames) throw new Error(`it holds ${frames} samples, more than ${maxFrames}`);
  const samples = new Float32Array(frames);
  const width = bits / 8;
  for (let i = 0; i < frames; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += read(view, start + i * frame + c * width);
    const x = sum / channels;
    if (!Number.isFinite(x)) throw new Error(`sample ${i} is no number`);
    samples[i] = x;
  }
  const lie =
    !unknown && size > there
      ? `the header says ${size} bytes of sound, but ${there} are there; those were read`
      : unknown || restIsChunks(view, start + size + (size % 2))
        ? undefined
        : `the header says ${size} bytes of sound, but ${there - size} more follow; they were not read`;
  return { sampleRate, channels, samples, ...(lie && { note: lie }) };
}

/** Whether what follows the sound may be chunks (cues, tags), or is nothing. */
function restIsChunks(view: DataView, at: number): boolean {
  const left = view.byteLength - at;
  // A byte or two of padding tell nothing.
  if (left < 3) return true;
  if (left < 8) return false;
  for (let i = 0; i < 4; i++) {
    const c = view.getUint8(at + i);
    if (c < 0x20 || c > 0x7e) return false;
  }
  return view.getUint32(at + 4, true) <= left - 8;
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

/** One channel of 16-bit PCM; what is beyond -1 … 1 is clipped. */
export function encodeWav(samples: ArrayLike<number>, sampleRate: number): Uint8Array {
  const bytes = new Uint8Array(44 + samples.length * 2);
  const view = new DataView(bytes.buffer);
  const text = (at: number, s: string) => {
    for (let i = 0; i < s.length; i++) bytes[at + i] = s.charCodeAt(i);
  };
  text(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, samples.length * 2, true);
  for (let i = 0; i < samples.length; i++)
    view.setInt16(44 + 2 * i, Math.round(Math.max(-1, Math.min(32767 / 32768, samples[i]!)) * 32768), true);
  return bytes;
}
