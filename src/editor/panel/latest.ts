/** Of each kind of question the newest counts: asking it again cancels the one before. */

export interface Asked {
  readonly signal: AbortSignal;
  /** False once a newer question of its kind was asked. */
  readonly current: boolean;
  /** It is answered, or failed. */
  end(): void;
}

export class Latest<K extends string> {
  readonly #under = new Map<K, AbortController>();

  begin(kind: K): Asked {
    this.#under.get(kind)?.abort();
    const abort = new AbortController();
    this.#under.set(kind, abort);
    const under = this.#under;
    return {
      signal: abort.signal,
      get current() {
        return under.get(kind) === abort;
      },
      end() {
        if (under.get(kind) === abort) under.delete(kind);
      },
    };
  }

  cancel(kind: K): void {
    this.#under.get(kind)?.abort();
  }

  cancelAll(): void {
    for (const abort of this.#under.values()) abort.abort();
  }
}
