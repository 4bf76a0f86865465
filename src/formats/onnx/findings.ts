/** What is wrong with a model, and what of it is not run. */
import { VitrineError } from '../../model/errors';
import type { Diagnostic } from '../../model/graph';

export interface OperatorCount {
  op: string;
  count: number;
}

export class Findings {
  readonly diagnostics: Diagnostic[] = [];
  private readonly unsupported = new Map<string, number>();

  constructor(private readonly file: string) {}

  bad(code: 'bad-file' | 'bad-model' | 'cancelled', message: string): VitrineError {
    return new VitrineError(code, message, { at: { file: this.file } });
  }

  report(severity: Diagnostic['severity'], code: string, message: string): void {
    this.diagnostics.push({
      file: this.file,
      line: 1,
      column: 1,
      endLine: 1,
      endColumn: 1,
      severity,
      code,
      message,
    });
  }

  count(op: string): void {
    this.unsupported.set(op, (this.unsupported.get(op) ?? 0) + 1);
  }

  /** Most frequent first. */
  counts(): OperatorCount[] {
    return [...this.unsupported]
      .map(([op, count]) => ({ op, count }))
      .sort((a, b) => b.count - a.count || (a.op < b.op ? -1 : 1));
  }

  /** How many nodes are not run. */
  total(): number {
    return [...this.unsupported.values()].reduce((a, b) => a + b, 0);
  }

  /** @returns what forgets all that is found from now on. */
  mark(): () => void {
    const found = this.diagnostics.length;
    const counted = new Map(this.unsupported);
    return () => {
      this.diagnostics.length = found;
      this.unsupported.clear();
      for (const [op, count] of counted) this.unsupported.set(op, count);
    };
  }

  reportUnsupported(): void {
    const counts = this.counts();
    if (counts.length === 0) return;
    const shown = counts.slice(0, 20).map(({ op, count }) => `${op}: ${count}`);
    const more = counts.length > 20 ? ` and ${counts.length - 20} more` : '';
    this.report(
      'error',
      'unsupported-op',
      `The model has operators that are not run here (with the number of their nodes): ${shown.join(', ')}${more}. Its graph is shown; it cannot be trained or explained.`,
    );
  }
}
