/** Opens the editor's door: an engine process that computes, and a reader process beside it, so that hovers answer while it does. */
import path from 'node:path';
import type * as vscode from 'vscode';
import type { Remote } from '../engine/executors/remote';
import type { Method } from '../service/protocol';
import type { Connect, Link } from './engine';
import { threads } from './settings';

/** What only reads files is the reader's, so that it never waits for a computation. */
const reading: ReadonlySet<Method> = new Set<Method>([
  'model/read',
  'model/readSince',
  'model/training',
  'model/acting',
  'file/contents',
  'file/graph',
  'file/tensor',
  'folder/task',
  'methods/list',
  'checks/list',
  'experiment/check',
  'run/list',
  'run/history',
  'run/compare',
  'run/parameters',
]);

/** @param gpu computes for the engine in a page. */
export function connectTo(extensionUri: vscode.Uri, gpu: Remote): Connect {
  return async (events, log): Promise<Link> => {
    const { Supervisor } = await import('../service/process/supervisor');
    const program = path.join(extensionUri.fsPath, 'dist', 'service.js');
    const reader = new Supervisor({
      program,
      role: 'reader',
      log: line => log.debug(`reader: ${line}`),
      onRestart: ({ reason }) => log.warn(`The reader process ${reason}.`),
    });
    const engine = new Supervisor({
      program,
      role: 'engine',
      env: { VITRINE_THREADS: String(threads()) },
      log: line => log.info(`engine: ${line}`),
      onRunEvent: e => events.onRunEvent(e),
      onRestart: r => events.onLost(r),
      gpu,
    });
    return {
      request: (method, params, { signal, onProgress, onPartial } = {}) =>
        (reading.has(method) ? reader : engine).request(method, params, {
          ...(signal ? { cancel: signal } : {}),
          ...(onProgress ? { onProgress } : {}),
          ...(onPartial ? { onPartial } : {}),
        }),
      get pid() {
        return engine.pid;
      },
      async dispose() {
        await Promise.all([reader.dispose(), engine.dispose()]);
      },
    };
  };
}
