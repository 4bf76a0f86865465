/** What is wrong with a model, and what of it is not run. */
import { VitrineError } from '../../model/errors';
import type { Diagnostic } from '../../model/graph';
import { adviceOn } from './advice';
import type { NeedsValue } from './translation';

export interface OperatorCount {
  op: string;
  count: number;
}

/** A moment of reading. */
interface Mark {
  readonly wanted: ReadonlySet<string>;
  readonly unsupported: number;
  readonly diagnostics: number;
  forget(): void;
}

export class Findings {
  readonly diagnostics: Diagnostic[] = [];
  private readonly unsupported = new Map<string, number>();
  /** The first place of each. */
  private readonly places = new Map<string, string>();
  /** Nodes that wait for values that only running tells, by what they wait for. */
  private readonly waiting = new Map<string, number>();
  /** Ids of these values. */
  readonly wanted = new Set<string>();

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

  /** @param at where it stands: its name and its module's. */
  count(op: string, at?: string): void {
    this.unsupported.set(op, (this.unsupported.get(op) ?? 0) + 1);
    if (at && !this.places.has(op)) this.places.set(op, at);
  }

  /** A node that waits for values: it is planned once they are known. */
  wait(op: string, ids: readonly string[]): void {
    this.waiting.set(op, (this.waiting.get(op) ?? 0) + 1);
    for (const id of ids) this.wanted.add(id);
  }

  /** Most frequent first. */
  counts(): OperatorCount[] {
    return inOrder(this.unsupported);
  }

  waits(): OperatorCount[] {
    return inOrder(this.waiting);
  }

  /** How many nodes are not run. */
  total(): number {
    return sum(this.unsupported) + sum(this.waiting);
  }

  /** What is found from now on can be forgotten, or told apart. */
  mark(): Mark {
    const found = this.diagnostics.length;
    const { told } = this;
    const counted = new Map(this.unsupported);
    const waited = new Map(this.waiting);
    const wanted = new Set(this.wanted);
    return {
      wanted,
      unsupported: sum(counted),
      diagnostics: found,
      forget: () => {
        this.diagnostics.length = found;
        this.told = told;
        refill(this.unsupported, counted);
        refill(this.waiting, waited);
        for (const id of this.wanted) if (!wanted.has(id)) this.wanted.delete(id);
      },
    };
  }

  /** Whether something since then cannot be run at all. */
  failedSince(mark: Mark): boolean {
    return (
      sum(this.unsupported) > mark.unsupported ||
      this.diagnostics.slice(mark.diagnostics).some(d => d.severity === 'error')
    );
  }

  /** Ids of values that nodes wait for since then; none where other nodes cannot be run at all. */
  wantedSince(mark: Mark): string[] {
    return sum(this.unsupported) > mark.unsupported
      ? []
      : [...this.wanted].filter(id => !mark.wanted.has(id));
  }

  /** Of so many nodes each is told. */
  private told = 0;

  needsValue(node: string, { input, what }: NeedsValue): void {
    if (++this.told > 20) return;
    this.report(
      'information',
      'needs-value',
      `${node}: ${what} comes from "${input}", which is computed while the model runs. The model is run in steps: up to here, then on with what was found. Exported with fixed sizes it is planned at once, and can be trained.`,
    );
  }

  /** @param opset of the model. */
  reportUnsupported(opset: number): void {
    const counts = this.counts();
    if (counts.length === 0) return;
    const shown = counts.slice(0, 20).map(({ op, count }) => `${op}: ${count}`);
    const more = counts.length > 20 ? ` and ${counts.length - 20} more` : '';
    this.report(
      'error',
      'unsupported-op',
      `The model has operators that are not run here (with the number of their nodes): ${shown.join(', ')}${more}. Its graph is shown; it cannot be run, trained or explained. What to do is said of each.`,
    );
    for (const { op, count } of counts.slice(0, 20)) {
      const at = this.places.get(op);
      const nodes = count === 1 ? `One node ${op} is` : `${count} nodes ${op} are`;
      this.report(
        'information',
        'unsupported-op',
        `${nodes} not run here (operator set ${opset}${at ? `; ${count === 1 ? 'it is' : 'the first is'} ${at}` : ''}). ${adviceOn(op)}`,
      );
    }
  }
}

function inOrder(counts: ReadonlyMap<string, number>): OperatorCount[] {
  return [...counts]
    .map(([op, count]) => ({ op, count }))
    .sort((a, b) => b.count - a.count || (a.op < b.op ? -1 : 1));
}

const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((a, b) => a + b, 0);

function refill(map: Map<string, number>, from: ReadonlyMap<string, number>): void {
  map.clear();
  for (const [key, value] of from) map.set(key, value);
}
