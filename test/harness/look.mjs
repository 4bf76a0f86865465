/**
 * Looks at a running Vitrine: opens the samples in VS Code, runs a few gestures, takes pictures.
 *
 *   node test/harness/look.mjs [script.mjs] [--workspace DIR] [--theme "Default Light Modern"] [--width W --height H] [--scale S]
 *                             [--language zh-cn]
 *
 * The script's default export gets { bench, page, workspace, shot, log }; `await shot('name')` writes
 * out/look/name.png. Without a script there is one picture of the window. What the page printed is shown at the end.
 */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startBrowser } from './browser.mjs';
import { ui } from './context.mjs';
import { log } from './log.mjs';
import { out, root, temporary } from './paths.mjs';
import { startServer, stillSettings } from './server.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workspace: { type: 'string' },
    theme: { type: 'string' },
    width: { type: 'string', default: '1280' },
    height: { type: 'string', default: '800' },
    scale: { type: 'string', default: '1' },
    language: { type: 'string' },
    settings: { type: 'string', default: '{}' },
    trust: { type: 'boolean' },
    verbose: { type: 'boolean' },
  },
});

ui.extension = root;
ui.dataDir = temporary('look');
ui.screenshots = path.join(out, 'look');
let code = 1;
let opened;
try {
  const script = positionals[0] ? await import(pathToFileURL(path.resolve(positionals[0]))) : undefined;
  const theme = options.theme ? { 'workbench.colorTheme': options.theme } : {};
  ui.browser = await startBrowser();
  ui.server = await startServer({
    dataDir: ui.dataDir,
    userSettings: { ...stillSettings, ...theme, ...JSON.parse(options.settings) },
    trust: options.trust,
    verbose: options.verbose,
  });
  opened = await ui.open({
    workspace: options.workspace && path.resolve(options.workspace),
    width: Number(options.width),
    height: Number(options.height),
    scale: Number(options.scale),
    language: options.language,
    // Nobody waits for a failure here, and the machine may be busy with something else.
    timeout: 90_000,
  });
  const shot = async name => log(await ui.shot(opened.bench, name));
  if (script) await script.default({ ...opened, shot, log });
  else await shot('window');
  code = 0;
} catch (e) {
  console.error(e);
  if (opened) log(await ui.shot(opened.bench, 'failure'));
} finally {
  for (const c of opened?.bench.complaints() ?? []) console.log(c);
  await ui.browser?.close();
  await ui.server?.stop();
}
const logs = path.join(ui.dataDir, 'data/logs');
if (code !== 0 && fs.existsSync(logs)) log(`logs: ${logs}`);
else fs.rmSync(ui.dataDir, { recursive: true, force: true });
process.exit(code);
