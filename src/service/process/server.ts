/** Answers requests: finds the handler, maps cancellation, progress and errors. */
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { type CancellationToken, ParameterStructures } from 'vscode-jsonrpc/node';
import { VitrineError } from '../../model/errors';
import type { Method, Notifications, Params, Result } from '../protocol';
import { signalOf } from './cancellation';
import { toWire } from './wireErrors';

export interface RequestContext {
  signal: AbortSignal;
  /** 0 to 1. */
  progress(done: number, message?: string): void;
  /** Gives what there is of the answer before all of it is there. */
  partial(value: unknown): void;
}

export type Handlers = {
  [M in Method]?: (params: Params<M>, context: RequestContext) => Promise<Result<M>>;
};

/** @param log hears of unexpected errors, with their stack. */
export function serve(connection: MessageConnection, handlers: Handlers, log: (text: string) => void): void {
  connection.onRequest(pingMethod, () => null);
  for (const [method, handle] of Object.entries(handlers) as [
    Method,
    (params: unknown, context: RequestContext) => Promise<unknown>,
  ][]) {
    connection.onRequest(
      method,
      async (params: unknown, progressToken: string | null, token: CancellationToken) => {
        const signal = signalOf(token);
        try {
          return await handle(params, {
            signal,
            progress: progressTo(connection, progressToken),
            partial: value => {
              if (progressToken !== null) notify(connection, 'partial', { token: progressToken, value });
            },
          });
        } catch (e) {
          // Whatever an aborted piece of work stumbles over, it is cancelled.
          const cancelled = signal.aborted && !(e instanceof VitrineError && e.code === 'cancelled');
          return toWire(cancelled ? new VitrineError('cancelled', 'Cancelled.') : e, log);
        }
      },
    );
  }
}

/** Sends a notification; a peer that has gone is no error. */
export function notify<N extends keyof Notifications>(
  connection: MessageConnection,
  name: N,
  value: Notifications[N],
): void {
  void connection.sendNotification(name, ParameterStructures.byPosition, value).catch(() => {});
}

/** Whether the service still turns its event loop; answered by every service. */
export const pingMethod = 'service/ping';

function progressTo(connection: MessageConnection, token: string | null): RequestContext['progress'] {
  if (token === null) return () => {};
  let last = Number.NEGATIVE_INFINITY;
  return (done, message) => {
    const now = performance.now();
    // A person sees 20 changes a second; the end is always told.
    if (now - last < 50 && done < 1) return;
    last = now;
    notify(connection, 'progress', { token, done, ...(message !== undefined && { message }) });
  };
}
