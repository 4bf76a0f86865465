/** Reads models out of PyTorch source by running it, in a thread that can be ended, against a stand-in for torch. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { Worker } from 'node:worker_threads';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Diagnostic } from '../../model/graph';
import type { ReadModel, ReadModelRequest } from '../_format';
import { Callers } from './callers';
import { collect } from './imports';
import { outline } from './outline';
import { SourceText } from './source';
import type { WorkerData, WorkerRequest } from './worker';

export interface PytorchReaderOptions {
  /** The folder that holds python.js, python/ and pyodide/. */
  distFolder: string;
  /** For one file; the thread's start is not counted. Default 20 s. */
  timeoutMs?: number;
  /** What the interpreter's memory may grow to. Default 512. */
  memoryMb?: number;
  /** Imports are resolved inside of this folder; default the folder of the file that is read. */
  workspaceFolder?: string;
}

/** A file with more text than this is no model. */
const largestFile = 5_000_000;

const workspace = '/workspace/';

interface Started {
  worker: Worker;
  /** Settles when the interpreter stands. */
  ready: Promise<void>;
}

export class PytorchReader {
  private readonly options: Required<Omit<PytorchReaderOptions, 'workspaceFolder'>> & {
    workspaceFolder?: string;
  };
  private current: Started | undefined;
  /** The end of the line of waiting calls. */
  private last: Promise<unknown> = Promise.resolve();
  private disposed = false;
  private next = 0;
  private readonly callers = new Callers();

  constructor(options: PytorchReaderOptions) {
    this.options = { timeoutMs: 20_000, memoryMb: 512, ...options };
  }

  /** Starts the interpreter, so that the first read does not wait for it. */
  async warm(): Promise<void> {
    const { worker, ready } = this.start();
    worker.ref();
    await ready;
    worker.unref();
  }

  /**
   * The models of a Python file by class name, in the order of the file. What is wrong with the file is in their
   * diagnostics; a file in which no class can be read gives one entry "" with diagnostics alone.
   *
   * Calls wait for each other; one whose signal aborts leaves the line, or ends the interpreter if it is running.
   * @throws VitrineError file-not-found, bad-file, class-not-found, cancelled, engine-lost.
   */
  read(request: ReadModelRequest, signal?: AbortSignal): Promise<Record<string, ReadModel>> {
    const turn = this.last.then(() => this.readNow(request, signal));
    this.last = turn.catch(() => {});
    return turn;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await this.end();
  }

  private async readNow(
    request: ReadModelRequest,
    signal: AbortSignal | undefined,
  ): Promise<Record<string, ReadModel>> {
    throwIfCancelled(signal);
    if (this.disposed) throw new VitrineError('cancelled', 'The reader of PyTorch source was closed.');
    const { file } = request;
    const root = resolve(this.options.workspaceFolder ?? dirname(file));
    const inside = relative(root, resolve(file));
    // A file outside of the workspace is its own workspace.
    const own = inside.startsWith('..') || isAbsolute(inside) ? dirname(resolve(file)) : root;
    // A package at the top is imported from the folder above it.
    const folder = resolve(file) === join(own, '__init__.py') ? dirname(own) : own;
    const text = await readText(file, request.texts, undefined);
    if (text === undefined)
      throw new VitrineError('file-not-found', `${file} does not exist or cannot be read.`, { at: { file } });
    if (request.class !== undefined) checkClass(request.class, file, text);
    const main = relative(folder, resolve(file)).split(sep).join('/');
    const { files, module, origin } = await collect(main, text, path =>
      readText(join(folder, path), request.texts, folder).catch(() => undefined),
    );
    throwIfCancelled(signal);
    const names: Record<string, string> = {};
    const given: Record<string, string> = {};
    for (const [name, content] of Object.entries(files)) {
      given[workspace + name] = content;
      names[workspace + name] = name === main ? file : join(folder, origin[name]!);
    }
    const question = {
      files: given,
      names,
      main: workspace + main,
      module: /^[\w.]+$/.test(module) ? module : '__vitrine_model__',
      ...(request.class === undefined ? {} : { class: request.class }),
      ...(request.arguments ? { arguments: request.arguments } : {}),
      ...(request.input ? { input: request.input } : {}),
      ...(request.inputs ? { inputs: request.inputs } : {}),
    };
    const answer = await this.ask({ id: this.next++, ...question }, file, text, signal);
    const asking = Object.keys(answer).filter(c => needsArguments(answer[c]!));
    const callers = asking.length ? await this.callers.of(folder, main, asking) : [];
    if (callers.length) {
      for (const path of callers) {
        const content = await readText(join(folder, path), request.texts, folder).catch(() => undefined);
        if (content === undefined) continue;
        given[workspace + path] ??= content;
        names[workspace + path] ??= join(folder, path);
      }
      const more = { id: this.next++, ...question, callers: callers.map(c => workspace + c) };
      return finish(await this.ask(more, file, text, signal), request, text);
    }
    return finish(answer, request, text);
  }

  private start(): Started {
    if (this.current) return this.current;
    const { distFolder, memoryMb } = this.options;
    const worker = new Worker(join(distFolder, 'python.js'), {
      workerData: { distFolder, memoryMb } satisfies WorkerData,
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { stackSizeMb: 8 },
    });
    const ready = new Promise<void>((done, fail) => {
      const failed = (why: string) =>
        fail(new VitrineError('engine-lost', `The reader of PyTorch source did not start: ${why}`));
      worker.on('message', (m: { ready?: true; failed?: string }) => {
        if (m.ready) done();
        if (m.failed) failed(m.failed);
      });
      worker.on('error', e => failed(e.message));
      worker.on('exit', () => failed('its thread ended'));
    });
    ready.catch(() => {});
    // A waiting interpreter keeps no process alive; one that reads has its time limit to do so.
    worker.unref();
    const started = { worker, ready };
    worker.on('exit', () => {
      if (this.current === started) this.current = undefined;
    });
    this.current = started;
    return started;
  }

  private async end(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    await current?.worker.terminate();
  }

  private async ask(
    request: WorkerRequest,
    file: string,
    text: string,
    signal: AbortSignal | undefined,
  ): Promise<Record<string, ReadModel>> {
    const { worker, ready } = this.start();
    worker.ref();
    await ready;
    throwIfCancelled(signal);
    const started = performance.now();
    type Outcome = { result: Record<string, ReadModel> } | { stopped: 'time' | 'lost' | 'cancelled' };
    const outcome = await new Promise<Outcome>(done => {
      const timer = setTimeout(() => finished({ stopped: 'time' }), this.options.timeoutMs);
      const onMessage = (m: { id?: number; result?: Record<string, ReadModel>; fatal?: string }) => {
        if (m.id !== request.id) return;
        finished(m.result ? { result: m.result } : { stopped: 'lost' });
      };
      const onLost = () => finished({ stopped: 'lost' });
      const onAbort = () => finished({ stopped: 'cancelled' });
      const finished = (o: Outcome) => {
        clearTimeout(timer);
        worker.unref();
        worker.off('message', onMessage).off('error', onLost).off('exit', onLost);
        signal?.removeEventListener('abort', onAbort);
        done(o);
      };
      worker.on('message', onMessage).on('error', onLost).on('exit', onLost);
      signal?.addEventListener('abort', onAbort);
      worker.ref();
      worker.postMessage(request);
    });
    if ('result' in outcome) return outcome.result;
    // Python cannot be interrupted from outside: its thread goes, and a fresh one is started for who comes next.
    await this.end();
    if (outcome.stopped === 'cancelled') throwIfCancelled(signal);
    const seconds = this.options.timeoutMs / 1000;
    const diagnostic: Diagnostic = {
      ...new SourceText(file, text).range(0, 0),
      severity: 'error',
      code: outcome.stopped === 'time' ? 'time-limit' : 'memory-limit',
      message:
        outcome.stopped === 'time'
          ? `Reading took longer than ${seconds} s and was stopped. Is there a loop at the top of the file or in a ` +
            'constructor that does not end, or that trains?'
          : `Reading used up the memory of ${this.options.memoryMb} MB (or its stack) and was stopped. Is there a very ` +
            'large list, or a recursion without an end?',
    };
    return { '': { diagnostics: [diagnostic], milliseconds: performance.now() - started } };
  }
}

/** Whether a class was not made for want of what its constructor needs. */
function needsArguments(read: ReadModel): boolean {
  return !read.model && read.diagnostics.some(d => d.code === 'argument-needed');
}

/** Text of a file, by what the editor has or from the disk; inside of a folder only, if one is given. */
async function readText(
  file: string,
  texts: Readonly<Record<string, string>> | undefined,
  folder: string | undefined,
): Promise<string | undefined> {
  if (texts && Object.hasOwn(texts, file)) return texts[file];
  let size: number;
  try {
    // A link may lead out of the folder.
    if (folder !== undefined) {
      const [real, home] = await Promise.all([realpath(file), realpath(folder)]);
      if (real !== home && !real.startsWith(home + sep)) return undefined;
    }
    const info = await stat(file);
    if (!info.isFile()) return undefined;
    size = info.size;
  } catch {
    return undefined;
  }
  if (size > largestFile) {
    throw new VitrineError(
      'bad-file',
      `${file} has ${(size / 1e6).toFixed(1)} MB; Python files up to ${largestFile / 1e6} MB are read.`,
      { at: { file } },
    );
  }
  const bytes = await readFile(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const line = firstBadLine(bytes);
    throw new VitrineError(
      'bad-file',
      `${file} is not UTF-8 text: line ${line} has bytes that no text has.`,
      {
        at: { file, line },
      },
    );
  }
}

function firstBadLine(bytes: Uint8Array): number {
  let line = 1;
  let from = 0;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let i = 0; i <= bytes.length; i++) {
    if (i < bytes.length && bytes[i] !== 10) continue;
    try {
      decoder.decode(bytes.subarray(from, i));
    } catch {
      return line;
    }
    from = i + 1;
    line++;
  }
  return line;
}

function checkClass(name: string, file: string, text: string): void {
  if (new RegExp(`\\b${name.replace(/\W/g, '\\$&')}\\b`).test(text)) return;
  throw noSuchClass(name, file, text);
}

function noSuchClass(name: string, file: string, text: string): VitrineError {
  const there = outline(text, file).map(c => c.name);
  return new VitrineError(
    'class-not-found',
    there.length
      ? `${file} has no model class ${name}. It has: ${there.join(', ')}.`
      : `${file} has no model class ${name}, nor any other class that derives from nn.Module.`,
    { at: { file } },
  );
}

function finish(
  answer: Record<string, ReadModel>,
  request: ReadModelRequest,
  text: string,
): Record<string, ReadModel> {
  const { '': none, ...models } = answer;
  const wanted = request.class;
  if (wanted !== undefined && !models[wanted]) {
    const errors = none?.diagnostics.filter(d => d.severity === 'error') ?? [];
    if (!errors.length) throw noSuchClass(wanted, request.file, text);
    return { [wanted]: none! };
  }
  if (none && !Object.keys(models).length) {
    if (none.diagnostics.some(d => d.severity === 'error')) return answer;
    const source = new SourceText(request.file, text);
    return {
      '': {
        ...none,
        diagnostics: [
          ...none.diagnostics,
          {
            ...source.range(0, 0),
            severity: 'warning',
            code: 'no-model',
            message: 'There is no model here: no class derives from nn.Module.',
          },
        ],
      },
    };
  }
  return models;
}
