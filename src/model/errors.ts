/**
 * Errors that a user can act on. Everything thrown on purpose is a VitrineError: it says what was found, what was
 * expected and what to do, and where. Anything else that surfaces is a bug and is reported as one.
 */
import type { Diagnostic, SourceRange } from './graph';

export type ErrorCode =
  | 'bad-usage'
  | 'file-not-found'
  | 'bad-file'
  | 'bad-model'
  | 'class-not-found'
  | 'shape-mismatch'
  | 'unsupported-op'
  | 'bad-experiment'
  | 'bad-data'
  | 'bad-request'
  | 'diverged'
  | 'cancelled'
  | 'engine-lost'
  /** The GPU answers no more, and what it held is gone; the CPU can go on from the last checkpoint. */
  | 'device-lost'
  /** A fault of the program's own, told without its details, which are in the log. */
  | 'internal'
  | 'untrusted';

export class VitrineError extends Error {
  override readonly name = 'VitrineError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: {
      at?: Partial<SourceRange> & { file: string };
      diagnostics?: readonly Diagnostic[];
    } = {},
  ) {
    super(message);
  }

  /** "file:line:column: message", with as much of the place as is known. */
  override toString(): string {
    const { at } = this.details;
    if (!at) return this.message;
    return `${[at.file, at.line, at.column].filter(x => x !== undefined).join(':')}: ${this.message}`;
  }
}

/** Throws the error that stands for a cancelled piece of work. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new VitrineError('cancelled', 'Cancelled.');
}
