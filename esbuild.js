// Builds everything that ships (dist/) and, with --tests, everything that tests it (out/). --tests=unit/data bundles
// only the tests in that folder and nothing that ships. --release minifies; --watch stays and rebuilds; --dist=DIR
// builds to another folder than dist/.
const esbuild = require('esbuild');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = __dirname;
const flags = new Set(process.argv.slice(2));
const watch = flags.has('--watch');
const release = flags.has('--release');
const dist = path.resolve(
  root,
  process.argv.find(f => f.startsWith('--dist='))?.slice('--dist='.length) ?? 'dist',
);
/** Compiled kernels: embedded in the bundles, kept here between builds. */
const kernelFolder = path.join(root, 'dist/wasm');
const testFlag = process.argv.slice(2).find(f => /^--tests(=|$)/.test(f));
/** Folder below test/ that alone is bundled. */
const onlyTests = testFlag?.split('=')[1];

/** Resolves `registry:folder#name`: the export `name` of every module in src/folder. */
const registries = {
  name: 'registries',
  setup(build) {
    build.onResolve({ filter: /^registry:/ }, ({ path: id }) => ({
      path: id.slice('registry:'.length),
      namespace: 'registry',
    }));
    build.onLoad({ filter: /.*/, namespace: 'registry' }, ({ path: id }) => {
      const [folder, name] = id.split('#');
      const dir = path.join(root, 'src', folder);
      const modules = fs
        .readdirSync(dir, { withFileTypes: true })
        .filter(e => !e.name.startsWith('_'))
        .filter(e =>
          e.isDirectory() ? fs.existsSync(path.join(dir, e.name, 'index.ts')) : e.name.endsWith('.ts'),
        )
        .map(e => e.name.replace(/\.ts$/, ''))
        .sort();
      const imports = modules.map((m, i) => `import { ${name} as m${i} } from './${m}';`);
      return {
        contents: `${imports.join('\n')}\nexport default [${modules.map((_, i) => `m${i}`).join(', ')}];`,
        resolveDir: dir,
        loader: 'ts',
        watchDirs: [dir],
      };
    });
  },
};

const kernelSources = path.join(root, 'src/engine/wasm/assembly');

const relaxedSimd = ['--enable', 'simd,threads,relaxed-simd', '--use', 'RELAXED_SIMD=1'];
/** Source and flags of the builds of the micro-kernels; the engine chooses by what the host can run. */
const kernelBuilds = {
  simd: ['index.ts', '--enable', 'simd,threads', '--use', 'RELAXED_SIMD=0', '--use', 'WIDE=0'],
  relaxed: ['index.ts', ...relaxedSimd, '--use', 'WIDE=0'],
  wide: ['index.ts', ...relaxedSimd, '--use', 'WIDE=1'],
  tiles: ['tiles.ts', ...relaxedSimd, '--use', 'WIDE=1'],
};

/** Compiles src/engine/wasm/assembly (AssemblyScript) when it is newer than what was compiled last. */
async function buildKernels() {
  const newest = Math.max(...filesIn(kernelSources, n => n.endsWith('.ts')).map(f => fs.statSync(f).mtimeMs));
  fs.mkdirSync(kernelFolder, { recursive: true });
  for (const [name, [source, ...flags]] of Object.entries(kernelBuilds)) {
    const to = path.join(kernelFolder, `${name}.wasm`);
    if (fs.existsSync(to) && fs.statSync(to).mtimeMs >= newest) continue;
    const asc = (await import('assemblyscript/asc')).default;
    const { error, stderr } = await asc.main([
      path.join(kernelSources, source),
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--importMemory',
      // v128 passes between our own functions only.
      '--disableWarning',
      '112',
      '--sharedMemory',
      '--initialMemory',
      '1',
      '--maximumMemory',
      '65536',
      ...flags,
      '-o',
      to,
    ]);
    if (error) throw new Error(`the ${name} kernels do not compile\n${stderr}`);
  }
}

/** Resolves `kernels:NAME` to the bytes of that build of the micro-kernels. */
const kernels = {
  name: 'kernels',
  setup(build) {
    if (watch) build.onStart(buildKernels);
    build.onResolve({ filter: /^kernels:/ }, ({ path: id }) => ({
      path: id.slice('kernels:'.length),
      namespace: 'kernels',
    }));
    build.onLoad({ filter: /.*/, namespace: 'kernels' }, ({ path: name }) => ({
      contents: fs.readFileSync(path.join(kernelFolder, `${name}.wasm`)),
      loader: 'binary',
      watchDirs: [kernelSources],
    }));
  },
};

/**
 * Resolves `worker:script.ts`: the script, bundled, as text. Webviews start workers from blob: addresses only, and the
 * engine its threads from wherever it was bundled into.
 */
const workers = {
  name: 'workers',
  setup(build) {
    build.onResolve({ filter: /^worker:/ }, ({ path: id }) => ({
      path: path.join(root, id.slice('worker:'.length)),
      namespace: 'worker',
    }));
    build.onLoad({ filter: /.*/, namespace: 'worker' }, async ({ path: file }) => {
      const result = await esbuild.build({
        entryPoints: [file],
        bundle: true,
        minify: true,
        write: false,
        metafile: true,
        platform: 'browser',
        target: 'chrome128',
        format: 'iife',
        external: ['node:*'],
      });
      const watchFiles = Object.keys(result.metafile.inputs).map(f => path.resolve(f));
      return { contents: result.outputFiles[0].text, loader: 'text', watchFiles };
    });
  },
};

/** Files of a folder, recursively, that `keep` accepts. */
function filesIn(dir, keep) {
  if (!fs.existsSync(dir)) return [];
  return fs
    .readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter(e => e.isFile() && keep(e.name))
    .map(e => path.join(e.parentPath ?? e.path, e.name));
}

const common = {
  bundle: true,
  sourcemap: release ? false : 'linked',
  minify: release,
  // gpu.js finds a kernel's arguments by reading function sources, and registries show class names.
  keepNames: true,
  // Its CommonJS build loads its parts through a require that no bundler follows.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  logLevel: 'warning',
  plugins: [registries, kernels, workers],
};

/** The extension host, the engine process, the reader of Python source and the command line. */
const node = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  outdir: dist,
  entryPoints: {
    extension: 'src/extension.ts',
    service: 'src/service/main.ts',
    python: 'src/formats/pytorch/worker.ts',
    cli: 'src/cli/main.ts',
  },
  // `gl` and `webgpu` are native and optional: they are looked for at run time and done without.
  external: ['vscode', 'gl', 'webgpu', 'pyodide'],
  // ES modules that ask where they are, in a CommonJS bundle.
  define: { 'import.meta.url': '__importMetaUrl' },
  // Decoders in WebAssembly travel in the bundle.
  loader: { '.wasm': 'binary' },
  banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
};

/** The pages: the panel's, and that of a model file. */
const web = {
  ...common,
  platform: 'browser',
  target: 'chrome128',
  format: 'iife',
  outdir: path.join(dist, 'media'),
  entryPoints: {
    panel: 'media/panel/main.ts',
    modelFile: 'media/modelFile/main.ts',
    modelDiff: 'media/modelDiff/main.ts',
    gpu: 'media/gpu/main.ts',
  },
  loader: { '.svg': 'text' },
};

const outTests = path.join(root, 'out/test');

/**
 * The tests that run in Node itself: ES modules that share what they have in common. A bundle of its own for each
 * would hold the whole product some two hundred times.
 */
const tests = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  splitting: true,
  chunkNames: 'chunks/[hash]',
  sourcemap: 'inline',
  minify: false,
  outdir: outTests,
  outbase: path.join(root, 'test'),
  entryPoints: [
    ...filesIn(path.join(root, 'test/unit'), n => n.endsWith('.test.ts')),
    ...filesIn(path.join(root, 'test/bench'), n => n === 'main.ts'),
  ],
  external: ['gl', 'webgpu', 'pyodide', 'mocha'],
  loader: node.loader,
  // What CommonJS modules among the sources and packages ask for.
  banner: {
    js: [
      "import { createRequire as __createRequire } from 'node:module';",
      "import { fileURLToPath as __fileURLToPath } from 'node:url';",
      'const require = __createRequire(import.meta.url);',
      'const __filename = __fileURLToPath(import.meta.url);',
      "const __dirname = __fileURLToPath(new URL('.', import.meta.url)).slice(0, -1);",
    ].join('\n'),
  },
  metafile: true,
};

/** The suite that runs inside VS Code, whose extension host loads CommonJS. */
const hostedTests = {
  ...tests,
  format: 'cjs',
  splitting: false,
  entryPoints: filesIn(path.join(root, 'test/vscode'), n => n.endsWith('.ts')),
  external: ['vscode', 'mocha'],
  define: node.define,
  banner: node.banner,
};
const suites = [tests, hostedTests];
for (const suite of suites)
  suite.entryPoints = suite.entryPoints.filter(
    f => !onlyTests || path.relative(root, f).startsWith(path.join('test', onlyTests)),
  );

/** Tests that are no more must not be run. What they share stays while a build of some of them is not of all. */
function removeStale(results) {
  const made = new Set(results.flatMap(r => Object.keys(r.metafile.outputs)).map(f => path.resolve(f)));
  const dir = path.join(outTests, onlyTests ?? '');
  for (const f of filesIn(dir, n => n.endsWith('.js'))) if (!made.has(f)) fs.rmSync(f, { force: true });
}

/** Says of each folder which modules are in it; package.json says it of none. */
function nameModules() {
  for (const [dir, type] of [
    ['', 'module'],
    ['vscode', 'commonjs'],
  ]) {
    fs.mkdirSync(path.join(outTests, dir), { recursive: true });
    fs.writeFileSync(path.join(outTests, dir, 'package.json'), `${JSON.stringify({ type })}\n`);
  }
}

/** What is loaded as files: CPython in WebAssembly, and the torch stand-in that runs in it. */
function copyAssets() {
  const pyodide = path.dirname(require.resolve('pyodide/package.json'));
  const to = path.join(dist, 'pyodide');
  fs.mkdirSync(to, { recursive: true });
  for (const name of [
    'pyodide.mjs',
    'pyodide.asm.mjs',
    'pyodide.asm.wasm',
    'python_stdlib.zip',
    'pyodide-lock.json',
    'package.json',
  ]) {
    const from = path.join(pyodide, name);
    if (fs.existsSync(from)) fs.copyFileSync(from, path.join(to, name));
  }
  for (const [sources, name] of [
    ['src/formats/pytorch/python', 'python'],
    ['src/formats/huggingface/python', 'huggingface'],
    ['src/formats/keras/python', 'keras'],
  ])
    fs.cpSync(path.join(root, sources), path.join(dist, name), {
      recursive: true,
      filter: f => !f.includes('__pycache__'),
    });
}

/**
 * Makes the image of a Python that has imported the stand-in, from which reading models starts in a tenth of the time;
 * anew only when something in it has changed.
 */
function makeSnapshot() {
  const program = path.join(dist, 'python.js');
  // It does nothing when the image is of these sources.
  if (fs.existsSync(program))
    execFileSync(process.execPath, [program, '--snapshot'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function main() {
  const exists = entries =>
    Object.fromEntries(Object.entries(entries).filter(([, file]) => fs.existsSync(path.join(root, file))));
  node.entryPoints = exists(node.entryPoints);
  web.entryPoints = exists(web.entryPoints);
  const builds = [...(onlyTests ? [] : [node, web]), ...(testFlag ? suites : [])];
  copyAssets();
  await buildKernels();
  if (watch) {
    const contexts = await Promise.all(builds.map(b => esbuild.context({ ...b, logLevel: 'info' })));
    await Promise.all(contexts.map(c => c.watch()));
  } else {
    const results = await Promise.all(builds.map(b => esbuild.build(b)));
    if (testFlag) {
      removeStale(results.slice(-suites.length));
      nameModules();
    }
    if (!onlyTests) makeSnapshot();
  }
}

main().catch(e => {
  if (!e.errors) console.error(e);
  process.exitCode = 1;
});
