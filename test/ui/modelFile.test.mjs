/** The page of a model file, and that of a comparison. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ui } from '../harness/context.mjs';
import { violations, violationsInThemes } from './support.mjs';

const reference = path.join(import.meta.dirname, '..', 'reference');

/** A folder with a checkpoint of two layers, a transformer of 96 layers without weights, and a class under git. */
function workspace() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vitrine-models-'));
  fs.cpSync(path.join(reference, 'huggingface/gpt2'), path.join(folder, 'small'), { recursive: true });
  fs.mkdirSync(path.join(folder, 'tall'));
  const config = JSON.parse(fs.readFileSync(path.join(folder, 'small', 'config.json'), 'utf8'));
  fs.writeFileSync(path.join(folder, 'tall', 'config.json'), JSON.stringify({ ...config, n_layer: 96 }));
  fs.copyFileSync(
    path.join(folder, 'small', 'model.safetensors'),
    path.join(folder, 'tall', 'layers.safetensors'),
  );
  const net = width => `import torch.nn as nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, ${width})
        self.last = nn.Linear(${width}, 2)

    def forward(self, x):
        return self.last(self.first(x).relu())
`;
  const git = (...args) => execFileSync('git', ['-C', folder, ...args], { stdio: 'ignore' });
  fs.writeFileSync(path.join(folder, 'net.py'), net(8));
  git('init', '-q');
  git('add', 'net.py');
  git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-qm', 'a');
  fs.writeFileSync(path.join(folder, 'net.py'), net(16));
  return folder;
}

describe('model files', () => {
  let bench;
  let page;
  let folder;

  before(async function () {
    this.timeout(180_000);
    folder = workspace();
    ({ bench, page } = await ui.open({ workspace: folder, width: 1440, height: 900 }));
  });

  after(async () => {
    await page.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest.state === 'failed') await ui.shot(bench, `failed ${this.currentTest.title}`);
  });

  it('a checkpoint opens as a page: the graph of its configuration, its tensors, one with a histogram', async function () {
    this.timeout(120_000);
    await bench.openFile('model.safetensors');
    const panel = await bench.webview('.file-header h1');
    await panel.locator('vitrine-graph .card').first().waitFor({ timeout: 60_000 });
    await panel.locator('#tab-graph').focus();
    await page.keyboard.press('ArrowRight');
    await panel.locator('.tensor-row[data-index="0"]').waitFor();
    await panel.locator('.filter input').fill('c_attn weight');
    await panel.locator('.tensor-row[data-index="1"]').waitFor();
    assert.equal(await panel.locator('.tensor-body .tensor-row').count(), 2);
    await panel.locator('.tensor-row[data-index="0"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await panel.locator('.histogram rect').first().waitFor();
    assert.match(await panel.locator('.details h2').textContent(), /c_attn\.weight/);
    await ui.shot(bench, 'model-file');
    assert.deepEqual(await violationsInThemes(bench, panel), []);
    await panel.locator('#tab-about').click();
    await panel.locator('.about td', { hasText: 'model.safetensors' }).waitFor();
  });

  it('a class is compared with what git has', async function () {
    this.timeout(120_000);
    await bench.openFile('net.py');
    await bench.command('Vitrine: Compare Model with HEAD');
    const panel = await bench.webview('.layer-table');
    await panel.locator('tr.changed', { hasText: 'first' }).waitFor();
    assert.match(await panel.locator('.file-header').textContent(), /58 → 114 parameters/);
    await ui.shot(bench, 'model-diff');
    assert.deepEqual(await violationsInThemes(bench, panel), []);
    await panel.locator('#tab-graphs').click();
    await panel.locator('.card.changed').first().waitFor();
    assert.deepEqual(await violations(panel), []);
  });

  it('the graph of 96 layers folds its blocks, and moves', async function () {
    this.timeout(180_000);
    await bench.openFile('layers.safetensors');
    const panel = await bench.webview('.file-header h1');
    const graph = panel.locator('vitrine-graph');
    await graph.locator('.badge-text', { hasText: '96' }).first().waitFor({ timeout: 120_000 });
    assert.ok((await graph.locator('.card').count()) < 60, 'repeated blocks are one card');
    const frame = await (await panel.locator('#app').elementHandle()).ownerFrame();
    const box = await graph.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const counting = frame.evaluate(
      () =>
        new Promise(done => {
          let frames = 0;
          const start = performance.now();
          const next = () => {
            frames++;
            if (performance.now() - start < 2000) requestAnimationFrame(next);
            else done(frames / 2);
          };
          requestAnimationFrame(next);
        }),
    );
    for (let i = 0; i < 30; i++) {
      await page.mouse.wheel(0, i % 10 < 5 ? -60 : 60);
      await page.waitForTimeout(30);
    }
    console.log(`      ${(await counting).toFixed(0)} frames a second while zooming`);
    await ui.shot(bench, 'model-file-tall');
  });
});
