/** The way of the engine process to the GPU of VS Code's page: requests against the usual direction. */
import { type MessageConnection, ParameterStructures } from 'vscode-jsonrpc/node';
import { engineOn } from '../../engine/create';
import type { Engine } from '../../engine/engine';
import {
  type Remote,
  type RemoteCalls,
  type RemoteMethod,
  remoteExecutor,
} from '../../engine/executors/remote';

export const gpuMethod = 'gpu/call';

export interface GpuRequest<M extends RemoteMethod = RemoteMethod> {
  method: M;
  params: RemoteCalls[M][0];
}

/** @returns opens the backend "webview", or says in a sentence why it is not there. */
export function pageGpu(connection: MessageConnection): () => Promise<Engine | string> {
  const remote: Remote = {
    call: (method, params) =>
      connection.sendRequest(gpuMethod, ParameterStructures.byPosition, { method, params }),
  };
  return async () => {
    const executor = await remoteExecutor('webview', remote);
    return typeof executor === 'string' ? executor : engineOn(executor);
  };
}
