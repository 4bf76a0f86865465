/**
 * Runs the mocha suite of test/vscode inside the extension host of a real VS Code:
 *
 *   node test/harness/vscode.mjs [--grep TEXT] [--vsix FILE] [--server] [--keep] [--verbose]
 *
 * With VSCODE_PATH (a VS Code program), or on a desktop where one can be downloaded, it runs there by
 * @vscode/test-electron; otherwise, or with --server, in the VS Code server shown in a Chromium without a window.
 */
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { log } from './log.mjs';
import { copySamples, out, root, temporary } from './paths.mjs';

const { values: options } = parseArgs({
  options: {
    grep: { type: 'string' },
    vsix: { type: 'string' },
    server: { type: 'boolean' },
    keep: { type: 'boolean' },
    verbose: { type: 'boolean' },
    timeout: { type: 'string', default: '600' },
  },
});

const tests = path.join(out, 'test/vscode/index.js');
const dataDir = temporary('suite');
const workspace = copySamples(path.join(dataDir, 'workspace'));
const results = process.env.VITRINE_TEST_RESULTS ?? path.join(dataDir, 'results.json');
const env = { VITRINE_TEST_RESULTS: results, VITRINE_TEST_GREP: options.grep ?? '' };

/** Whether a desktop VS Code can run here: one is named, or there are a screen and a way to download one. */
async function hasDesktop() {
  if (options.server) return false;
  if (process.env.VSCODE_PATH) return true;
  const screen = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!screen) return false;
  const url = 'https://update.code.visualstudio.com/api/releases/stable';
  return fetch(url, { signal: AbortSignal.timeout(5000) }).then(
    r => r.ok,
    () => false,
  );
}

async function inDesktop() {
  const electron = await import('@vscode/test-electron');
  const program = process.env.VSCODE_PATH ?? (await electron.downloadAndUnzipVSCode());
  const args = [workspace, '--disable-workspace-trust', '--user-data-dir', path.join(dataDir, 'user')];
  args.push('--extensions-dir', path.join(dataDir, 'extensions'), '--disable-gpu');
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  let extension = root;
  if (options.vsix) {
    const { emptyExtension, sh } = await import('./server.mjs');
    const [cli, ...cliArgs] = electron.resolveCliArgsFromVSCodeExecutablePath(program);
    sh(cli, [...cliArgs, ...args.slice(2), '--install-extension', path.resolve(options.vsix)]);
    extension = emptyExtension();
  } else args.push('--disable-extensions');
  return electron
    .runTests({
      vscodeExecutablePath: program,
      extensionDevelopmentPath: extension,
      extensionTestsPath: tests,
      launchArgs: args,
      extensionTestsEnv: env,
    })
    .catch(e => {
      log(String(e));
      return 1;
    });
}

async function inServer() {
  const [{ emptyExtension, installVsix, startServer, stillSettings }, { startBrowser }, { openWorkbench }] =
    await Promise.all([import('./server.mjs'), import('./browser.mjs'), import('./workbench.mjs')]);
  if (options.vsix) installVsix(dataDir, options.vsix);
  let server;
  let browser;
  try {
    browser = await startBrowser();
    server = await startServer({ dataDir, env, userSettings: stillSettings, verbose: options.verbose });
    return await new Promise((resolve, reject) => {
      setTimeout(
        () => reject(new Error(`No result after ${options.timeout} s.`)),
        options.timeout * 1000,
      ).unref();
      openWorkbench({
        browser,
        port: server.port,
        workspace,
        extension: options.vsix ? emptyExtension() : root,
        tests,
        // VS Code itself calls these two in a test run.
        bindings: {
          codeAutomationLog: (type, words) => {
            if (!['debug', 'trace'].includes(type) || options.verbose) console.log(...words);
          },
          codeAutomationExit: resolve,
        },
      }).catch(reject);
    });
  } finally {
    await browser?.close();
    await server?.stop();
  }
}

fs.rmSync(results, { force: true });
let code = 1;
try {
  if (!fs.existsSync(tests)) throw new Error(`${tests} is missing: run "node esbuild.js --tests" first.`);
  const desktop = await hasDesktop();
  log(`the suite runs in ${desktop ? 'a desktop VS Code' : 'the VS Code server and Chromium'}`);
  code = desktop ? await inDesktop() : await inServer();
  if (!fs.existsSync(results)) throw new Error('The suite ended without a result.');
  const { passes, failures } = JSON.parse(fs.readFileSync(results, 'utf8'));
  if (passes + failures === 0) throw new Error('The suite ran no test.');
  if (failures > 0) code = 1;
} catch (e) {
  console.error(e);
  code = 1;
}
if (options.keep || code !== 0) log(`logs: ${dataDir}`);
else fs.rmSync(dataDir, { recursive: true, force: true });
process.exit(code);
