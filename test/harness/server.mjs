/**
 * A VS Code for machines that can download none: the server inside the npm package code-server, which is VS Code
 * itself with a page for the browser. Installed once into the cache, started on a free local port.
 */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { log, seconds } from './log.mjs';
import { cache, temporary } from './paths.mjs';

/** VS Code 1.100.3, the last release that runs on Node 20. */
const VERSION = '4.100.3';
/** Grows when what is done to the package changes. */
const REVISION = 1;
const RIPGREP = '1.18.0';
export const host = '127.0.0.1';

/** Native modules that are never compiled here, and what does their work. */
const standIns = { '@vscode/spdlog': './spdlog.cjs', 'native-watchdog': './watchdog.cjs' };

/** The built-in extensions that a Python and JSON workspace needs; each other one costs start-up time. */
const lite = [
  'configuration-editing',
  'ini',
  'ipynb',
  'json',
  'json-language-features',
  'log',
  'markdown-basics',
  'media-preview',
  'python',
  'theme-defaults',
  'theme-seti',
];

const settings = {
  // As on a desktop: in a browser VS Code saves what is typed after a second, wanted or not.
  'files.autoSave': 'off',
  'extensions.webWorker': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'workbench.enableExperiments': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.settings.enableNaturalLanguageSearch': false,
  'json.schemaDownload.enable': false,
  'window.commandCenter': false,
  'chat.commandCenter.enabled': false,
};

/** Settings for tests and pictures only: nothing that moves or blinks. */
export const stillSettings = { 'workbench.reduceMotion': 'on', 'editor.cursorBlinking': 'solid' };

/** Runs a program to its end; throws with its output if it fails. */
export function sh(command, args, options = {}) {
  const r = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    ...options,
  });
  if (r.error || r.status !== 0)
    throw new Error(
      `"${command} ${args.join(' ')}" failed.\n${r.error ?? ''}${r.stdout ?? ''}${r.stderr ?? ''}`,
    );
  return r.stdout ?? '';
}

export function has(program) {
  const [finder, args] =
    process.platform === 'win32' ? ['where', [program]] : ['sh', ['-c', `command -v ${program}`]];
  return spawnSync(finder, args, { encoding: 'utf8' }).stdout?.trim().split('\n')[0] || undefined;
}

/** The server's folder in the cache; installs it there first if need be (a minute, some 150 MB). */
export function installServer() {
  const to = path.join(cache, `code-server-${VERSION}-r${REVISION}`);
  if (fs.existsSync(to)) {
    pickExtensions(to);
    return to;
  }
  log(
    `installing the VS Code server (npm package code-server@${VERSION}) into ${cache}; once, about a minute`,
  );
  const from = Date.now();
  fs.mkdirSync(cache, { recursive: true });
  const dir = fs.mkdtempSync(path.join(cache, 'installing-'));
  try {
    const npm = args => sh('npm', [...args, '--no-audit', '--no-fund', '--silent'], { cwd: dir });
    const archive = npm(['pack', `code-server@${VERSION}`])
      .trim()
      .split('\n')
      .pop();
    // Only VS Code itself is needed, not code-server's own login and proxy.
    sh('tar', ['xzf', archive, '--strip-components=3', '--exclude=*.map', 'package/lib/vscode'], {
      cwd: dir,
    });
    fs.rmSync(path.join(dir, archive));
    npm(['install', '--omit=dev', '--ignore-scripts']);
    for (const [module, standIn] of Object.entries(standIns))
      fs.copyFileSync(new URL(standIn, import.meta.url), path.join(dir, 'node_modules', module, 'index.js'));
    installRipgrep(dir);
    pickExtensions(dir);
    fs.renameSync(dir, to);
    log(`installed the VS Code server in ${seconds(from)}s`);
  } catch (e) {
    fs.rmSync(dir, { recursive: true, force: true });
    // Someone else has finished first.
    if (!fs.existsSync(to)) throw e;
  }
  return to;
}

/**
 * Makes extensions-lite. The page has a list of built-in extensions of its own, and starts those that the server does
 * not have in the browser, from files that the package lacks: an empty one of the same name keeps it from trying.
 */
function pickExtensions(dir) {
  const mark = path.join(dir, 'extensions-lite.json');
  const picked = JSON.stringify(lite);
  if (fs.existsSync(mark) && fs.readFileSync(mark, 'utf8') === picked) return;
  for (const name of fs.readdirSync(path.join(dir, 'extensions'))) {
    const from = path.join(dir, 'extensions', name);
    const to = path.join(dir, 'extensions-lite', name);
    if (!fs.existsSync(path.join(from, 'package.json'))) continue;
    if (lite.includes(name)) {
      fs.cpSync(from, to, { recursive: true });
      continue;
    }
    const manifest = JSON.parse(fs.readFileSync(path.join(from, 'package.json'), 'utf8'));
    if (!manifest.browser) continue;
    const { publisher, version, engines } = manifest;
    fs.mkdirSync(to, { recursive: true });
    fs.writeFileSync(
      path.join(to, 'package.json'),
      JSON.stringify({ name: manifest.name, publisher, version, engines, extensionKind: ['workspace'] }),
    );
  }
  fs.writeFileSync(mark, picked);
}

/** VS Code's file search needs rg, which its package would download from GitHub when its scripts ran. */
function installRipgrep(dir) {
  const bin = path.join(dir, 'node_modules/@vscode/ripgrep/bin');
  fs.mkdirSync(bin, { recursive: true });
  const own = has('rg');
  if (own) {
    fs.symlinkSync(own, path.join(bin, 'rg'));
    return;
  }
  const name = `ripgrep-${process.platform}-${process.arch}`;
  const to = path.join(dir, 'ripgrep');
  try {
    fs.mkdirSync(to);
    sh('npm', ['pack', `@vscode/${name}@${RIPGREP}`, '--silent'], { cwd: to });
    const archive = fs.readdirSync(to).find(f => f.endsWith('.tgz'));
    sh('tar', ['xzf', archive, '--strip-components=1'], { cwd: to });
    const program = process.platform === 'win32' ? 'rg.exe' : 'rg';
    fs.copyFileSync(path.join(to, 'bin', program), path.join(bin, program));
    fs.chmodSync(path.join(bin, program), 0o755);
  } catch (e) {
    log(
      `no ripgrep: searching for files will find nothing in this VS Code. Install "rg". (${e.message.split('\n')[0]})`,
    );
  }
  fs.rmSync(to, { recursive: true, force: true });
}

/**
 * Starts the server on a free port (or `port`) and resolves once it listens. `dataDir` takes its settings, logs and
 * extensions.
 */
export async function startServer({
  dataDir,
  port = 0,
  env = {},
  userSettings = {},
  builtins = 'lite',
  /** New folders are restricted until someone trusts them, as in a VS Code of a user's. */
  trust = false,
  verbose,
}) {
  const dir = installServer();
  const user = path.join(dataDir, 'data/User');
  fs.mkdirSync(user, { recursive: true });
  const settingsFile = path.join(user, 'settings.json');
  const writeSettings = more =>
    fs.writeFileSync(settingsFile, JSON.stringify({ ...settings, ...userSettings, ...more }, null, 2));
  if (!fs.existsSync(settingsFile)) writeSettings({});
  const args = ['out/server-main.js', '--host', host, '--port', String(port), '--without-connection-token'];
  args.push('--accept-server-license-terms', '--telemetry-level', 'off');
  if (!trust) args.push('--disable-workspace-trust');
  args.push('--server-data-dir', dataDir);
  if (builtins === 'lite') args.push('--builtin-extensions-dir', path.join(dir, 'extensions-lite'));
  const child = spawn(process.execPath, args, {
    cwd: dir,
    // VSCODE_CLI skips starting a login shell, several times, to read its environment.
    env: { ...process.env, VSCODE_CLI: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own process group, so that stop() also ends its children.
    detached: process.platform !== 'win32',
  });
  const file = fs.createWriteStream(path.join(dataDir, 'server.log'));
  let tail = '';
  const listening = await new Promise((resolve, reject) => {
    const hear = text => {
      file.write(text);
      if (verbose) process.stderr.write(text);
      tail = (tail + text).slice(-4000);
      const found = /Extension host agent listening on (\d+)/.exec(tail);
      if (found) resolve(Number(found[1]));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', reject);
    child.on('exit', code => reject(new Error(`The VS Code server ended with code ${code}.\n${tail}`)));
  });
  const signal = name => {
    try {
      process.kill(process.platform === 'win32' ? child.pid : -child.pid, name);
    } catch {
      // It is gone already.
    }
  };
  process.on('exit', () => signal('SIGKILL'));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(name, () => process.exit(1));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise(resolve => child.once('exit', resolve));
      signal('SIGTERM');
      const late = setTimeout(() => signal('SIGKILL'), 5000);
      await gone;
      clearTimeout(late);
    }
    signal('SIGKILL');
  };
  return { port: listening, stop, dataDir, writeSettings };
}

/** Installs a .vsix for a server that will be started with this `dataDir`. */
export function installVsix(dataDir, vsix) {
  const args = [
    'out/server-main.js',
    '--install-extension',
    path.resolve(vsix),
    '--server-data-dir',
    dataDir,
  ];
  sh(process.execPath, [...args, '--accept-server-license-terms'], { cwd: installServer(), shell: false });
}

/** An extension that does nothing: what a test run "develops" when the real one is installed from a .vsix. */
export function emptyExtension() {
  const dir = temporary('host');
  fs.writeFileSync(
    path.join(dir, 'package.json'),
    JSON.stringify({ name: 'test-host', publisher: 'vitrine', version: '0.0.0', engines: { vscode: '*' } }),
  );
  return dir;
}
