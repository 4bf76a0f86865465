/**
 * How long it takes from the gesture to the drawn graph, in a VS Code as the UI tests use it:
 *
 *     node esbuild.js && node test/harness/opening.mjs [--times 5] [--extension DIR] [--only TEXT] [--json]
 *
 * A sharded checkpoint of 175 billion parameters (sparse files), digits.py and an ONNX file are opened in one window, each
 * `times` times, beside a small picture in VS Code's own preview: what a page that does next to nothing takes. On a busy
 * machine only the least of several says something. `--extension` measures another build, e.g. a copy of an earlier one.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startBrowser } from './browser.mjs';
import { log } from './log.mjs';
import { out, root, samples, temporary } from './paths.mjs';
import { startServer, stillSettings } from './server.mjs';
import { writeSparse } from './sparse.mjs';
import { openWorkbench } from './workbench.mjs';

const { values: options } = parseArgs({
  options: {
    times: { type: 'string', default: '5' },
    extension: { type: 'string', default: root },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});
const times = Number(options.times);
const graph = 'vitrine-graph .card';

/** Runs in a frame: the time of the frame that has `selector`, and the page's own marks, in milliseconds since 1970. */
async function seenIn(selector) {
  const marked = m => [m.name.slice('vitrine:'.length), performance.timeOrigin + m.startTime];
  // Of an editor that was closed, or lies behind another, nothing is drawn.
  if (!document.querySelector(selector)?.getBoundingClientRect().width) return undefined;
  await new Promise(resolve => requestAnimationFrame(resolve));
  const marks = performance.getEntriesByType('mark').filter(m => m.name.startsWith('vitrine:'));
  return { at: Date.now(), marks: marks.map(marked) };
}

/** When `selector` was drawn in a page of the window, and the page's own marks. */
async function drawn(page, selector) {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    for (const frame of page.frames()) {
      if (frame.name() !== 'active-frame' && frame.parentFrame()?.parentFrame() !== page.mainFrame())
        continue;
      const seen = await frame.evaluate(seenIn, selector).catch(() => undefined);
      if (seen) return seen;
    }
    await page.waitForTimeout(15);
  }
  throw new Error(`No page shows ${selector}.`);
}

const dataDir = temporary('opening');
const workspace = path.join(dataDir, 'workspace');
const gpt3 = path.join(workspace, 'gpt3');
writeSparse(gpt3);
fs.copyFileSync(path.join(samples, 'digits/digits.py'), path.join(workspace, 'digits.py'));
execFileSync(
  process.execPath,
  [path.join(root, 'dist/cli.js'), 'export', 'digits.py', '--to', 'onnx', '--output', 'net.onnx'],
  { cwd: workspace, stdio: 'ignore' },
);
fs.copyFileSync(path.join(root, 'media/icon.png'), path.join(workspace, 'icon.png'));

const browser = await startBrowser();
const server = await startServer({ dataDir, userSettings: stillSettings });
const rows = [];
let code = 1;
try {
  const bench = await openWorkbench({
    browser,
    port: server.port,
    timeout: 120_000,
    workspace,
    extension: path.resolve(options.extension),
  });
  const { page } = bench;
  /** Types a name into the quick pick and waits for its row; Enter is the gesture. */
  const choose = async (keys, text, row) => {
    await page.keyboard.press(keys);
    await bench.box.waitFor({ state: 'visible' });
    await bench.box.fill(text);
    await bench.rows.filter({ hasText: row }).first().waitFor();
    // What the pick does while it is typed into is over.
    await page.waitForTimeout(700);
    const from = Date.now();
    await page.keyboard.press('Enter');
    return from;
  };
  const close = async () => {
    await bench.command('View: Close All Editors');
    await page.locator('.tabs-container .tab').first().waitFor({ state: 'detached' });
    await page.waitForTimeout(500);
  };
  const open = name => () => choose('Control+P', name, name.split('/').at(-1));
  const cases = [
    ['175 billion parameters', graph, open('gpt3/model.safetensors.index.json')],
    ['net.onnx', graph, open('net.onnx')],
    [
      'digits.py',
      graph,
      async () => {
        await bench.openFile('digits.py');
        await page
          .locator('.codelens-decoration', { hasText: 'Graph' })
          .first()
          .waitFor({ timeout: 120_000 });
        return choose('F1', '>Vitrine: Show Architecture', 'Show Architecture');
      },
    ],
    // Last: the first time, the built-in extension may not be there yet.
    ["a picture in VS Code's own preview", 'body.container.image', open('icon.png')],
  ].filter(([name], i, all) => i === all.length - 1 || name.includes(options.only));
  // Before the extensions are known, every file is text.
  for (let left = 20; ; left--) {
    await page.keyboard.press('F1');
    await bench.box.fill('>Vitrine: Show Architecture');
    const offered = bench.rows.filter({ hasText: 'Show Architecture' }).first();
    const there = await offered.waitFor({ timeout: 3000 }).then(
      () => true,
      () => false,
    );
    await page.keyboard.press('Escape');
    if (there) break;
    if (left === 0) throw new Error('Vitrine is not there.');
  }
  const results = new Map(cases.map(([name]) => [name, []]));
  for (let i = 0; i < times; i++)
    for (const [name, selector, gesture] of cases) {
      const from = await gesture();
      const { at, marks } = await drawn(page, selector);
      results.get(name).push(at - from);
      if (!options.json)
        log(`${name}: ${at - from} ms${marks.map(([m, t]) => `; ${m} ${Math.round(t - from)}`).join('')}`);
      await close();
    }
  for (const [name, all] of results) {
    const [first, ...later] = all;
    const sorted = later.sort((a, b) => a - b);
    rows.push({ name, first, least: sorted[0], median: sorted[sorted.length >> 1] });
  }
  code = 0;
} catch (e) {
  console.error(e);
  const [page] = browser.contexts().flatMap(c => c.pages());
  await page?.screenshot({ path: path.join(out, 'look/opening-failure.png') });
} finally {
  await browser.close();
  await server.stop();
  fs.rmSync(dataDir, { recursive: true, force: true });
}
if (options.json) console.log(JSON.stringify({ rows }));
else
  for (const { name, first, least, median } of rows)
    console.log(`${name.padEnd(36)} first ${first} ms, then ${least} ms (median ${median})`);
process.exit(code);
