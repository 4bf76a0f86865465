/** Reads models out of PyTorch source by running it, in a thread that can be ended, against a stand-in for torch. */
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { FileTraining, ReadModel, ReadModelRequest } from '../_format';
import { checkClass, finish, isBroken, isSettled, isWhole, needsArguments } from './answers';
import { Callers } from './callers';
import { readText } from './files';
import { Imported } from './imported';
import { type Answer, type Asked, Interpreter } from './interpreter';
import { moved, Placed, sameTokens } from './moved';
import { touched } from './partial';

export interface PytorchReaderOptions {
  /** The folder that holds python.js, python/ and pyodide/. */
  distFolder: string;
  /** For one file; the thread's start is not counted. Default 20 s. */
  timeoutMs?: number;
  /** What the interpreter's memory may grow to. Default 512. */
  memoryMb?: number;
  /** Whether a block that is like one before is drawn without running it. Default true; the tests compare. */
  replays?: boolean;
  /** Imports are resolved inside of this folder; default the folder of the file that is read. */
  workspaceFolder?: string;
}

const workspace = '/workspace/';

/** The last reading of a request, with all that it depends on but the main file's spaces and comments. */
interface Kept {
  module: string;
  /** Texts of the files that it imports. */
  others: Readonly<Record<string, string>>;
  main: Placed;
  answer: Answer;
  /** Until when it holds for other texts alone: another file, or another try, may tell more. */
  until?: number;
}

/** Classes that a request could not make by itself, and of how many `open` ones these were. */
interface Asking {
  open: string;
  asking: readonly string[];
}

const mostKept = 50;
const largestKept = 200_000;

/** How long what another file may tell more of is taken to hold: as long as what was found of other files. */
const unsettledMs = 30_000;

export class PytorchReader {
  private readonly options: PytorchReaderOptions;
  private readonly interpreter: Interpreter;
  /** The end of the line of waiting calls. */
  private last: Promise<unknown> = Promise.resolve();
  private disposed = false;
  private next = 0;
  private readonly callers = new Callers();
  private readonly imported = new Imported();
  private readonly kept = new Map<string, Kept>();
  /** By request: an edit mostly leaves it to the same other files to say how its classes are made. */
  private readonly asking = new Map<string, Asking>();

  constructor(options: PytorchReaderOptions) {
    const { distFolder, timeoutMs = 20_000, memoryMb = 512 } = options;
    this.options = options;
    this.interpreter = new Interpreter({ distFolder, timeoutMs, memoryMb });
  }

  /** Starts the interpreter, so that the first read does not wait for it. */
  warm(): Promise<void> {
    return this.interpreter.warm();
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

  /**
   * How the file's own code trains a model: run as a script up to its first step, in the same interpreter.
   *
   * @throws VitrineError bad-model with the reason when that is not to be seen; else as `read`.
   */
  training(request: Pick<ReadModelRequest, 'file' | 'texts'>, signal?: AbortSignal): Promise<FileTraining> {
    const turn = this.last.then(() => this.trainingNow(request, signal));
    this.last = turn.catch(() => {});
    return turn;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await this.interpreter.dispose();
  }

  private async readNow(
    request: ReadModelRequest,
    signal: AbortSignal | undefined,
  ): Promise<Record<string, ReadModel>> {
    const { question, folder, main, text } = await this.collected(request, signal);
    const { file } = request;
    const given = question.files;
    const { module } = question;
    const { [workspace + main]: _, ...others } = given;
    const key = JSON.stringify([file, question.class, question.arguments, question.input, question.inputs]);
    const known = this.kept.get(key);
    const settled = known && known.until === undefined;
    if (text.length > largestKept)
      return (await this.evaluate(question, folder, file, main, text, request, key, signal)).result;
    const placed = new Placed(text);
    if (known?.module === module && sameTexts(known.others, others)) {
      const same = sameTokens(known.main.tokens, placed.tokens);
      if (same && (settled || (await this.holds(known, folder, request)))) {
        const result = moved(known.answer.result, file, known.main, placed);
        if (result) return result;
      }
      const again = same
        ? undefined
        : await this.readAgain(known, placed, workspace + main, file, folder, request, signal);
      // Half a line is no more in a part of the file than it is in the whole.
      const answer =
        again === undefined && settled
          ? await this.readPart(question, known, placed, file, Object.values(others), signal)
          : again;
      if (answer && answer !== 'broken') {
        this.kept.set(key, { ...known, main: placed, answer });
        return answer.result;
      }
    }
    const answer = await this.evaluate(question, folder, file, main, text, request, key, signal);
    const { result } = answer;
    // Half a line: when it is whole, most is as it was before.
    if (known && isBroken(result)) return result;
    this.kept.delete(key);
    if (isWhole(result)) {
      const alone = !answer.asked.callers && isSettled(result);
      const until = alone ? {} : { until: performance.now() + unsettledMs };
      this.kept.set(key, { module, others, main: placed, answer, ...until });
      for (const oldest of this.kept.keys()) {
        if (this.kept.size <= mostKept) break;
        this.kept.delete(oldest);
      }
    }
    return result;
  }

  private async trainingNow(
    request: Pick<ReadModelRequest, 'file' | 'texts'>,
    signal: AbortSignal | undefined,
  ): Promise<FileTraining> {
    const { question, text } = await this.collected(request, signal);
    const { file } = request;
    const { training, result } = await this.interpreter.ask(
      { id: this.next++, ...question, script: true },
      file,
      text,
      signal,
    );
    if (training && !('error' in training)) return training;
    const found = Object.values(result)
      .flatMap(r => r.diagnostics)
      .filter(d => d.code !== 'training-not-read');
    const first = found.find(d => d.severity === 'error');
    throw new VitrineError(
      'bad-model',
      training?.error ?? first?.message ?? `${file} cannot be read as a script that trains.`,
      { at: training?.at ?? first ?? { file }, diagnostics: found },
    );
  }

  /** What the interpreter is told of a file: its text, and those of what it imports. */
  private async collected(request: ReadModelRequest, signal: AbortSignal | undefined) {
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
    const { files, module, origin } = await this.imported.of(folder, main, text, request.texts);
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
      folder,
      module: /^[\w.]+$/.test(module) ? module : '__vitrine_model__',
      ...(this.options.replays === false ? { whole: true as const } : {}),
      ...(request.class === undefined ? {} : { class: request.class }),
      ...(request.arguments ? { arguments: request.arguments } : {}),
      ...(request.input ? { input: request.input } : {}),
      ...(request.inputs ? { inputs: request.inputs } : {}),
    };
    return { question, folder, main, text };
  }

  /** Whether what other files say of a reading is taken to be as it was. */
  private async holds({ until, answer }: Kept, folder: string, request: ReadModelRequest): Promise<boolean> {
    if (until !== undefined && performance.now() > until) return false;
    const { callers, names, files } = answer.asked;
    for (const caller of callers ?? []) {
      const text = await readText(names[caller]!, request.texts, folder).catch(() => undefined);
      if (text !== files[caller]) return false;
    }
    return true;
  }

  /** Reads again what an edit in the body of one function changed, if that is all; 'broken' if it is no Python yet. */
  private async readAgain(
    known: Kept,
    after: Placed,
    main: string,
    file: string,
    folder: string,
    request: ReadModelRequest,
    signal: AbortSignal | undefined,
  ): Promise<Answer | 'broken' | undefined> {
    const { until } = known;
    const { asked, findings, result: before } = known.answer;
    if (asked.whole || !(await this.holds(known, folder, request))) return undefined;
    const files = { ...asked.files, [main]: after.text };
    const again = await this.interpreter.ask(
      { ...asked, id: this.next++, files, again: asked.id },
      file,
      after.text,
      signal,
      before,
    );
    const { result } = again;
    if (again.broken) return 'broken';
    if (again.refused !== undefined || again.findings !== findings || !isWhole(result)) return undefined;
    if (until === undefined && !isSettled(result)) return undefined;
    if (!Object.keys(result).every(name => name in before)) return undefined;
    const rest = without(known, new Set(Object.keys(result)), after, file);
    return rest && { ...known.answer, asked: again.asked, result: { ...before, ...rest, ...result } };
  }

  /** Reads again what an edit in one class may change; nothing when that may be all, or when it changed more. */
  private async readPart(
    question: Omit<Asked, 'id'>,
    known: Kept,
    after: Placed,
    file: string,
    others: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<Answer | undefined> {
    const { findings, result: before } = known.answer;
    const names = Object.keys(before);
    if (question.class !== undefined || names.length < 2) return undefined;
    const only = touched(known.main, after, names, others);
    if (!only || only.size === names.length) return undefined;
    const rest = without(known, only, after, file);
    if (!rest) return undefined;
    const part = await this.interpreter.ask(
      { id: this.next++, ...question, only: [...only] },
      file,
      after.text,
      signal,
    );
    const { result } = part;
    if (part.findings !== findings || !isSettled(result)) return undefined;
    if (Object.keys(result).length !== only.size || ![...only].every(name => result[name])) return undefined;
    return { ...known.answer, asked: part.asked, result: { ...before, ...rest, ...result } };
  }

  /** Runs the file, with others where these say how its classes are made. */
  private async evaluate(
    question: Omit<Asked, 'id'>,
    folder: string,
    file: string,
    main: string,
    text: string,
    request: ReadModelRequest,
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const done = (a: Answer): Answer => ({ ...a, result: finish(a.result, request, text) });
    const run = async (asking: readonly string[]): Promise<Answer | undefined> => {
      const paths = asking.length ? await this.callers.of(folder, main, asking) : [];
      const texts: Record<string, string> = {};
      const names: Record<string, string> = {};
      for (const path of paths) {
        const content = await readText(join(folder, path), request.texts, folder).catch(() => undefined);
        if (content === undefined) continue;
        // A notebook's code goes by the name of a file that can be imported.
        const key = workspace + path.replace(/\.ipynb$/, '__ipynb.py');
        texts[key] = content;
        names[key] = join(folder, path);
      }
      const callers = Object.keys(texts);
      if (asking.length && !callers.length) return undefined;
      const files = { ...texts, ...question.files };
      const asked = {
        id: this.next++,
        ...question,
        files,
        names: { ...names, ...question.names },
        ...(callers.length && { callers }),
      };
      return this.interpreter.ask(asked, file, text, signal);
    };
    // Those that were asked last time are asked at once, where that is how it comes out again.
    const last = this.asking.get(key);
    const early = last && (await run(last.asking));
    if (early && early.open === last.open) return done(early);
    this.asking.delete(key);
    const answer = (await run([]))!;
    const asking = Object.keys(answer.result).filter(c => needsArguments(answer.result[c]!));
    const told = asking.length ? await run(asking) : undefined;
    if (!told) return done(answer);
    if (told.open === answer.open) this.asking.set(key, { open: answer.open, asking });
    if (this.asking.size > mostKept) this.asking.delete(this.asking.keys().next().value!);
    return done(told);
  }
}

/** The readings of a text but for some, as they stand in another; nothing if one has no place in it. */
function without(known: Kept, some: ReadonlySet<string>, after: Placed, file: string) {
  const left = Object.entries(known.answer.result).filter(([name]) => !some.has(name));
  return moved(Object.fromEntries(left), file, known.main, after);
}

function sameTexts(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every(n => a[n] === b[n]);
}
