/** What is wrong with a model, and what of it is not run. */
import { VitrineError } from '../../model/errors';
import type { Diagnostic } from '../../model/graph';
import { listed } from '../../model/suggest';
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
  readonly waiting: number;
  readonly diagnostics: number;
  forget(): void;
}

export class Findings {
  readonly diagnostics: Diagnostic[] = [];
  private readonly unsupported = new Map<string, number>();
  /** Those of bodies that are shown: whether they are run, running tells. */
  private readonly inside = new Map<string, number>();
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
    this.note(this.unsupported, op, at);
  }

  /** The same of a body that is shown only. */
  countInside(op: string, at: string): void {
    this.note(this.inside, op, at);
  }

  private note(counts: Map<string, number>, op: string, at: string | undefined): void {
    counts.set(op, (counts.get(op) ?? 0) + 1);
    if (at && !this.places.has(op)) this.places.set(op, at);
  }

  /** A node that waits for values: it is planned once they are known. */
  wait(op: string, ids: readonly string[]): void {
    this.waiting.set(op, (this.waiting.get(op) ?? 0) + 1);
    for (const id of ids) this.wanted.add(id);
  }

  /** Whether nodes wait since then. */
  waitsSince(mark: Mark): boolean {
    return sum(this.waiting) > mark.waiting;
  }

  /** Most frequent first. */
  counts(): OperatorCount[] {
    const all = new Map(this.unsupported);
    for (const [op, count] of this.inside) all.set(op, (all.get(op) ?? 0) + count);
    return inOrder(all);
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
    const inside = new Map(this.inside);
    const waited = new Map(this.waiting);
    const wanted = new Set(this.wanted);
    return {
      wanted,
      unsupported: sum(counted),
      waiting: sum(waited),
      diagnostics: found,
      forget: () => {
        this.diagnostics.length = found;
        this.told = told;
        refill(this.unsupported, counted);
        refill(this.inside, inside);
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

  /**
   * @param opset of the model.
   * @param lost names of outputs that need what is not run, of so many in all.
   */
  reportUnsupported(opset: number, lost: readonly string[], outputs: number): void {
    const counts = this.counts();
    if (counts.length === 0) return;
    const shown = counts.slice(0, 20).map(({ op, count }) => `${op}: ${count}`);
    const more = counts.length > 20 ? ` and ${counts.length - 20} more` : '';
    const runs =
      lost.length === outputs
        ? 'Its graph is shown; it cannot be run, trained or explained.'
        : lost.length > 0
          ? `It is run for its other outputs; these need them: ${listed(lost, 5)}.`
          : 'It is run: no output needs them, or values decide whether one does. A run that comes to one ends and names it.';
    this.report(
      lost.length === outputs ? 'error' : 'warning',
      'unsupported-op',
      `The model has operators that are not run here (with the number of their nodes): ${shown.join(', ')}${more}. ${runs} What to do is said of each.`,
    );
    for (const { op, count } of counts.slice(0, 20)) {
      const at = this.places.get(op);
      const one = count === 1;
      const told = at
        ? one
          ? `One node ${op} is not run here (operator set ${opset}; it is ${at}).`
          : `${count} nodes ${op} are not run here (operator set ${opset}; the first is ${at}).`
        : one
          ? `One node ${op} is not run here (operator set ${opset}).`
          : `${count} nodes ${op} are not run here (operator set ${opset}).`;
      this.report('information', 'unsupported-op', `${told} ${adviceOn(op)}`);
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
