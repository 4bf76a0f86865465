/** What a reading's answer is worth: whether it is whole and may be kept, and what is said where there is no model. */
import { VitrineError } from '../../model/errors';
import type { ReadModel, ReadModelRequest } from '../_format';
import { outline } from './outline';
import { SourceText } from './source';

/** What another try, or another file of the workspace, may change. */
const unsettled = new Set([
  'time-limit',
  'memory-limit',
  'argument-needed',
  'example-value',
  // Its data may be there next time.
  'training-not-read',
]);

/** Whether a text is no Python. */
export function isBroken(result: Record<string, ReadModel>): boolean {
  return result['']?.diagnostics.some(d => d.code === 'syntax-error') === true;
}

/** Whether a reading came to its end. */
export function isWhole(result: Record<string, ReadModel>): boolean {
  return !Object.values(result).some(m =>
    m.diagnostics.some(d => d.code === 'time-limit' || d.code === 'memory-limit'),
  );
}

export function isSettled(result: Record<string, ReadModel>): boolean {
  return !Object.values(result).some(m => m.diagnostics.some(d => unsettled.has(d.code)));
}

/** Whether a class was not made for want of what its constructor needs. */
export function needsArguments(read: ReadModel): boolean {
  return !read.model && read.diagnostics.some(d => d.code === 'argument-needed');
}

export function checkClass(name: string, file: string, text: string): void {
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

export function finish(
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
            severity: 'information',
            code: 'no-model',
            message: 'There is no model here: no class derives from nn.Module.',
          },
        ],
      },
    };
  }
  return models;
}
