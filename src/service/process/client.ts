/** The asking side of the protocol, over one connection to one process. */
import { type MessageConnection, ParameterStructures } from 'vscode-jsonrpc/node';
import type { VitrineError } from '../../model/errors';
import type { Method, Notifications, Params, Result } from '../protocol';
import { type Cancellable, tokenOf } from './cancellation';
import { pingMethod } from './server';
import { fromWire } from './wireErrors';

export interface RequestOptions {
  /** Cancels the request; it is then rejected with VitrineError "cancelled". */
  cancel?: AbortSignal | Cancellable;
  onProgress?(done: number, message?: string): void;
  /** Hears what there is of the answer before all of it is there, for methods that give some (PartialResults). */
  onPartial?(value: unknown): void;
}

export class Client {
  private readonly listening = new Map<string, Pick<RequestOptions, 'onProgress' | 'onPartial'>>();
  private nextToken = 1;
  private lost: VitrineError | undefined;
  private readonly pending = new Set<(error: VitrineError) => void>();

  constructor(private readonly connection: MessageConnection) {
    this.on('progress', ({ token, done, message }) => this.listening.get(token)?.onProgress?.(done, message));
    this.on('partial', ({ token, value }) => this.listening.get(token)?.onPartial?.(value));
    connection.listen();
  }

  /** @throws VitrineError as the service threw it; "engine-lost" when the process went meanwhile. */
  async request<M extends Method>(
    method: M,
    params: Params<M>,
    options: RequestOptions = {},
  ): Promise<Result<M>> {
    const token = (options.onProgress ?? options.onPartial) && `${this.nextToken++}`;
    if (token) this.listening.set(token, options);
    const cancellation = tokenOf(options.cancel);
    try {
      return await this.orLost(
        this.connection.sendRequest<Result<M>>(
          method,
          ParameterStructures.byPosition,
          params,
          token ?? null,
          cancellation.token,
        ),
      );
    } catch (e) {
      throw fromWire(e);
    } finally {
      cancellation.dispose();
      if (token) this.listening.delete(token);
    }
  }

  on<N extends keyof Notifications>(name: N, listener: (value: Notifications[N]) => void): void {
    this.connection.onNotification(name, listener);
  }

  /** Answers what the service asks of us. */
  serve(method: string, handle: (params: unknown) => Promise<unknown>): void {
    this.connection.onRequest(method, handle);
  }

  /** Resolves when the service's event loop turns. */
  async ping(): Promise<void> {
    await this.orLost(this.connection.sendRequest(pingMethod));
  }

  /** The process is gone: every pending and later request is rejected. */
  lose(error: VitrineError): void {
    this.lost = error;
    for (const reject of this.pending) reject(error);
    this.pending.clear();
    this.connection.dispose();
  }

  /** A connection that dies does not reject what was asked over it. */
  private orLost<T>(answer: Promise<T>): Promise<T> {
    if (this.lost) return Promise.reject(this.lost);
    return new Promise<T>((resolve, reject) => {
      this.pending.add(reject);
      answer.then(resolve, reject).finally(() => this.pending.delete(reject));
    });
  }
}
