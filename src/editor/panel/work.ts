/**
 * What is under way on the desk: says what, lets it be given up, and shows what went wrong. Of each kind of work the
 * newest counts; what it replaces is cancelled.
 */
import { VitrineError } from '../../model/errors';
import type { Log } from '../log';
import { isCancelled, messageOf } from '../problems';
import type { Desk } from './desk';
import { Latest } from './latest';

export type WorkKind =
  | 'reading'
  | 'restoring'
  | 'samples'
  | 'picked'
  | 'overview'
  | 'evaluation'
  | 'layers'
  | 'focus'
  | 'words';

interface Said {
  what: string;
  cancellable: boolean;
}

export class Work {
  readonly #desk: Desk;
  readonly #log: Log;
  readonly #latest = new Latest<WorkKind>();
  /** The newest last; it is what is shown. */
  readonly #said = new Map<unknown, Said>();

  constructor(desk: Desk, log: Log) {
    this.#desk = desk;
    this.#log = log;
  }

  /** Says what is under way while it is; what goes wrong is shown. */
  async do(kind: WorkKind, what: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const asked = this.#latest.begin(kind);
    this.say(asked, what, kind !== 'reading' && kind !== 'restoring');
    try {
      await work(asked.signal);
    } catch (e) {
      // What was replaced has nothing to say any more.
      if (asked.current) this.fail(e);
    } finally {
      asked.end();
      this.say(asked, undefined);
    }
  }

  /** For work that is someone else's: says what `who` does, or that it is over. */
  say(who: unknown, what: string | undefined, cancellable = true): void {
    this.#said.delete(who);
    if (what !== undefined) this.#said.set(who, { what, cancellable });
    const last = [...this.#said.values()].at(-1);
    const { busy, busyCancellable } = this.#desk.state;
    if (busy === last?.what && busyCancellable === (last?.cancellable || undefined)) return;
    this.#desk.update({ busy: last?.what, busyCancellable: last?.cancellable || undefined });
  }

  /** Gives up all that can be; nobody waits for it any more. */
  cancel(): void {
    this.#latest.cancelAll();
  }

  fail(e: unknown): void {
    if (isCancelled(e)) return;
    this.#log.error(e instanceof Error ? (e.stack ?? e.message) : String(e));
    const untrusted = e instanceof VitrineError && e.code === 'untrusted';
    this.#desk.update({ error: messageOf(e), untrusted: untrusted || undefined });
  }
}
