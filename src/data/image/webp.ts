/** WebP by libwebp in WebAssembly, as the npm package @jsquash/webp ships it (from Google's Squoosh). */
import decoder from '@jsquash/webp/codec/dec/webp_dec.js';
import bytesOfDecoder from '@jsquash/webp/codec/dec/webp_dec.wasm';
import type { Picture } from './decode';

interface Decoder {
  decode?(bytes: Uint8Array): { data: Uint8ClampedArray; width: number; height: number } | null;
  noInitialRun: boolean;
  instantiateWasm(
    imports: WebAssembly.Imports,
    callback: (instance: WebAssembly.Instance) => void,
  ): WebAssembly.Exports;
}

let ready: Decoder | undefined;

/** Compiled when first needed, at once: pictures are read one by one and none can wait for a promise. */
function theDecoder(): Decoder {
  if (ready) return ready;
  const module: Decoder = {
    noInitialRun: true,
    instantiateWasm(imports, callback) {
      const instance = new WebAssembly.Instance(new WebAssembly.Module(bytesOfDecoder), imports);
      callback(instance);
      return instance.exports;
    },
  };
  void (decoder as unknown as (module: Decoder) => Promise<unknown>)(module);
  if (!module.decode) throw new Error('the decoder for WebP does not start');
  ready = module;
  return module;
}

export function isWebp(bytes: Uint8Array): boolean {
  const mark = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  return mark(0) === 'RIFF' && mark(8) === 'WEBP';
}

/**
 * Width and height by the header: https://developers.google.com/speed/webp/docs/riff_container
 *
 * @throws Error
 */
export function webpSize(bytes: Uint8Array): { width: number; height: number } {
  if (bytes.length < 30) throw new Error('it was cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (String.fromCharCode(...bytes.subarray(12, 16))) {
    case 'VP8 ':
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      if (bytes[20]! & 2) throw new Error('it is an animation; expected a still picture');
      return {
        width: (bytes[24]! | (bytes[25]! << 8) | (bytes[26]! << 16)) + 1,
        height: (bytes[27]! | (bytes[28]! << 8) | (bytes[29]! << 16)) + 1,
      };
  }
  throw new Error('its header is damaged');
}

/** @throws Error */
export function decodeWebp(bytes: Uint8Array): Picture {
  const image = theDecoder().decode!(bytes);
  if (!image) throw new Error('it was cut off or is damaged');
  return {
    width: image.width,
    height: image.height,
    data: new Uint8Array(image.data.buffer, image.data.byteOffset, image.data.byteLength),
  };
}
