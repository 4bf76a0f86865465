/**
 * Frames a second of the panel's page, with graphs and curves as large as they get: `node esbuild.js && node
 * test/harness/frames.mjs [--graph] [--curves] [--shot FOLDER] [--emulated]`. The page is the one that ships, drawn as
 * Chromium does where there is no GPU (with --emulated: by an emulated one, as the tests' pictures are), with a host that
 * only hands it a state. What the reader does is done once a frame.
 */
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startBrowser } from './browser.mjs';
import { log } from './log.mjs';
import { root } from './paths.mjs';

const { values: options } = parseArgs({
  options: {
    graph: { type: 'boolean' },
    curves: { type: 'boolean' },
    emulated: { type: 'boolean', default: false },
    shot: { type: 'string' },
    size: { type: 'string', default: '1600x1000' },
  },
});
const everything = !options.graph && !options.curves;
const [width, height] = options.size.split('x').map(Number);

/** 20 stages of 10 blocks of 9 layers and an addition: 2,000 nodes, 200 groups that open. */
function deepModel() {
  const values = { x: { id: 'x', dtype: 'float32', shape: ['N', 64, 32, 32] } };
  const nodes = [];
  const parameters = [];
  const modules = [{ path: '', type: 'Deep', arguments: '', parameters: [], inputs: ['x'], outputs: [] }];
  let last = 'x';
  const add = (op, module, inputs, weights = []) => {
    const id = `n${nodes.length}`;
    values[id] = { id, dtype: 'float32', shape: ['N', 64, 32, 32] };
    nodes.push({ id, op, module, inputs: [...inputs, ...weights], outputs: [id], attributes: {} });
    return id;
  };
  for (let stage = 0; stage < 20; stage++) {
    const from = last;
    modules.push({
      path: `stage${stage}`,
      type: 'Stage',
      arguments: '',
      parameters: [],
      inputs: [from],
      outputs: [],
    });
    for (let block = 0; block < 10; block++) {
      const own = `stage${stage}.block${block}`;
      const entry = last;
      modules.push({
        path: own,
        type: `Block${block}`,
        arguments: '',
        parameters: [],
        inputs: [entry],
        outputs: [],
      });
      for (let i = 0; i < 9; i++) {
        const layer = `${own}.layer${i}`;
        const op = ['Conv', 'BatchNormalization', 'Relu'][i % 3];
        const name = `${layer}.weight`;
        const weights = op === 'Relu' ? [] : [name];
        if (weights.length) {
          const shape = op === 'Conv' ? [64, 64, 3, 1 + ((stage + i) % 5)] : [64];
          values[name] = { id: name, dtype: 'float32', shape };
          parameters.push({
            name,
            dtype: 'float32',
            shape,
            kind: 'parameter',
            trainable: true,
            initializer: { kind: 'zeros' },
          });
        }
        const before = last;
        last = add(op, layer, [last], weights);
        modules.push({
          path: layer,
          type: ['Conv2d', 'BatchNorm2d', 'ReLU'][i % 3],
          arguments: op === 'Conv' ? '64, 64, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1)' : '64',
          parameters: weights,
          inputs: [before],
          outputs: [last],
        });
      }
      last = add('Add', own, [last, entry]);
      modules.find(m => m.path === own).outputs.push(last);
    }
    modules.find(m => m.path === `stage${stage}`).outputs.push(last);
  }
  modules[0].outputs.push(last);
  return {
    name: 'Deep',
    file: '/deep.py',
    format: 'pytorch',
    inputs: ['x'],
    outputs: [last],
    values,
    nodes,
    parameters,
    modules,
  };
}

/** A page with the panel in it, in the colours of a dark theme. */
async function panelPage(browser) {
  const page = await browser.newPage({ viewport: { width, height } });
  page.on('pageerror', e => log(`error: ${e.message}`));
  const style = fs.readFileSync(path.join(root, 'dist/media/panel.css'), 'utf8');
  await page.setContent(`<!DOCTYPE html><html><head><style>
    html { --vscode-editor-background: #1f1f1f; --vscode-foreground: #ccc; --vscode-descriptionForeground: #9d9d9d;
      --vscode-editorWidget-background: #202020; --vscode-focusBorder: #0078d4; --vscode-font-family: sans-serif;
      --vscode-font-size: 13px; --vscode-panel-border: #2b2b2b; }
    html, body { height: 100%; margin: 0; background: #1f1f1f; color: #ccc; font: 13px sans-serif; }
    ${style}</style></head><body class="vscode-dark"><div id="app"></div></body></html>`);
  await page.evaluate(() => {
    let kept;
    window.sent = [];
    window.acquireVsCodeApi = () => ({
      postMessage: m => window.sent.push(m),
      getState: () => kept,
      setState: s => {
        kept = s;
      },
    });
    /** Does `move` once a frame for some seconds. */
    window.frames_ = (move, seconds) =>
      new Promise(resolve => {
        const times = [];
        const start = performance.now();
        const step = now => {
          times.push(now);
          if (now - start > seconds * 1000) {
            const gaps = times.slice(1).map((t, i) => t - times[i]);
            gaps.sort((a, b) => a - b);
            const long = gaps[Math.floor(gaps.length * 0.95)];
            resolve({ fps: (1000 * gaps.length) / (times.at(-1) - times[0]), p95: long, count: gaps.length });
            return;
          }
          move(times.length);
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      });
  });
  await page.addScriptTag({ path: path.join(root, 'dist/media/panel.js') });
  return page;
}

const give = (page, state) =>
  page.evaluate(s => window.dispatchEvent(new MessageEvent('message', { data: s })), {
    type: 'state',
    state: { methods: [], selection: {}, ...state },
    strings: {},
  });

/**
 * Milliseconds of processor time that the browser's processes have taken, by what they do: on a busy machine a frame's
 * cost is told by this, and its rate by who else is there. Empty where there is no /proc.
 */
function work() {
  const processes = new Map();
  if (!fs.existsSync('/proc/self/stat')) return processes;
  for (const pid of fs.readdirSync('/proc').filter(n => /^\d+$/.test(n))) {
    try {
      const kind = /--type=([\w-]+)/.exec(fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.[1] ?? 'browser';
      const [, parent, ...stat] = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
      processes.set(pid, { kind, parent, ms: 10 * (Number(stat[9]) + Number(stat[10])) });
    } catch {
      // It has ended meanwhile.
    }
  }
  const ours = p => p !== undefined && (p.parent === `${process.pid}` || ours(processes.get(p.parent)));
  const spent = new Map();
  for (const p of processes.values()) if (ours(p)) spent.set(p.kind, (spent.get(p.kind) ?? 0) + p.ms);
  return spent;
}

/** Measures what `run` does in the page, and tells of it. */
async function tell(what, run) {
  const before = work();
  const { fps, p95, count } = await run();
  const after = work();
  const each = ['renderer', 'gpu-process']
    .map(kind => [kind, ((after.get(kind) ?? 0) - (before.get(kind) ?? 0)) / count])
    .filter(([, ms]) => ms > 0)
    .map(([kind, ms]) => `${kind} ${ms.toFixed(0)} ms`);
  log(
    `${what}: ${fps.toFixed(0)} frames a second, 95 % of them within ${p95.toFixed(0)} ms` +
      (each.length ? `; processor time a frame: ${each.join(', ')}` : ''),
  );
}

async function graph(browser) {
  const page = await panelPage(browser);
  const model = deepModel();
  const start = Date.now();
  await give(page, { view: 'architecture', model });
  await page.locator('vitrine-graph .card').first().waitFor();
  log(`folded: ${Date.now() - start} ms, ${await page.locator('.card').count()} cards`);
  const opened = Date.now();
  await page.locator('.graph-tools button').nth(1).click();
  await page.waitForFunction(() => document.querySelector('.overview:not([hidden])'));
  log(`unfolded: ${Date.now() - opened} ms`);
  const shot = name =>
    options.shot ? page.screenshot({ path: path.join(options.shot, `${name}.png`) }) : undefined;
  const pan = seconds =>
    page.evaluate(s => {
      const target = document.querySelector('vitrine-graph .canvas');
      return window.frames_(i => {
        const down = Math.floor(i / 60) % 2 === 0;
        target.dispatchEvent(
          new WheelEvent('wheel', { deltaX: 3, deltaY: down ? 24 : -20, bubbles: true, cancelable: true }),
        );
      }, s);
    }, seconds);
  const zoom = seconds =>
    page.evaluate(s => {
      const target = document.querySelector('vitrine-graph .canvas');
      const { left, top, width, height } = target.getBoundingClientRect();
      return window.frames_(i => {
        const closer = Math.floor(i / 40) % 2 === 0;
        target.dispatchEvent(
          new WheelEvent('wheel', {
            ctrlKey: true,
            deltaY: closer ? -8 : 8,
            clientX: left + width / 2,
            clientY: top + height / 2,
            bubbles: true,
            cancelable: true,
          }),
        );
      }, s);
    }, seconds);
  const level = async () => Number.parseInt(await page.locator('.zoom').textContent(), 10);
  const tool = n => page.locator('.graph-tools button').nth(n);
  /** Zooms by the buttons until the percentage is about this. */
  const zoomTo = async wanted => {
    for (let left = 40; left > 0; left--) {
      const now = await level();
      if (now / wanted > 1.13) await tool(-3).click();
      else if (wanted / now > 1.13) await tool(-2).click();
      else break;
      await page.waitForTimeout(30);
    }
    await page.waitForTimeout(600);
  };
  for (const wanted of [100, 50, 20, 8]) {
    await zoomTo(wanted);
    await tell(`panning at ${await level()} %`, () => pan(3));
    await page.waitForTimeout(400);
    await shot(`graph-${wanted}`);
    await zoomTo(wanted);
    await tell(`zooming at ${await level()} %`, () => zoom(3));
  }
  await page.close();
}

/** Fifty runs of ten thousand steps. */
async function curves(browser) {
  const page = await panelPage(browser);
  await page.evaluate(() => {
    const points = 10_000;
    const loss = run =>
      Float64Array.from({ length: points }, (_, i) => Math.exp(-i / (1500 + 60 * run)) + 0.2 * Math.random());
    const step = Float64Array.from({ length: points }, (_, i) => i + 1);
    const events = [{ event: 'start', run: 'r0', step: 0, epoch: 0, time: 0 }];
    const own = loss(0);
    for (let i = 0; i < points; i++)
      events.push({
        event: 'step',
        run: 'r0',
        epoch: 1,
        step: i + 1,
        loss: own[i],
        learningRate: 0.01,
        samplesPerSecond: 1000,
        time: i / 100,
      });
    const record = id => ({
      id,
      started: '2026-01-01T00:00:00Z',
      state: 'finished',
      experiment: '/a.vitrine.json',
      model: { file: '/a.py', class: 'A', parameters: 10 },
      seed: 0,
      backend: 'webasm',
      epochs: 1,
      epochsDone: 1,
      dataHash: '',
    });
    const ids = Array.from({ length: 50 }, (_, i) => `r${i}`);
    const state = {
      view: 'training',
      methods: [],
      selection: {},
      run: { record: record('r0'), events },
      runs: ids.map(id => ({
        id,
        model: 'A',
        experiment: 'a',
        started: '2026-01-01T00:00:00Z',
        state: 'finished',
        epochs: 1,
        epochsDone: 1,
        parameters: 10,
        settings: {},
      })),
      compared: ids.slice(1).map((id, i) => ({ id, steps: { step, loss: loss(i + 1) }, epochs: [] })),
    };
    window.dispatchEvent(new MessageEvent('message', { data: { type: 'state', state, strings: {} } }));
  });
  await page.locator('.chart.wide canvas').first().waitFor();
  await page.waitForTimeout(1000);
  await tell('hover over 50 runs of 10,000 points', () =>
    page.evaluate(() => {
      const over = document.querySelector('.chart.wide .u-over');
      const box = over.getBoundingClientRect();
      return window.frames_(
        i =>
          over.dispatchEvent(
            new MouseEvent('mousemove', {
              clientX: box.left + ((i * 7) % box.width),
              clientY: box.top + ((i * 3) % box.height),
              bubbles: true,
            }),
          ),
        3,
      );
    }),
  );
  await tell('smoothing slider', () =>
    page.evaluate(() => {
      const slider = document.querySelector('.view.training input[type=range]');
      return window.frames_(i => {
        slider.value = `${(i % 99) / 100}`;
        slider.dispatchEvent(new Event('input', { bubbles: true }));
      }, 3);
    }),
  );
  await tell('zoom', () =>
    page.evaluate(() => {
      const plot = document.querySelector('.chart.wide .chart-plot');
      return window.frames_(i => {
        const closer = Math.floor(i / 12) % 2 === 0;
        plot.dispatchEvent(new KeyboardEvent('keydown', { key: closer ? '+' : '-', bubbles: true }));
      }, 3);
    }),
  );
  if (options.shot) await page.screenshot({ path: path.join(options.shot, 'curves.png') });
  await page.close();
}

const browser = await startBrowser({ gpu: options.emulated });
try {
  const empty = await panelPage(browser);
  await tell('an empty page, which is what the machine gives now', () =>
    empty.evaluate(() => window.frames_(() => {}, 2)),
  );
  await empty.close();
  if (everything || options.graph) await graph(browser);
  if (everything || options.curves) await curves(browser);
} finally {
  await browser.close();
}
