/**
 * The editor's door to the processes that read and compute. Nothing is started, nor even loaded, before the first
 * request; what is behind the door (supervision, restarts, the wire) is the service's business.
 */
import * as vscode from 'vscode';
import { VitrineError } from '../model/errors';
import type { Method, Params, Result } from '../service/protocol';
import type { RunEvent } from '../train/runs/run';
import type { Log } from './log';
import { mustBeTrusted } from './trust';

export interface RequestOptions {
  token?: vscode.CancellationToken;
  signal?: AbortSignal;
  onProgress?(done: number, message?: string): void;
  /** Hears what there is of the answer before all of it is there, for methods that give some (PartialResults). */
  onPartial?(value: unknown): void;
}

/** What the service's supervisor offers, as far as the editor uses it. */
export interface Link {
  request<M extends Method>(
    method: M,
    params: Params<M>,
    options?: Omit<RequestOptions, 'token'>,
  ): Promise<Result<M>>;
  /** The process that computes, while there is one. */
  readonly pid: number | undefined;
  dispose(): void | Promise<void>;
}

export interface Loss {
  reason: string;
  /** Runs that were under way: the epochs they go on from, or why they don't. */
  runs: readonly { run: string; resumedFrom?: number; error?: string }[];
}

export interface LinkEvents {
  onRunEvent(event: RunEvent): void;
  /** The process that computes ended by itself and is back. */
  onLost(loss: Loss): void;
}

export type Connect = (events: LinkEvents, log: Log) => Promise<Link>;

export class Engine implements vscode.Disposable {
  readonly #connect: Connect;
  readonly #log: Log;
  readonly #runEvent = new vscode.EventEmitter<RunEvent>();
  readonly #lost = new vscode.EventEmitter<Loss>();
  readonly onRunEvent = this.#runEvent.event;
  readonly onLost = this.#lost.event;
  #link: Promise<Link> | undefined;
  #open: Link | undefined;
  #disposed = false;

  constructor(connect: Connect, log: Log) {
    this.#connect = connect;
    this.#log = log;
  }

  get started(): boolean {
    return this.#link !== undefined;
  }

  get pid(): number | undefined {
    return this.#open?.pid;
  }

  async request<M extends Method>(
    method: M,
    params: Params<M>,
    options: RequestOptions = {},
  ): Promise<Result<M>> {
    if (this.#disposed) throw new VitrineError('cancelled', 'Cancelled.');
    mustBeTrusted(method, params);
    const abort = new AbortController();
    const cancel = () => abort.abort();
    if (options.token?.isCancellationRequested || options.signal?.aborted) cancel();
    const listening = options.token?.onCancellationRequested(cancel);
    options.signal?.addEventListener('abort', cancel, { once: true });
    try {
      if (abort.signal.aborted) throw new VitrineError('cancelled', 'Cancelled.');
      const link = await this.#opened();
      const started = performance.now();
      const result = await link.request(method, params, {
        signal: abort.signal,
        ...(options.onProgress ? { onProgress: options.onProgress } : {}),
        ...(options.onPartial ? { onPartial: options.onPartial } : {}),
      });
      this.#log.trace(`${method}: ${(performance.now() - started).toFixed(0)} ms`);
      return result;
    } finally {
      listening?.dispose();
      options.signal?.removeEventListener('abort', cancel);
    }
  }

  #opened(): Promise<Link> {
    if (!this.#link) {
      const link = this.#connect(
        {
          onRunEvent: e => this.#runEvent.fire(e),
          onLost: l => this.#lost.fire(l),
        },
        this.#log,
      );
      this.#link = link;
      link.then(
        l => {
          this.#open = l;
        },
        () => {
          // Another request may try again.
          this.#link = undefined;
        },
      );
    }
    return this.#link;
  }

  dispose(): void {
    this.#disposed = true;
    void this.#link?.then(l => l.dispose()).catch(() => {});
    this.#runEvent.dispose();
    this.#lost.dispose();
  }
}
