/** Starts the service program and speaks with it. */
import { type ChildProcess, fork } from 'node:child_process';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { Client } from './client';

/** `engine` trains, explains and predicts; `reader` reads models, so that hovers answer while the engine computes. */
export type Role = 'engine' | 'reader';

export interface ServiceProcess {
  readonly process: ChildProcess;
  readonly client: Client;
}

/**
 * @param program the bundled service, dist/service.js.
 * @param log gets what the process writes to its standard output and error, by lines.
 */
export function startProcess(
  program: string,
  role: Role,
  log: (line: string) => void,
  env: NodeJS.ProcessEnv = {},
): ServiceProcess {
  const child = fork(program, [role], {
    // In VS Code this program is Electron; as Node it runs the service as well, without a second runtime to ship.
    env: { ...process.env, ...env, ELECTRON_RUN_AS_NODE: '1' },
    // A debugger's port is not to be inherited.
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout!, child.stderr!]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      lines.forEach(log);
    });
    stream.on('end', () => rest && log(rest));
  }
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  // What goes wrong with the connection shows as the process's exit, which the supervisor acts on.
  connection.onError(([error]) => log(`The connection to the ${role} failed: ${error.message}`));
  return { process: child, client: new Client(connection) };
}
