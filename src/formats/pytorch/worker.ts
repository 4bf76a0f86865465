/**
 * The thread in which a workspace's Python runs. It has nothing but the interpreter, the stand-in for torch, the ops'
 * shape rules and one device between them.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import all from 'registry:engine/ops#op';
import type { OpDefinition } from '../../engine/op';
import { assemble, assembleTraining, LineGone, partsOf } from './assemble';
import { mount } from './mount';
import { Recorder } from './recorder';
import type { Drawn } from './replayed';
import { Telling } from './retold';
import { confineInterpreter, confineThread, confineWebAssembly, type Emscripten, runSource } from './sandbox';
import { WorkspaceFiles } from './workspaceFiles';

export interface WorkerData {
  distFolder: string;
  memoryMb: number;
}

export interface WorkerRequest {
  id: number;
  /** Text of files by their name under /workspace/; null for the text that the last request had. */
  files: Readonly<Record<string, string | null>>;
  main: string;
  /** The module's dotted name. */
  module: string;
  /** The file's real name by its name under /workspace/. */
  names: Readonly<Record<string, string>>;
  class?: string;
  /** Names of what to read; all if it is not given. */
  only?: readonly string[];
  arguments?: Readonly<Record<string, unknown>>;
  input?: readonly number[];
  inputs?: readonly { name: string; shape: readonly (number | string)[]; dtype: string }[];
  /** Run every block, also one that is like another. */
  whole?: true;
  /** Read how the file trains, and no classes. */
  script?: true;
  /** Names of files that make the classes, for the arguments that they use. */
  callers?: readonly string[];
  /** What /workspace/ is, really: its files are there for scripts that train. */
  folder: string;
  /**
   * Answered only if the file stands from the same request before, and no more than a function's body is new: with what
   * is new since the request of this id, whose answer is known.
   */
  again?: number;
}

/** What a file was read from, which stands with the interpreter. */
interface Standing {
  recorder: Recorder;
  /** What was answered to the request of `id` and those before. */
  telling: Telling;
  /** The request without texts, and the texts of the other files. */
  asked: string;
  others: ReadonlyMap<string, string>;
  /** The request that it was read for last. */
  id: number;
}

/** Where Python finds the workspace. */
const workspace = '/workspace';

const ops = new Map((all as readonly OpDefinition[]).map(op => [op.name, op]));

/** What the interpreter runs first: the import is part of the snapshot, if there is one. */
const prepare = `
import sys
if '/vitrine' not in sys.path:
    sys.path.insert(0, '/vitrine')
import abc, ast, collections, copy, dataclasses, enum, functools, importlib.machinery, inspect, itertools, json
import linecache, math, random, re, string, types, typing, warnings
import _vitrine.run, torch, torch.nn.functional, torch.utils.data
import gc
gc.set_threshold(50_000)
del gc
`;

/** The interpreter's last words, for a failure that is ours. */
const complaints: string[] = [];

interface Loaded {
  _module: Emscripten;
  makeMemorySnapshot(): Uint8Array;
}

type Load = (options: Record<string, unknown>) => Promise<Loaded>;

/** Our Python files by their path from python/, sorted. */
function pythonSources(distFolder: string): [name: string, data: Uint8Array][] {
  const folder = join(distFolder, 'python');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(e => e.isFile() && e.name.endsWith('.py'))
    .map(e => join(e.parentPath ?? e.path, e.name))
    .sort()
    .map(file => [file.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(file)]);
}

/** What an interpreter's image must have been made from to be used. */
function sourcesDigest(distFolder: string): Buffer {
  const hash = createHash('sha256').update(prepare);
  for (const [name, data] of pythonSources(distFolder)) hash.update(name).update(data);
  return hash.update(readFileSync(join(distFolder, 'pyodide', 'package.json'))).digest();
}

/** The interpreter's image, behind the digest of its sources; nothing if it is of others. */
function readSnapshot(distFolder: string): Uint8Array | undefined {
  const file = join(distFolder, 'pyodide', 'snapshot.bin');
  if (!existsSync(file)) return undefined;
  const data = readFileSync(file);
  const digest = sourcesDigest(distFolder);
  // A copy, so that the image begins its own buffer.
  return digest.equals(data.subarray(0, digest.length))
    ? new Uint8Array(data.subarray(digest.length))
    : undefined;
}

async function load(distFolder: string, options: Record<string, unknown>): Promise<Loaded> {
  const pyodideFolder = join(distFolder, 'pyodide');
  const { loadPyodide } = (await import(pathToFileURL(join(pyodideFolder, 'pyodide.mjs')).href)) as {
    loadPyodide: Load;
  };
  const pyodide = await loadPyodide({
    indexURL: `${pyodideFolder}/`,
    jsglobals: Object.create(null),
    stdin: () => null,
    stdout: () => {},
    stderr: (line: string) => {
      complaints.push(line);
      if (complaints.length > 30) complaints.shift();
    },
    env: { HOME: '/home/pyodide', PYTHONHASHSEED: '0' },
    ...options,
  });
  const { FS } = pyodide._module;
  for (const [name, data] of pythonSources(distFolder)) {
    const to = `/vitrine/${name}`;
    FS.mkdirTree(to.slice(0, to.lastIndexOf('/')));
    FS.writeFile(to, data);
  }
  return pyodide;
}

/** Requests and answers as a character device: what is written to it is answered in what is read from it. */
function addDevice(m: Emscripten, answer: (request: string) => string): void {
  let asked: Uint8Array[] = [];
  let reply = new Uint8Array(0);
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const device = m.FS.makedev(64, 0);
  m.FS.registerDevice(device, {
    open() {},
    close() {},
    write(_: unknown, buffer: Uint8Array, offset: number, length: number) {
      asked.push(buffer.slice(offset, offset + length));
      if (buffer[offset + length - 1] === 10) {
        const whole = new Uint8Array(asked.reduce((n, a) => n + a.length, 0));
        let at = 0;
        for (const a of asked) {
          whole.set(a, at);
          at += a.length;
        }
        asked = [];
        reply = encoder.encode(`${answer(decoder.decode(whole))}\n`);
      }
      return length;
    },
    read(_: unknown, buffer: Uint8Array, offset: number, length: number) {
      const part = reply.subarray(0, length);
      buffer.set(part, offset);
      reply = reply.subarray(part.length);
      return part.length;
    },
  });
  m.FS.mkdev('/dev/vitrine', device);
}

/** Writes the image of an interpreter that has imported all it needs: starting from it takes a tenth of the time. */
export async function writeSnapshot(distFolder: string): Promise<void> {
  if (readSnapshot(distFolder)) return;
  hideRequire();
  const pyodide = await load(distFolder, { _makeSnapshot: true });
  if (!runSource(pyodide._module, prepare)) throw notImported();
  const file = join(distFolder, 'pyodide', 'snapshot.bin');
  writeFileSync(
    `${file}.${process.pid}`,
    Buffer.concat([sourcesDigest(distFolder), pyodide.makeMemorySnapshot()]),
  );
  renameSync(`${file}.${process.pid}`, file);
}

function notImported(): Error {
  return new Error(`The torch stand-in cannot be imported.\n${complaints.join('\n')}`);
}

/** Pyodide imports `ws` and `child_process` for a `require` of its own, unless there is one. */
function hideRequire(): void {
  (globalThis as Record<string, unknown>)['require'] = (name: string) => {
    throw new Error(`${name} is not for this thread`);
  };
}

function sameMap(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([name, text]) => b.get(name) === text);
}

/** What is told of a file beside its models. */
function told(recorder: Recorder): { findings: string; open: string } {
  return {
    findings: JSON.stringify(recorder.findings.map(f => [f.severity, f.code, f.message])),
    open: JSON.stringify(recorder.open),
  };
}

/** What is answered, or a refusal where something cannot be placed in the text as it is now. */
function unlessGone(answer: () => object): object {
  try {
    return answer();
  } catch (e) {
    if (!(e instanceof LineGone)) throw e;
    return { result: {}, refused: e.message };
  }
}

async function serve({ distFolder, memoryMb }: WorkerData): Promise<void> {
  const port = parentPort!;
  const { performance } = globalThis;
  confineWebAssembly(memoryMb * 1024 * 1024);
  hideRequire();
  const image = readSnapshot(distFolder);
  const pyodide = await load(distFolder, image ? { _loadSnapshot: image } : {});
  const m = pyodide._module;
  let recorder: Recorder | undefined;
  const sample = (path: string) => {
    if (!/^[\w-]+\/\w+\.csv$/.test(path)) throw new Error(`${path} is no sample.`);
    return readFileSync(join(distFolder, '..', 'media', 'samples', path), 'utf8');
  };
  let texts = new Map<string, string>();
  /** Those that Python was given last. */
  let inPython = texts;
  const standing: Standing[] = [];
  const drawn = new Map<number, Drawn>();
  addDevice(m, text => recorder?.answer(text) ?? '{"error":"nothing is being read","kind":"request"}');
  if (!runSource(m, prepare)) throw notImported();
  confineInterpreter(m);
  confineThread();
  port.on('message', (request: WorkerRequest) => {
    const started = performance.now();
    const { id, names, folder, again, ...question } = request;
    let unmount: (() => void) | undefined;
    const openFiles = () => {
      const files = new WorkspaceFiles(folder);
      unmount?.();
      m.FS.mkdirTree(workspace);
      unmount = mount(m, workspace, files);
      return files;
    };
    const { files: _, only: __, ...rest } = question;
    const asked = JSON.stringify([rest, names]);
    const before = texts;
    texts = new Map(Object.entries(request.files).map(([k, v]) => [k, v ?? before.get(k) ?? '']));
    const main = texts.get(request.main) ?? '';
    const others = new Map([...texts].filter(([name]) => name !== request.main));
    const context = () => ({
      texts: Object.fromEntries([...texts].map(([k, v]) => [names[k] ?? k, v])),
      names,
      main: names[request.main] ?? request.main,
      folder,
      milliseconds: performance.now() - started,
    });
    /** Reads what an edit changed of a file that stands. */
    const readAgain = (): object => {
      const at = standing.findIndex(s => s.asked === asked && sameMap(s.others, others));
      const [found] = at < 0 ? [] : standing.splice(at, 1);
      if (!found) return { result: {}, refused: 'it does not stand' };
      recorder = found.recorder;
      const graded = partsOf(recorder);
      recorder.readAgain(main);
      const ran = runSource(m, 'import _vitrine.run\n_vitrine.run.again()\n');
      const refused = recorder.refused ?? (ran ? undefined : { why: 'it failed', stands: false });
      if (refused?.stands) standing.push(found);
      if (refused) return { result: {}, refused: refused.why, broken: refused.broken };
      // An answer that nobody waited for told of edits, too: who asks does not know what they changed.
      const isNext = found.id === again;
      const only = isNext ? { only: { classes: recorder.finishedNow, graded } } : {};
      const telling = isNext ? found.telling : new Telling();
      const result = assemble(recorder, { ...context(), ...only }, telling);
      standing.push({ ...found, telling, id });
      return { result, ...told(recorder) };
    };
    const read = (): object => {
      const files = Object.fromEntries([...texts].map(([k, v]) => [k, inPython.get(k) === v ? null : v]));
      recorder = new Recorder(
        ops,
        { ...question, files, home: folder.replaceAll('\\', '/') },
        openFiles,
        drawn,
        sample,
      );
      inPython = texts;
      const ran = runSource(m, 'import _vitrine.run\n_vitrine.run.main()\n');
      if (!ran && !recorder.recordings.length && !recorder.findings.length && !recorder.script)
        throw new Error(`The reader failed. ${complaints.slice(-6).join(' ')}`);
      const known = context();
      const telling = new Telling();
      const result = assemble(recorder, known, telling);
      const training = request.script && assembleTraining(recorder, known);
      if (recorder.stands) {
        const old = standing.findIndex(s => s.asked === asked);
        if (old >= 0) standing.splice(old, 1);
        standing.push({ recorder, telling, asked, others, id });
        // Python forgets the oldest.
        standing.splice(0, standing.length - recorder.stands.most);
      }
      return { result, ...told(recorder), ...(training && { training }) };
    };
    try {
      const answer = again === undefined ? read() : unlessGone(readAgain);
      // What files leave behind adds up: before it is too much, the next file gets an interpreter of its own.
      const full = m.HEAPU8.length > 0.6 * memoryMb * 1024 * 1024;
      port.postMessage({ id, ...answer, full });
    } catch (e) {
      // Emscripten gives up: the interpreter's memory is not to be trusted any more.
      port.postMessage({ id, fatal: String((e as Error)?.message ?? e) });
    } finally {
      recorder = undefined;
      unmount?.();
    }
  });
  port.postMessage({ ready: true });
}

if (parentPort) {
  serve(workerData as WorkerData).catch((e: unknown) => {
    parentPort!.postMessage({ failed: String((e as Error)?.stack ?? e) });
  });
} else if (process.argv[2] === '--snapshot') {
  writeSnapshot(__dirname).catch((e: unknown) => {
    console.error(e);
    process.exitCode = 1;
  });
}
