/** The page's side of the protocol, and its memory over reloads. */
import type { FromPage } from '../../src/editor/panelProtocol';

interface Host {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): Host;

let api: Host | undefined;

function host(): Host {
  api ??= acquireVsCodeApi();
  return api;
}

export function send(message: FromPage): void {
  host().postMessage(message);
}

export function remembered(): unknown {
  return host().getState();
}

export function remember(state: unknown): void {
  host().setState(state);
}
