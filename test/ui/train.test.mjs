import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ui } from '../harness/context.mjs';
import { colours, finished, panelOf, tab, treeRows, until } from './support.mjs';

describe('training net.py', () => {
  let bench;
  let page;
  let workspace;
  let panel;

  before(async () => {
    ({ bench, page, workspace } = await ui.open());
  });

  after(() => page.close());

  afterEach(async function () {
    if (this.currentTest.state === 'failed') await ui.shot(bench, `failed ${this.currentTest.title}`);
  });

  it('hovers over nn.Linear to read its shapes and parameters', async () => {
    await bench.openFile('net.py');
    const text = await bench.hover('Linear', /Parameters/);
    assert.match(text, /fc1/);
    assert.match(text, /15 = 5·2 \(weight\) \+ 5 \(bias\)/);
    await ui.shot(bench, 'hover');
    await page.mouse.move(5, 5);
  });

  it('shows CodeLens over the class and shapes behind the calls', async () => {
    await page.locator('.codelens-decoration a', { hasText: 'Train' }).first().waitFor();
    await page.locator('.codelens-decoration', { hasText: '21 parameters' }).first().waitFor();
    await page
      .locator('.view-line', { hasText: /self\.fc2\(x\).*1/ })
      .first()
      .waitFor();
    await ui.shot(bench, 'editor');
  });

  it('opens the panel with graph and live loss when Train Model is chosen in the palette', async () => {
    await bench.command('Vitrine: Train Model');
    panel = await panelOf(bench);
    await panel.locator('.run-state.running, .run-state.finished').first().waitFor();
    for (const name of ['fc1', 'fc2']) await panel.locator('.card', { hasText: name }).first().waitFor();
    await panel.locator('.chart.wide canvas').first().waitFor();
    await ui.shot(bench, 'training-live');
    await finished(panel);
    assert.ok((await colours(panel.locator('.chart.wide canvas').first())) > 2, 'curves are drawn');
    const text = await panel.locator('.results').textContent();
    assert.match(text, /Accuracy/);
    await ui.shot(bench, 'training-finished');
  });

  it('tells the result and lists the run in the sidebar', async () => {
    await page.locator('.notification-toast', { hasText: 'Net is trained' }).waitFor();
    await bench.sidebar('Vitrine');
    await page
      .locator('.pane-body .monaco-list-row', { hasText: /accuracy/ })
      .first()
      .waitFor();
    const rows = await treeRows(page);
    assert.ok(
      rows.some(r => /Net.*accuracy \d+/.test(r)),
      rows.join(' / '),
    );
    await ui.shot(bench, 'sidebar');
  });

  it('leads from a node of the graph to its line', async () => {
    const source = fs.readFileSync(path.join(workspace, 'net/net.py'), 'utf8').split('\n');
    const line = 1 + source.findIndex(l => l.includes('self.fc2 ='));
    await tab(panel, 'Architecture');
    await panel.locator('.card', { hasText: 'fc2' }).first().click();
    await panel.locator('.details', { hasText: 'fc2' }).waitFor();
    await ui.shot(bench, 'architecture');
    await panel.locator('.details button.link').first().click();
    await page.locator('.statusbar-item', { hasText: `Ln ${line}` }).waitFor();
  });

  it('can be stopped from the panel', async () => {
    // A hundred epochs are over before a hand reaches the button.
    const experiment = path.join(workspace, 'net/net.vitrine.json');
    const text = fs.readFileSync(experiment, 'utf8');
    assert.match(text, /"epochs": 100,/);
    fs.writeFileSync(experiment, text.replace('"epochs": 100,', '"epochs": 100000,'));
    await tab(panel, 'Training');
    await bench.command('Vitrine: Show Panel');
    await panel.getByText('Train again').click();
    await panel.locator('.run-state.running').waitFor();
    await panel.getByText('Stop', { exact: true }).click();
    await panel.locator('.run-state.stopped').first().waitFor();
  });

  it('goes on with a run that was stopped, from the epoch after its last', async () => {
    const resume = panel.getByText(/^Go on from epoch \d/);
    const from = Number((await resume.textContent()).match(/\d+/)[0]);
    assert.ok(from > 1, `from epoch ${from}`);
    await resume.click();
    await panel.locator('.run-state.running').waitFor();
    await panel.locator('.run-facts', { hasText: 'of 100000' }).waitFor();
    const stop = panel.getByText('Stop', { exact: true });
    const epoch = async () =>
      Number((await panel.locator('.run-facts span').first().textContent()).match(/\d+/)[0]);
    await until(
      async () => (await stop.isVisible()) && (await epoch()) > from,
      'epochs are added, and Stop is offered',
    );
    await stop.click();
    await panel.locator('.run-state.stopped').first().waitFor();
    const later = Number((await resume.textContent()).match(/\d+/)[0]);
    assert.ok(later > from, `${later} epochs are kept after ${from}`);
  });

  it('has nothing to complain about', () => {
    assert.deepEqual(bench.complaints(), []);
  });
});
