/** Style sheets are bundled into one file beside the script; importing one says that it is needed. */
declare module '*.css';

/** The named script, bundled, as text: a webview starts workers from blob: addresses only. Resolved by esbuild.js. */
declare module 'worker:*' {
  const source: string;
  export default source;
}
