/** Where a command writes: results to standard output, everything about them to standard error. */
import type { WriteStream } from 'node:tty';

export interface TerminalStreams {
  out: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;
  err: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;
}

export class Terminal {
  private progressShown = false;

  constructor(
    private readonly streams: TerminalStreams,
    /** Only JSON on standard output. */
    readonly json: boolean,
    private readonly colours: boolean,
  ) {}

  get width(): number {
    // Some terminals say that they have no columns at all.
    return Math.min(Math.max(this.streams.out.columns || 100, 40), 120);
  }

  /** A line of JSON, with --json. */
  result(value: unknown): void {
    this.clearProgress();
    this.streams.out.write(`${JSON.stringify(value)}\n`);
  }

  /** Lines for people, without --json. */
  print(...lines: readonly string[]): void {
    this.clearProgress();
    if (!this.json) for (const line of lines) this.streams.out.write(`${line}\n`);
  }

  /** About the work, not its result. */
  message(text: string): void {
    this.clearProgress();
    this.streams.err.write(`${text}\n`);
  }

  /** One line that the next output replaces; nothing where nobody watches. */
  progress(text: string): void {
    if (this.json || !this.streams.err.isTTY) return;
    const room = (this.streams.err.columns || 80) - 1;
    this.streams.err.write(`\r\x1b[2K${text.slice(0, room)}`);
    this.progressShown = true;
  }

  clearProgress(): void {
    if (!this.progressShown) return;
    this.streams.err.write('\r\x1b[2K');
    this.progressShown = false;
  }

  bold(text: string): string {
    return this.paint('1', text);
  }

  dim(text: string): string {
    return this.paint('2', text);
  }

  red(text: string): string {
    return this.paint('31', text);
  }

  green(text: string): string {
    return this.paint('32', text);
  }

  yellow(text: string): string {
    return this.paint('33', text);
  }

  blue(text: string): string {
    return this.paint('34', text);
  }

  private paint(code: string, text: string): string {
    return this.colours && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

/** What comes from files may hold control characters, which a terminal would obey. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
