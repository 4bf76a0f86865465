declare module 'fft.js' {
  export default class FFT {
    /** @param size a power of two. */
    constructor(size: number);
    createComplexArray(): number[];
    realTransform(out: number[], input: number[]): void;
    completeSpectrum(spectrum: number[]): void;
    inverseTransform(out: number[], input: number[]): void;
  }
}
