/** Finds a Chromium (or installs Debian's where that is possible) and starts it without a window. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { log } from './log.mjs';
import { has } from './server.mjs';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/microsoft-edge',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

const find = () => places.find(p => fs.existsSync(p)) ?? has('chromium') ?? has('google-chrome');

/** Path of a browser of the Chromium family. */
export function findBrowser() {
  const named = process.env.CHROMIUM;
  if (named) {
    if (!fs.existsSync(named)) throw new Error(`CHROMIUM is "${named}", but there is no such file.`);
    return named;
  }
  const found = find() ?? (installFromDebian() ? find() : undefined);
  if (found) return found;
  throw new Error(
    'No Chromium, Chrome or Edge was found. Install one ("apt-get install chromium", "brew install --cask chromium") ' +
      'or put the path of its program into the environment variable CHROMIUM.',
  );
}

function installFromDebian() {
  if (!has('apt-get') || process.getuid?.() !== 0) return false;
  log('installing Chromium and ripgrep from Debian, once');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = args =>
    spawnSync('apt-get', args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  apt(['update', '-qq']);
  const packages = ['chromium', 'ripgrep', 'fonts-liberation', 'fonts-dejavu-core'];
  const r = apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
  if (r.status !== 0) log(`apt-get could not install Chromium: ${r.stderr?.trim().split('\n').pop()}`);
  return r.status === 0;
}

/**
 * The folder of Chromium's own loader of Vulkan, for Linux without one: together with Chromium's driver for the CPU it
 * runs the tests of GPU kernels where there is no GPU. undefined where the system has a loader, or Chromium none.
 */
export function vulkanLoader() {
  if (process.platform !== 'linux') return undefined;
  const known = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '';
  if (known.includes('libvulkan.so.1')) return undefined;
  try {
    const beside = [
      path.dirname(findBrowser()),
      '/usr/lib/chromium',
      '/usr/lib/chromium-browser',
      '/opt/google/chrome',
    ];
    return beside.find(f => fs.existsSync(path.join(f, 'libvulkan.so.1')));
  } catch {
    // Those tests say by themselves why they are skipped.
    return undefined;
  }
}

/**
 * WebGL and WebGPU come from SwiftShader, so that pictures are the same with and without a GPU.
 *
 * @param gpu false draws as Chromium does where there is no GPU: by the processor alone, without WebGL. With SwiftShader,
 *   each frame is put together by an emulated GPU, which takes ten times as long.
 */
export function startBrowser({ gpu = true } = {}) {
  return chromium.launch({
    executablePath: findBrowser(),
    // The harness ends by itself on a signal, and the browser with it.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      '--no-sandbox',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
      ...(gpu
        ? [
            '--use-angle=swiftshader',
            '--enable-unsafe-swiftshader',
            // And WebGPU, so that what computes there is tested on every machine.
            '--enable-unsafe-webgpu',
            '--use-webgpu-adapter=swiftshader',
          ]
        : ['--disable-gpu']),
    ],
  });
}
