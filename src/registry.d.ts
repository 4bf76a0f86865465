/**
 * `import all from 'registry:engine/ops#op'` gives the export `op` of every file in src/engine/ops (or of the index of
 * every folder there), in alphabetical order. Files whose name starts with "_" take no part. Resolved by esbuild.js.
 * Adding a file is registering it.
 */
declare module 'registry:*' {
  const all: readonly unknown[];
  export default all;
}
