/** The compiled micro-kernels, made by esbuild.js from assembly/. */
declare module 'kernels:simd' {
  const bytes: Uint8Array;
  export default bytes;
}
declare module 'kernels:relaxed' {
  const bytes: Uint8Array;
  export default bytes;
}
/** Relaxed SIMD with blocks of twice the width, which it takes from `kernels:tiles`. */
declare module 'kernels:wide' {
  const bytes: Uint8Array;
  export default bytes;
}
declare module 'kernels:tiles' {
  const bytes: Uint8Array;
  export default bytes;
}
