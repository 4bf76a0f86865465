#!/usr/bin/env node
/** The command line's door: `vitrine COMMAND …`. */
import { runCommandLine } from './commandLine';

process.exitCode = 1;
// `vitrine predict … | head`: who listened has heard enough.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (e: NodeJS.ErrnoException) => process.exit(e.code === 'EPIPE' ? 0 : 1));
}
void runCommandLine(process.argv.slice(2), { out: process.stdout, err: process.stderr }, __dirname).then(
  code => {
    // Workers and watchers that are still alive must not keep the shell waiting; what was written is flushed first.
    process.exitCode = code;
    process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
  },
);
