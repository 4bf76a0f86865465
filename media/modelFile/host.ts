/** The page's side of the protocol, and its memory over reloads. */
import type { FromModelFile } from '../../src/editor/modelFile/protocol';

interface Host {
  postMessage(message: FromModelFile): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): Host;

let api: Host | undefined;

function host(): Host {
  api ??= acquireVsCodeApi();
  return api;
}

export const send = (message: FromModelFile): void => host().postMessage(message);
export const remembered = (): unknown => host().getState();
export const remember = (state: unknown): void => host().setState(state);
