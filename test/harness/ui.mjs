/**
 * Runs test/ui/*.test.mjs: mocha here, VS Code in a Chromium without a window. One server and one browser serve all.
 *
 *   node test/harness/ui.mjs [--grep TEXT] [--vsix FILE] [--keep] [FILE…]
 *
 * Tests import { ui } from this folder's context.mjs. Screenshots go to out/screenshots.
 */
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import { startBrowser } from './browser.mjs';
import { ui } from './context.mjs';
import { log } from './log.mjs';
import { out, root, temporary } from './paths.mjs';
import Reporter from './reporter.mjs';
import { installVsix, startServer, stillSettings } from './server.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    grep: { type: 'string' },
    vsix: { type: 'string' },
    keep: { type: 'boolean' },
    verbose: { type: 'boolean' },
  },
});
const folder = path.join(root, 'test/ui');
const files = positionals.length
  ? positionals.map(f => path.resolve(f))
  : fs
      .readdirSync(folder)
      .filter(f => f.endsWith('.test.mjs'))
      .sort()
      .map(f => path.join(folder, f));

const dataDir = temporary('ui');
let code = 1;
try {
  if (options.vsix) installVsix(dataDir, options.vsix);
  ui.extension = options.vsix ? undefined : root;
  ui.dataDir = dataDir;
  ui.screenshots = path.join(out, 'screenshots');
  fs.rmSync(ui.screenshots, { recursive: true, force: true });
  ui.browser = await startBrowser();
  ui.startServer = more => {
    const own = temporary('ui-server');
    if (options.vsix) installVsix(own, options.vsix);
    return startServer({ dataDir: own, userSettings: stillSettings, verbose: options.verbose, ...more });
  };
  ui.server = await startServer({ dataDir, userSettings: stillSettings, verbose: options.verbose });
  const mocha = new Mocha({ reporter: Reporter, timeout: 240_000, slow: 20_000, grep: options.grep });
  for (const file of files) mocha.addFile(file);
  await mocha.loadFilesAsync();
  const { stats } = await new Promise(resolve => {
    const runner = mocha.run(() => resolve(runner));
  });
  if (stats.passes + stats.failures === 0) log('No UI test ran.');
  else code = stats.failures > 0 ? 1 : 0;
} catch (e) {
  console.error(e);
} finally {
  await ui.browser?.close();
  await ui.server?.stop();
}
if (options.keep || code !== 0) log(`logs: ${dataDir}`);
else fs.rmSync(dataDir, { recursive: true, force: true });
process.exit(code);
