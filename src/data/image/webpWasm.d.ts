declare module '@jsquash/webp/codec/dec/webp_dec.wasm' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
