/** The compiled micro-kernels, made by esbuild.js from assembly/. */
declare module 'kernels:simd' {
  const bytes: Uint8Array;
  export default bytes;
}
declare module 'kernels:relaxed' {
  const bytes: Uint8Array;
  export default bytes;
}
