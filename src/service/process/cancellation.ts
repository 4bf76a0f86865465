/** Cancellation on both sides of the wire: AbortSignals in our code, tokens in JSON-RPC's and VS Code's. */
import { type CancellationToken, CancellationTokenSource } from 'vscode-jsonrpc/node';

/** What VS Code and JSON-RPC call a token, as far as it is needed here. */
export interface Cancellable {
  readonly isCancellationRequested: boolean;
  onCancellationRequested(listener: () => void): { dispose(): void };
}

export function signalOf(token: Cancellable): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

/** A token that follows a signal or another token; `dispose` lets go of it. */
export function tokenOf(from: AbortSignal | Cancellable | undefined): {
  token: CancellationToken;
  dispose(): void;
} {
  const source = new CancellationTokenSource();
  const cancel = () => source.cancel();
  if (from === undefined) return { token: source.token, dispose: () => source.dispose() };
  if (!('aborted' in from)) {
    if (from.isCancellationRequested) cancel();
    const listening = from.onCancellationRequested(cancel);
    return {
      token: source.token,
      dispose() {
        listening.dispose();
        source.dispose();
      },
    };
  }
  if (from.aborted) cancel();
  else from.addEventListener('abort', cancel, { once: true });
  return {
    token: source.token,
    dispose() {
      from.removeEventListener('abort', cancel);
      source.dispose();
    },
  };
}
