/**
 * The service process. Started by a supervisor with the role as its argument; speaks JSON-RPC over Node's IPC channel,
 * whose structured clones carry typed arrays as bytes. It ends when its parent does.
 */
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { engineHandlers } from './engineHandlers';
import { fileHandlers } from './fileHandlers';
import { Engines } from './process/engines';
import { pageGpu } from './process/pageGpu';
import { notify, serve } from './process/server';
import { RunManager } from './runManager';

/** The last checkpoints must be written by then; what is later is lost, as with a kill. */
const farewellMs = 4000;

function main(): void {
  const role = process.argv[2];
  if (!process.send || (role !== 'engine' && role !== 'reader')) {
    process.stderr.write(
      'This program is started by Vitrine and speaks to it alone; see vitrine --help instead.\n',
    );
    process.exit(2);
  }
  const log = (text: string) => process.stderr.write(`${text}\n`);
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
  const engines = new Engines(undefined, pageGpu(connection));
  const runs = new RunManager({
    distFolder: __dirname,
    engineFor: backend => engines.get(backend),
    log,
    onEvent: event => notify(connection, 'run/event', event),
  });

  process.once('disconnect', () => {
    setTimeout(() => process.exit(0), farewellMs);
    void runs.stopAll().finally(() => process.exit(0));
  });
  // Ctrl-C in a terminal reaches the whole group; the parent decides what becomes of us.
  process.on('SIGINT', () => {});
  // A promise that nobody watched is a fault to be mended, but no reason to lose a run that works.
  process.on('unhandledRejection', e => log(`Unhandled: ${e instanceof Error ? e.stack : e}`));

  serve(
    connection,
    { ...fileHandlers(__dirname), ...(role === 'engine' ? engineHandlers(runs, engines, __dirname) : {}) },
    log,
  );
  connection.onError(([error]) => log(`The connection failed: ${error.message}`));
  connection.listen();
}

main();
