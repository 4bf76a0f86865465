/**
 * What was asked once: values of constructor arguments, examples for what only a run could tell, and the input's shape.
 * An experiment file keeps them under `model`, also one that says no more than that yet.
 */
import path from 'node:path';
import { applyEdits, modify, type ParseError, parse } from 'jsonc-parser';
import { VitrineError } from '../../model/errors';

export interface ModelAnswers {
  /** By the argument's name, or by the name that a hint gave to what is not known. */
  arguments?: Readonly<Record<string, unknown>>;
  /** Sizes of one sample, without the batch. */
  input?: readonly number[];
}

/** The fields of an experiment file, as far as they are there; undefined for a text that is no JSON object. */
export function fieldsIn(text: string, errors: ParseError[] = []): Record<string, unknown> | undefined {
  const said: unknown = parse(text, errors, { allowTrailingComma: true });
  return isRecord(said) ? said : undefined;
}

/** What a file says of its model, as far as it is there; a half-written file says less. */
export function answersIn(text: string): ModelAnswers {
  const model = fieldsIn(text)?.['model'];
  if (!isRecord(model)) return {};
  const { arguments: given, input } = model;
  const sizes =
    Array.isArray(input) && input.length > 0 && input.every(n => Number.isSafeInteger(n) && Number(n) > 0);
  return {
    ...(isRecord(given) && { arguments: given }),
    ...(sizes && { input: input as number[] }),
  };
}

/**
 * The text of an experiment file with answers put in; what it said before stays, comments and all.
 *
 * @param text of the file; undefined for one that is made for the answers alone.
 * @throws bad-experiment for a text that is no JSON object.
 */
export function withAnswers(
  text: string | undefined,
  experiment: string,
  model: { file: string; class: string },
  answers: ModelAnswers,
): string {
  const relative = path.relative(path.dirname(path.resolve(experiment)), path.resolve(model.file));
  if (text === undefined || !text.trim()) {
    const made = { model: { file: relative.replaceAll(path.sep, '/'), class: model.class, ...answers } };
    return `${JSON.stringify(made, null, 2)}\n`;
  }
  if (!fieldsIn(text))
    throw new VitrineError('bad-experiment', `${experiment} is no JSON object: nothing can be kept in it.`, {
      at: { file: experiment },
    });
  let out = text;
  for (const [name, value] of Object.entries(answers.arguments ?? {}))
    out = withValue(out, ['model', 'arguments', name], value);
  return answers.input ? withValue(out, ['model', 'input'], answers.input) : out;
}

/**
 * The text of an experiment file with what it does not say yet; what it said before stays, comments and all.
 *
 * @param rest by the names of the file's fields.
 * @returns undefined for a text that has mistakes: what it says already cannot be told.
 */
export function withMissing(text: string, rest: Readonly<Record<string, unknown>>): string | undefined {
  const errors: ParseError[] = [];
  const said = fieldsIn(text, errors);
  if (errors.length > 0 || !said) return undefined;
  let out = text;
  for (const [name, value] of Object.entries(rest))
    if (!Object.hasOwn(said, name)) out = withValue(out, [name], value);
  return out;
}

/** The text with this value at a place, or without it where it is undefined; the rest stays, comments and all. */
export function withValue(text: string, at: string[], value: unknown): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol };
  return applyEdits(text, modify(text, at, value, { formattingOptions }));
}

/** A name for the experiment file of a model's file, of those that are not taken. */
export function experimentNames(file: string, className: string): string[] {
  const folder = path.dirname(file);
  const stem = path.basename(file, path.extname(file));
  return [stem, `${stem}-${className.toLowerCase()}`].map(name => path.join(folder, `${name}.vitrine.json`));
}

/**
 * A value as one types it: JSON, Python's own constants, text in quotes; anything else is an expression that the
 * model's file understands, e.g. BasicBlock or (2, 2).
 */
export function answerOf(text: string): unknown {
  const typed = text.trim();
  if (typed === '') return undefined;
  if (typed === 'True' || typed === 'False') return typed === 'True';
  if (typed === 'None') return null;
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    const quoted = /^'([^'\\]*)'$/.exec(typed);
    return quoted ? quoted[1] : { python: typed };
  }
}

/** An answer as one would type it. */
export function typedAnswer(value: unknown): string {
  if (isRecord(value) && Object.keys(value).join() === 'python' && typeof value['python'] === 'string')
    return value['python'];
  return JSON.stringify(value);
}

function isRecord(x: unknown): x is Record<string, unknown> {
  return typeof x === 'object' && x !== null && !Array.isArray(x);
}
