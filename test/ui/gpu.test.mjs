/** Training on the GPU of VS Code's own page, over SwiftShader: to the CPU's numbers, and on the CPU once it is gone. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ui } from '../harness/context.mjs';
import { copySamples, root } from '../harness/paths.mjs';
import { finished, panelOf } from './support.mjs';

/** A workspace with the net's sample alone, set to compute in the page, for so many epochs. */
function workspace(name, epochs) {
  const folder = path.join(ui.dataDir, name);
  copySamples(folder);
  fs.mkdirSync(path.join(folder, '.vscode'));
  const settings = { 'vitrine.training.backend': 'webview' };
  fs.writeFileSync(path.join(folder, '.vscode', 'settings.json'), JSON.stringify(settings));
  const file = path.join(folder, 'net', 'net.vitrine.json');
  const text = fs.readFileSync(file, 'utf8');
  assert.match(text, /"epochs": \d+/);
  fs.writeFileSync(file, text.replace(/"epochs": \d+/, `"epochs": ${epochs}`));
  return folder;
}

/** The record and the events of the only run. */
function runIn(folder) {
  const runs = path.join(folder, 'net', '.vitrine', 'runs');
  const [id] = fs.readdirSync(runs);
  const text = fs.readFileSync(path.join(runs, id, 'metrics.jsonl'), 'utf8');
  return {
    record: JSON.parse(fs.readFileSync(path.join(runs, id, 'run.json'), 'utf8')),
    events: text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line)),
  };
}

const losses = events => events.filter(e => e.event === 'epoch').map(e => e.train.loss);

/** What the command line trains on the CPU. */
function onCpu(folder) {
  const copy = `${folder}-cpu`;
  fs.cpSync(folder, copy, { recursive: true, filter: f => path.basename(f) !== '.vitrine' });
  const cli = path.join(root, 'dist', 'cli.js');
  const file = path.join(copy, 'net', 'net.vitrine.json');
  const args = [cli, 'train', file, '--backend', 'webasm', '--json'];
  return execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
}

function near(got, expected) {
  assert.equal(got.length, expected.length);
  got.forEach((loss, i) => {
    assert.ok(Math.abs(loss - expected[i]) <= 1e-3 * Math.abs(expected[i]), `${got} instead of ${expected}`);
  });
}

for (const [api, env] of [
  ['WebGPU', {}],
  ['WebGL2', { VITRINE_WEBVIEW: 'webgl2' }],
])
  describe(`the GPU of the page, by ${api}`, () => {
    let bench;
    let page;
    let folder;
    let server;

    before(async function () {
      this.timeout(180_000);
      folder = workspace(`gpu-${api}`, 2);
      server = await ui.startServer({ env });
      ({ bench, page } = await ui.open({ workspace: folder, server }));
    });

    after(async () => {
      await page?.close();
      await server?.stop();
    });

    afterEach(async function () {
      if (this.currentTest.state === 'failed') await ui.shot(bench, `failed ${this.currentTest.title}`);
    });

    it(`trains to the numbers of the CPU by ${api}`, async function () {
      this.timeout(240_000);
      await bench.openFile('net.py');
      await bench.command('Vitrine: Train Model');
      // The panel opens when the run begins, and that is when the shaders are compiled.
      await finished(await bench.webview('#app .top', 110_000), 110);
      const { record, events } = runIn(folder);
      assert.equal(record.backend, 'webview');
      const start = events.find(e => e.event === 'start');
      assert.match(
        start.backend.executor,
        new RegExp(`^${api} on .*swiftshader.*, emulated on the CPU$`, 'i'),
      );
      near(losses(events), losses(onCpu(folder)));
    });
  });

describe('the GPU of the page when its tab is closed', () => {
  let bench;
  let page;
  let folder;

  before(async function () {
    this.timeout(180_000);
    folder = workspace('gpu-closed', 400);
    ({ bench, page } = await ui.open({ workspace: folder }));
  });
  after(() => page?.close());
  afterEach(async function () {
    if (this.currentTest.state === 'failed') await ui.shot(bench, `failed ${this.currentTest.title}`);
  });

  it('goes on from the last checkpoint on the CPU, and says so', async () => {
    await bench.openFile('net.py');
    await bench.command('Vitrine: Train Model');
    const panel = await panelOf(bench);
    await panel.locator('.run-state.running').waitFor();
    const tab = page.locator('.tab', { hasText: 'Vitrine: GPU' }).first();
    await tab.click();
    const gpu = await bench.webview('#work');
    await gpu.getByText(/steps so far/).waitFor({ timeout: 60_000 });
    await ui.shot(bench, 'gpu-tab');
    await tab.locator('.codicon-close').click();
    await page.locator('.tab', { hasText: 'Vitrine: Net' }).first().click();
    await finished(await panelOf(bench), 60);
    const { record, events } = runIn(folder);
    assert.equal(record.state, 'finished');
    assert.equal(record.backend, 'webasm');
    assert.equal(record.epochsDone, 400);
    const told = events.filter(e => e.event === 'state' && e.message).map(e => e.message);
    assert.match(
      told[0],
      /"webview" was lost: its tab was closed\. The run goes on from its last checkpoint/,
    );
    assert.equal(losses(events).length, 400);
  });
});
