/**
 * npm run screenshots [-- NAME…]: makes the pictures of README and docs in media/pictures/ from the running extension.
 * A picture shows what the gestures below led to, nothing else. Each scene has a window of its own.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { judged, tab } from '../ui/support.mjs';
import { startBrowser } from './browser.mjs';
import { ui } from './context.mjs';
import { log } from './log.mjs';
import { copyTrained, root, temporary } from './paths.mjs';
import { startServer, stillSettings } from './server.mjs';

const pictures = path.join(root, 'media/pictures');
/** Drawn at twice the size, so that they stay sharp on dense screens. */
const size = { width: 1360, height: 820, scale: 2 };

const settings = {
  ...stillSettings,
  'workbench.colorTheme': 'Default Dark Modern',
  'editor.minimap.enabled': false,
  'workbench.layoutControl.enabled': false,
  'workbench.editor.editorActionsLocation': 'hidden',
  'breadcrumbs.enabled': false,
};

/** What the scenes share: a window, and a picture of it. */
async function open() {
  const { bench, page, workspace } = await ui.open(size);
  copyTrained(workspace);
  const quiet = () => bench.command('Notifications: Clear All Notifications');
  return {
    bench,
    page,
    workspace,
    shot: async (name, options) => {
      const file = path.join(pictures, `${name}.webp`);
      fs.writeFileSync(file, await smaller(await page.screenshot(options)));
      log(`${path.relative(root, file)}: ${Math.round(fs.statSync(file).size / 1024)} kB`);
    },
    quiet,
    /** Opens a model's file without the side bar. */
    openAlone: async file => {
      await bench.openFile(file);
      await page.locator('.codelens-decoration', { hasText: 'parameters' }).first().waitFor();
      await bench.command('View: Toggle Primary Side Bar Visibility');
    },
    /** Trains the open file's model to its end, by the palette. */
    train: async () => {
      await bench.command('Vitrine: Train Model');
      const panel = await bench.webview('#app .top');
      await panel.locator('.run-state.finished').waitFor();
      await quiet();
      return panel;
    },
    /** Explains the first row of the newest run of a model (named where the file has several), by the palette. */
    ask: async (file, model) => {
      await bench.openFile(file);
      await page.locator('.codelens-decoration').first().waitFor();
      await bench.command('Vitrine: Explain Prediction');
      if (model) await bench.pick(model);
      for (const title of ['Explain how', 'Which sample']) {
        await page.locator('.quick-input-titlebar', { hasText: title }).waitFor();
        await bench.rows.first().waitFor();
        await page.keyboard.press('Enter');
      }
      const panel = await bench.webview('#app .top');
      await judged(panel, 90);
      // The editor has kept the focus: what is maximised next is the panel.
      await bench.command('View: Focus Right Editor Group');
      return panel;
    },
  };
}

/** As WebP, which the browser itself writes. */
async function smaller(png) {
  const page = await ui.browser.newPage();
  const text = await page.evaluate(async source => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${source}`)).blob());
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL('image/webp', 0.86).split(',')[1];
  }, png.toString('base64'));
  await page.close();
  return Buffer.from(text, 'base64');
}

/** A question or a method, from the list where there is room for it, else from the menu. */
const choose = async (panel, name) => {
  const item = panel.locator('.methods .method', { hasText: name }).first();
  if (await item.isVisible()) await item.click();
  else await panel.locator('#method-menu').selectOption({ label: name });
};

const scenes = {
  async digits({ page, shot, openAlone, train }) {
    await openAlone('digits.py');
    const panel = await train();
    await shot('training');

    // Taller, so that the measures of trust and the details of a layer are in the picture.
    await page.setViewportSize({ width: size.width, height: 1080 });
    await tab(panel, 'Data');
    await panel.locator('.sample').nth(8).waitFor();
    await panel.locator('.sample').nth(8).click();
    await judged(panel);
    await tab(panel, 'Explain');
    await panel.locator('.pictures canvas').first().waitFor();
    await shot('explanation');

    await tab(panel, 'Architecture');
    await panel.locator('.card[aria-label^="conv2"]').click();
    await panel.locator('.details').waitFor();
    await shot('architecture');

    await tab(panel, 'Explain');
    await choose(panel, 'How it came about');
    await panel.locator('.filmstrip vscode-button').click();
    await panel.locator('.frames li').nth(4).waitFor();
    await page.setViewportSize({ width: size.width, height: 900 });
    await shot('filmstrip');
  },

  /** A file that is no class and has no experiment: its loop is the model and says how it is trained. */
  async script({ page, shot, openAlone, train }) {
    await page.setViewportSize({ width: size.width, height: 700 });
    await openAlone('by_hand.py');
    await train();
    await page.mouse.move(10, 690);
    await shot('script');
  },

  /** A table, as a clinician has one: what if, what would change it, whom it treats differently. */
  async table({ bench, page, shot, train }) {
    await page.setViewportSize({ width: size.width, height: 940 });
    await bench.openFile('tumor.py');
    const table = await train();
    const tableTab = name => tab(table, name);
    await tableTab('Data');
    await table.locator('table tbody tr').nth(3).click();
    await table.locator('.explanation .sentence').first().waitFor();
    await tableTab('Explain');
    await bench.command('View: Maximize Editor Group');
    await choose(table, 'What if…');
    await table.locator('.cells .bar').first().waitFor();
    await table.locator('.cells input[type=range]').first().focus();
    await page.keyboard.press('Home');
    await table.locator('tr.changed').waitFor();
    await table.locator('.what-if-verdict', { hasText: '1 value changed' }).waitFor();
    await page.waitForTimeout(1500);
    await shot('what-if');
    await tableTab('Data');
    await table.getByRole('button', { name: 'Overview', exact: true }).click();
    await page.waitForTimeout(3000);
    await shot('data');
  },

  async people({ bench, page, shot, train }) {
    // People in groups, with the table of their rates in the picture.
    await page.setViewportSize({ width: size.width, height: 1120 });
    await bench.openFile('triage.py');
    const people = await train();
    await tab(people, 'Data');
    await people.getByRole('button', { name: 'Samples', exact: true }).click();
    await people.locator('table tbody tr').nth(3).click();
    await people.locator('.explanation .sentence').first().waitFor();
    await tab(people, 'Explain');
    await bench.command('View: Maximize Editor Group');
    await people.locator('.methods .method', { hasText: 'Fairness by group' }).click();
    await people.locator('.chip', { hasText: 'sex' }).click();
    await people.locator('.fairness select').nth(1).selectOption('demographic_parity');
    await people.locator('.fairness vscode-button').click();
    await people.locator('.mitigation').waitFor();
    await shot('fairness');
  },

  async hover({ bench, page, shot, openAlone }) {
    // The editor lets a hover have a quarter of its height.
    await page.setViewportSize({ width: size.width, height: 1960 });
    await openAlone('digits.py');
    await bench.hover('Conv2d', /Parameters/);
    await page.locator('.monaco-hover:not(.hidden) img').first().waitFor();
    await page.waitForTimeout(500);
    await shot('hover', { clip: { x: 0, y: 0, width: 1000, height: 740 } });
  },

  async runs({ bench, page, workspace, shot, quiet, train }) {
    // Those that are made here alone.
    fs.rmSync(path.join(workspace, 'breast-cancer/.vitrine'), { recursive: true, force: true });
    await bench.openFile('tumor.py');
    const panel = await train();
    const file = path.join(workspace, 'breast-cancer/tumor.vitrine.json');
    const text = fs.readFileSync(file, 'utf8');
    for (const rate of ['0.03', '0.001']) {
      fs.writeFileSync(file, text.replace(/"lr": [\d.]+/, `"lr": ${rate}`));
      await panel.getByText('Train again').click();
      await page.waitForTimeout(1500);
      await panel.locator('.run-state.finished').waitFor();
    }
    await quiet();
    await bench.command('View: Maximize Editor Group');
    await panel.getByText('Overlay the newest').click();
    await panel.locator('.chart.wide .chart-legend li').nth(3).waitFor();
    await panel.locator('.run-head').scrollIntoViewIfNeeded();
    await page.mouse.move(10, 400);
    await shot('runs');
    await panel.getByText('Find mistakes').click();
    await panel.locator('.confusion .cell').nth(1).click();
    await panel.locator('.picked tbody tr').first().waitFor();
    await page.setViewportSize({ width: size.width, height: 900 });
    await panel.locator('.mistakes').evaluate(e => e.scrollIntoView({ block: 'start' }));
    await page.waitForTimeout(800);
    await shot('mistakes');
  },

  async boxes({ bench, page, shot, quiet, ask }) {
    const panel = await ask('detector.py');
    await quiet();
    await bench.command('View: Maximize Editor Group');
    await tab(panel, 'Data');
    await panel.locator('.sample').nth(5).waitFor();
    await page.waitForTimeout(1500);
    await shot('boxes');
  },

  async episode({ bench, page, shot, quiet, ask }) {
    const panel = await ask('policy.py');
    await quiet();
    await bench.command('View: Maximize Editor Group');
    await choose(panel, 'Watch an episode');
    await panel.locator('vitrine-episode canvas.world').waitFor();
    await panel.locator('vitrine-episode .sound-play').click();
    await page.waitForTimeout(2500);
    await shot('episode');
  },

  async film({ bench, page, shot, quiet, ask }) {
    await ask('motion.py');
    await quiet();
    await bench.command('View: Maximize Editor Group');
    await page.waitForTimeout(1500);
    await shot('film');
  },

  /** A series of one's own, which no sample has. */
  async series({ bench, page, workspace, shot, train }) {
    fs.writeFileSync(path.join(workspace, 'forecast.py'), forecast);
    fs.writeFileSync(path.join(workspace, 'demand.csv'), demand());
    const experiment = {
      model: { file: 'forecast.py', class: 'Forecast' },
      data: {
        kind: 'series',
        file: 'demand.csv',
        time: 'hour',
        target: 'demand',
        features: ['demand', 'temperature'],
        length: 48,
        steps: 6,
        split: { test: 0.15, valid: 0.1 },
        scale: 'standard',
      },
      targetScale: 'standard',
      loss: 'mse',
      optimizer: { name: 'Adam', lr: 0.005 },
      epochs: 6,
      batchSize: 64,
      seed: 0,
    };
    fs.writeFileSync(path.join(workspace, 'forecast.vitrine.json'), JSON.stringify(experiment, null, 2));
    await bench.openFile('forecast.py');
    const panel = await train();
    await bench.command('View: Focus Right Editor Group');
    await bench.command('View: Maximize Editor Group');
    await tab(panel, 'Data');
    await panel.locator('.sample-table tbody tr').nth(14).click();
    await judged(panel, 90);
    await tab(panel, 'Explain');
    await panel.locator('.series-column svg').first().focus();
    await page.keyboard.press('End');
    await page.waitForTimeout(500);
    await shot('series');
  },

  async speech({ bench, page, shot, quiet, ask }) {
    await ask('voice.py', 'Voice');
    await quiet();
    await bench.command('View: Maximize Editor Group');
    await page.waitForTimeout(1500);
    await shot('speech');
  },

  /** A change of a class against what git has: layers, shapes, parameters. */
  async diff({ bench, page, workspace, shot }) {
    const file = path.join(workspace, 'digits/digits.py');
    const git = (...args) => spawnSync('git', ['-C', workspace, ...args], { stdio: 'ignore' });
    git('init', '-q');
    git('add', 'digits/digits.py');
    git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-qm', 'a');
    const text = fs.readFileSync(file, 'utf8');
    const changed = text
      .replace('nn.Conv2d(16, 32, kernel_size', 'nn.Conv2d(16, 48, kernel_size')
      .replace('nn.Linear(32 * 4 * 4', 'nn.Linear(48 * 4 * 4');
    if (changed === text) throw new Error('digits.py is not as this scene knows it');
    fs.writeFileSync(file, changed);
    await bench.command('View: Toggle Primary Side Bar Visibility');
    await bench.openFile('digits.py');
    await bench.command('Vitrine: Compare Model with HEAD');
    const panel = await bench.webview('.layer-table');
    await panel.locator('tr.changed').first().waitFor();
    await page.mouse.move(10, 10);
    await page.waitForTimeout(500);
    await shot('model-diff');
  },

  async keras({ bench, page, workspace, shot }) {
    fs.copyFileSync(
      path.join(root, 'test/reference/keras/picture.keras'),
      path.join(workspace, 'picture.keras'),
    );
    await lookInto('picture.keras', { bench, page });
    await shot('keras');
  },

  async modelFile({ bench, page, workspace, shot }) {
    const onnx = path.join(workspace, 'digits.onnx');
    const runs = path.join(workspace, 'digits/.vitrine/runs');
    const run = path.join(runs, fs.readdirSync(runs)[0]);
    spawnSync(process.execPath, [path.join(root, 'dist/cli.js'), 'export', run, '-o', onnx], {
      cwd: workspace,
    });
    await lookInto('digits.onnx', { bench, page });
    await shot('model-file');
  },
};

/** Opens a model file beside nothing else, and chooses a layer of it. */
async function lookInto(file, { bench, page }) {
  await bench.command('View: Toggle Primary Side Bar Visibility');
  await bench.openFile(file);
  const model = await bench.webview('vitrine-graph .card');
  await model.locator('.card').nth(1).click();
  await page.waitForTimeout(800);
}

const forecast = `import torch
import torch.nn as nn


class Forecast(nn.Module):
    """The demand of the next six hours, from two days of demand and temperature."""

    def __init__(self, hidden: int = 24):
        super().__init__()
        self.past = nn.GRU(2, hidden, batch_first=True)
        self.next = nn.Linear(hidden, 6)

    def forward(self, hours: torch.Tensor) -> torch.Tensor:
        seen, _ = self.past(hours)
        return self.next(seen[:, -1])
`;

/** Half a year of an invented town's demand by the hour: day, week, weather and chance. */
function demand() {
  let state = 7;
  const chance = () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31 - 0.5;
  };
  const rows = ['hour,demand,temperature'];
  for (let h = 0; h < 180 * 24; h++) {
    const day = Math.sin((2 * Math.PI * (h - 8)) / 24);
    const weekend = Math.floor(h / 24) % 7 > 4 ? -9 : 0;
    const temperature = 10 + 8 * Math.sin((2 * Math.PI * h) / (24 * 360)) + 4 * day + 3 * chance();
    const load =
      60 + 16 * day + 6 * Math.sin((4 * Math.PI * h) / 24) + weekend - 0.9 * temperature + 4 * chance();
    rows.push(`${h},${load.toFixed(2)},${temperature.toFixed(2)}`);
  }
  return `${rows.join('\n')}\n`;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter(n => !(n in scenes));
if (unknown.length) {
  log(`There is no scene ${unknown.join(', ')}. There are ${Object.keys(scenes).join(', ')}.`);
  process.exit(2);
}

ui.extension = root;
ui.dataDir = temporary('pictures');
fs.mkdirSync(pictures, { recursive: true });
let failed = 0;
try {
  ui.browser = await startBrowser();
  ui.server = await startServer({ dataDir: ui.dataDir, userSettings: settings });
  for (const [name, scene] of Object.entries(scenes)) {
    if (wanted.length && !wanted.includes(name)) continue;
    const window = await open();
    try {
      await scene(window);
    } catch (e) {
      failed++;
      log(`${name}: ${e.message}`);
      await window.page.screenshot({ path: path.join(ui.dataDir, '..', `failed-${name}.png`) });
    }
    await window.page.close();
  }
} finally {
  await ui.browser?.close();
  await ui.server?.stop();
  fs.rmSync(ui.dataDir, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
