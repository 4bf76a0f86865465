declare module 'omggif' {
  export class GifReader {
    constructor(bytes: Uint8Array);
    readonly width: number;
    readonly height: number;
    numFrames(): number;
    frameInfo(frame: number): {
      x: number;
      y: number;
      width: number;
      height: number;
      /** In hundredths of a second. */
      delay: number;
      /** Where the size of the first code stands, and the codes after it. */
      data_offset: number;
      /** 2 clears the frame's place afterwards, 3 brings back what was there. */
      disposal: number;
    };
    decodeAndBlitFrameRGBA(frame: number, pixels: Uint8Array): void;
  }
}
