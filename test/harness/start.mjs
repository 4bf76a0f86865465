/**
 * npm start: opens the sample workspace in VS Code with the built extension loaded.
 *
 *   node test/harness/start.mjs [--no-open] [--fresh] [--server] [--port N] [FOLDER]
 *
 * The samples are copied to ~/vitrine-samples (with --fresh: to a new temporary folder), so that what is trained and
 * edited there is the user's own. `code` opens them where it is installed and there is a screen; otherwise a VS Code
 * is served to the browser on this machine until Ctrl-C.
 */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { log } from './log.mjs';
import { cache, copySamples, copyTrained, root, temporary } from './paths.mjs';
import { has, startServer } from './server.mjs';
import { address } from './workbench.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'no-open': { type: 'boolean' },
    fresh: { type: 'boolean' },
    server: { type: 'boolean' },
    port: { type: 'string', default: '0' },
  },
});

const workspace = positionals[0]
  ? path.resolve(positionals[0])
  : copyTrained(
      copySamples(options.fresh ? temporary('samples') : path.join(os.homedir(), 'vitrine-samples')),
    );
/** What is open at first, if it is there: the file that the README speaks of. */
const first = path.join(workspace, 'net/net.py');
const screen = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
log(`workspace: ${workspace}`);

if (!options.server && screen && has('code')) {
  const args = [`--extensionDevelopmentPath=${root}`, '--new-window', workspace];
  if (fs.existsSync(first)) args.push(first);
  if (options['no-open']) log(`to open it: code ${args.join(' ')}`);
  else {
    log('opening VS Code');
    const r = spawnSync('code', args, { stdio: 'inherit', shell: process.platform === 'win32' });
    process.exitCode = r.status ?? 1;
  }
} else await serve();

async function serve() {
  // Ctrl-C is how it ends, not a failure.
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => process.exit(0));
  const server = await startServer({
    dataDir: path.join(cache, 'start'),
    port: Number(options.port),
    builtins: 'all',
  });
  const url = address({
    port: server.port,
    workspace,
    extension: root,
    ...(fs.existsSync(first) && { open: first }),
  });
  console.log(
    `\nVS Code with Vitrine is ready. Open this address in a browser:\n\n  ${url}\n\nCtrl-C ends it.`,
  );
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform] ?? 'xdg-open';
  if (!options['no-open'] && screen && has(opener))
    spawn(opener, [url], { stdio: 'ignore', detached: true }).unref();
}
