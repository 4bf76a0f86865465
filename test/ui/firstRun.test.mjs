import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ui } from '../harness/context.mjs';
import { copySamples } from '../harness/paths.mjs';
import { finished, judged, panelOf, tab } from './support.mjs';

/** A folder with data and no model; one with a notebook alone. */
describe("the first minutes in a folder of one's own", () => {
  let bench;
  let page;
  let samples;

  before(() => {
    samples = copySamples(path.join(ui.dataDir, 'first-run-samples'));
  });

  afterEach(async function () {
    if (this.currentTest.state === 'failed') await ui.shot(bench, `failed ${this.currentTest.title}`);
    await page.close();
  });

  it('leads from a table alone to a trained model and an explained row', async function () {
    this.timeout(180_000);
    const workspace = path.join(ui.dataDir, 'only a table');
    fs.mkdirSync(workspace, { recursive: true });
    fs.copyFileSync(path.join(samples, 'iris/iris.csv'), path.join(workspace, 'iris.csv'));
    ({ bench, page } = await ui.open({ workspace }));
    await bench.sidebar('Vitrine');
    await page.locator('.pane-body .monaco-button', { hasText: 'New Model for Data' }).click();
    await bench.pick('iris.csv');
    await bench.pick('species');
    await page.locator('.tab.active', { hasText: 'iris_net.py' }).waitFor();
    assert.match(fs.readFileSync(path.join(workspace, 'iris_net.py'), 'utf8'), /Linear\(4, 32\)/);
    await ui.shot(bench, 'first-model');
    await page.locator('.notification-toast .monaco-button', { hasText: 'Train' }).click();
    const panel = await panelOf(bench);
    await finished(panel);
    await tab(panel, 'Data');
    await panel.locator('table tbody tr').nth(2).click();
    await judged(panel);
    assert.deepEqual(bench.complaints(), []);
  });

  it('says in a folder without anything what would be a start', async () => {
    const workspace = path.join(ui.dataDir, 'empty folder');
    fs.mkdirSync(workspace, { recursive: true });
    ({ bench, page } = await ui.open({ workspace }));
    await bench.command('Vitrine: Train Model');
    const told = page.locator('.notification-toast', { hasText: 'There is no model here yet' });
    await told.locator('.monaco-button', { hasText: 'New Model for Data' }).waitFor();
    await told.locator('.monaco-button', { hasText: 'Open a Sample' }).click();
    await bench.rows.filter({ hasText: 'net' }).first().waitFor();
  });

  it('trains the class of the notebook that is open', async () => {
    const workspace = path.join(ui.dataDir, 'only a notebook');
    fs.mkdirSync(workspace, { recursive: true });
    const source = fs.readFileSync(path.join(samples, 'iris/iris.py'), 'utf8');
    const cells = [{ cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source }];
    const notebook = {
      cells,
      metadata: { language_info: { name: 'python' } },
      nbformat: 4,
      nbformat_minor: 5,
    };
    fs.writeFileSync(path.join(workspace, 'model.ipynb'), JSON.stringify(notebook));
    fs.copyFileSync(path.join(samples, 'iris/iris.csv'), path.join(workspace, 'iris.csv'));
    ({ bench, page } = await ui.open({ workspace }));
    await bench.openFile('model.ipynb');
    await page.locator('.codelens-decoration a', { hasText: 'Train' }).first().waitFor();
    await bench.command('Vitrine: Train Model');
    // There is no experiment yet: the guided choice begins.
    await bench.rows.filter({ hasText: 'iris.csv' }).first().waitFor();
    await page.keyboard.press('Escape');
  });

  it('lists what scripts and notebooks train, with sizes, and trains a cell by its own loop', async () => {
    const workspace = path.join(ui.dataDir, 'scripts');
    fs.mkdirSync(workspace, { recursive: true });
    fs.copyFileSync(path.join(samples, 'linear-regression/by_hand.py'), path.join(workspace, 'by_hand.py'));
    const code = source => ({ cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source });
    const cells = [
      'import torch\nimport torch.nn as nn\nx = torch.randn(64, 4)\ny = x[:, :1]',
      'class Base(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 1)\n\n    def forward(self, x):\n        return self.fc(x)',
      'class Child(Base):\n    def forward(self, x):\n        return 2 * super().forward(x)',
      'model = Child()\nopt = torch.optim.SGD(model.parameters(), lr=0.01)\nfor epoch in range(5):\n    opt.zero_grad()\n    loss = ((model(x) - y) ** 2).mean()\n    loss.backward()\n    opt.step()',
    ].map(code);
    const metadata = { language_info: { name: 'python' } };
    fs.writeFileSync(
      path.join(workspace, 'study.ipynb'),
      JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }),
    );
    ({ bench, page } = await ui.open({ workspace }));
    await bench.sidebar('Vitrine');
    const row = text => page.locator('.pane-body .monaco-list-row', { hasText: text }).first();
    // Nobody has opened them.
    await row(/^prediction\s*2 parameters/).waitFor();
    await row(/^Child\s*5 parameters/).waitFor();
    await bench.openFile('study.ipynb');
    const lenses = page.locator('.codelens-decoration', { hasText: '5 parameters' });
    await lenses.nth(1).waitFor();
    await lenses.nth(1).locator('a', { hasText: 'Train' }).click();
    const panel = await panelOf(bench);
    await finished(panel);
    assert.equal(await panel.locator('h1').textContent(), 'Child');
    assert.ok(fs.existsSync(path.join(workspace, 'study.vitrine.json')));
    await row(/^Child.*study\.ipynb/).waitFor();
    // What was read of the cells is still there after the experiment was written.
    await lenses.nth(1).waitFor();
    assert.deepEqual(bench.complaints(), []);
  });
});
