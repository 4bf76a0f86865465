import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ui } from '../harness/context.mjs';
import { focusOn, judged, panelOf, tab, train, treeRows, violations } from './support.mjs';

/** Of the window's panels, the page that shows this tab. */
async function pageShowing(bench, name) {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    for (const outer of await bench.page.locator('iframe.webview').all()) {
      const inner = outer.contentFrame().locator('iframe#active-frame').contentFrame();
      const chosen = inner.getByRole('tab', { name, exact: true, selected: true });
      if (await chosen.count().catch(() => 0)) return inner;
    }
    await bench.page.waitForTimeout(100);
  }
  throw new Error(`No page of the panel shows ${name}.`);
}

describe('the workbench', () => {
  let bench;
  let page;
  let panel;
  let workspace;
  const runRow = text => page.locator('.pane-body .monaco-list-row', { hasText: text });

  /** Chooses an entry of the context menu of a row of the sidebar. */
  async function choose(row, entry) {
    const menu = page.locator('.monaco-menu');
    await row.click({ button: 'right' });
    // A menu that has just opened takes no click: the one that opened it might still be on its way.
    for (let tries = 0; tries < 5; tries++) {
      await menu.locator('.action-label', { hasText: entry }).first().click();
      const closed = await menu.waitFor({ state: 'hidden', timeout: 1000 }).then(
        () => true,
        () => false,
      );
      if (closed) return;
    }
    assert.fail(`"${entry}" of the context menu could not be chosen`);
  }

  before(async function () {
    this.timeout(180_000);
    ({ bench, page, workspace } = await ui.open({ width: 1600, height: 1000 }));
    panel = await train(bench, 'tumor.py');
    await bench.command('Notifications: Clear All Notifications');
    await bench.sidebar('Vitrine');
  });

  after(() => page.close());

  afterEach(async function () {
    if (this.currentTest.state === 'failed') await ui.shot(bench, `failed ${this.currentTest.title}`);
  });

  it('selects in source and sidebar what is selected in the graph, and the other way round', async () => {
    await tab(panel, 'Architecture');
    const cards = panel.locator('.card.module');
    await cards.nth(1).click();
    const name = (await cards.nth(1).getAttribute('data-card')).replace('module:', '');
    const source = fs.readFileSync(path.join(workspace, 'breast-cancer/tumor.py'), 'utf8').split('\n');
    const line = name => 1 + source.findIndex(l => l.includes(`self.${name} =`));
    await page
      .locator(`.monaco-editor .line-numbers.active-line-number`, { hasText: `${line(name)}` })
      .waitFor();
    await page.locator('.pane-body .monaco-list-row.selected', { hasText: name }).first().waitFor();
    const other = (await cards.first().getAttribute('data-card')).replace('module:', '');
    await page
      .locator('.view-line', { hasText: `self.${other} =` })
      .first()
      .click();
    await panel.locator(`.card[data-card="module:${other}"][aria-pressed="true"]`).waitFor();
  });

  it('selects a layer everywhere, wherever it is selected', async () => {
    await tab(panel, 'Training');
    const source = fs.readFileSync(path.join(workspace, 'breast-cancer/tumor.py'), 'utf8').split('\n');
    const definition = layer => page.locator('.view-line', { hasText: `self.${layer} =` }).first();
    const treeRow = layer =>
      page.locator('.pane-body .monaco-list-row', { hasText: `${layer}Linear` }).first();
    const origins = {
      graph: layer => panel.locator(`.card[data-card="module:${layer}"]`).click(),
      chart: layer => panel.locator('.norms button', { hasText: `${layer}.weight` }).click(),
      histogram: layer => panel.locator('.ridge-head button', { hasText: `${layer}.weight` }).click(),
      source: layer => definition(layer).click(),
      sidebar: layer => treeRow(layer).click(),
    };
    const places = {
      graph: layer => panel.locator(`.card[data-card="module:${layer}"][aria-pressed="true"]`),
      chart: layer => panel.locator('.norms tr.on', { hasText: `${layer}.weight` }),
      histogram: layer => panel.locator('.ridge-head [aria-pressed="true"]', { hasText: `${layer}.weight` }),
      source: layer =>
        page.locator('.monaco-editor .line-numbers.active-line-number', {
          hasText: `${1 + source.findIndex(l => l.includes(`self.${layer} =`))}`,
        }),
      sidebar: layer => page.locator('.pane-body .monaco-list-row.selected', { hasText: layer }),
    };
    const layers = ['fc1', 'fc2', 'out'];
    let at = 0;
    for (const [from, choose] of Object.entries(origins)) {
      const layer = layers[at++ % layers.length];
      await choose(layer);
      for (const [to, shown] of Object.entries(places))
        await shown(layer)
          .first()
          .waitFor({ state: 'attached', timeout: 8000 })
          .catch(() => assert.fail(`${layer}, selected in the ${from}, is not selected in the ${to}`));
    }
  });

  it('finds a layer with the keyboard alone', async () => {
    await tab(panel, 'Architecture');
    await focusOn(panel.locator('.card[tabindex="0"]').first());
    await page.keyboard.press('Control+f');
    await panel.locator('.graph-find input').waitFor();
    await page.keyboard.type('linear');
    await panel.locator('.graph-find output', { hasText: /1 of \d/ }).waitFor();
    await page.keyboard.press('Enter');
    await panel.locator('.graph-find output', { hasText: /2 of \d/ }).waitFor();
    await page.keyboard.press('Escape');
    await panel.locator('.card:focus').waitFor();
  });

  it('colours the graph by what was asked for', async () => {
    for (const [by, text] of [
      ['flops', /FLOPs per sample/],
      ['zeros', /zero/],
    ]) {
      await panel.locator('.graph-legend select').selectOption(by);
      await panel.locator('.ramp', { hasText: text }).waitFor();
    }
    await ui.shot(bench, 'graph-sparsity');
    await panel.locator('.graph-legend select').selectOption('parameters');
  });

  it('changes the learning rate while it trains, pauses and goes on', async () => {
    const experiment = path.join(workspace, 'breast-cancer/tumor.vitrine.json');
    const text = fs.readFileSync(experiment, 'utf8');
    const longer = text.replace(/"epochs": \d+/, '"epochs": 20000').replace(/"lr": [\d.]+/, '"lr": 0.0123');
    assert.notEqual(longer, text);
    fs.writeFileSync(experiment, longer);
    await tab(panel, 'Training');
    await panel.getByText('Train again').click();
    await panel.locator('.run-state.running').waitFor();
    const rate = panel.locator('.rate-field input');
    await rate.fill('fast');
    await rate.press('Enter');
    await panel
      .getByRole('alert')
      .filter({ hasText: '“fast” is no learning rate: write a number above 0' })
      .waitFor();
    assert.deepEqual(await violations(panel), []);
    await rate.fill('0.0005');
    await rate.press('Enter');
    await panel.getByText(/learning rate is 0\.0005 from step/).waitFor();
    await panel.locator('.rate-wrong').waitFor({ state: 'hidden' });
    await panel.getByText('Pause', { exact: true }).click();
    await panel.locator('.run-state.paused').waitFor();
    await panel.getByText('Continue', { exact: true }).click();
    await panel.locator('.run-state.running').waitFor();
    await panel.getByText('Stop', { exact: true }).click();
    await panel.locator('.run-state.stopped').waitFor();
    fs.writeFileSync(experiment, text);
    await bench.command('Notifications: Clear All Notifications');
  });

  it('lays runs over each other and tells the settings in which they differ', async () => {
    const runs = panel.locator('.runs');
    await runs.getByText('Overlay the newest').click();
    await runs.locator('.run-swatch.on').nth(1).waitFor();
    assert.match(await runs.locator('thead').textContent(), /epochs|lr/);
    await panel.locator('.chart.wide .chart-legend li').nth(2).waitFor();
    await ui.shot(bench, 'runs-compared');
  });

  it('shows the samples behind a cell of the confusion matrix, and explains one', async () => {
    await panel.getByText('Find mistakes').click();
    const cell = panel.locator('.confusion .cell').first();
    await cell.click();
    await panel.locator('.picked tbody tr').first().waitFor();
    await panel.locator('.spreads canvas').first().waitFor();
    assert.deepEqual(await violations(panel), []);
    await ui.shot(bench, 'mistakes');
    await panel.locator('.picked tbody button').first().click();
    await judged(panel);
  });

  it('opens a view to the side and shares the selection', async () => {
    await tab(panel, 'Training');
    await tab(panel, 'Architecture');
    await bench.command('Vitrine: Open View to the Side');
    // First the page that has turned to another view, for until then both show the same.
    const left = await pageShowing(bench, 'Training');
    const side = await pageShowing(bench, 'Architecture');
    await side.locator('.card.module').first().click();
    const id = await side.locator('.card.module').first().getAttribute('data-card');
    await left.locator(`.card[data-card="${id}"][aria-pressed="true"]`).waitFor({ state: 'attached' });
    await ui.shot(bench, 'side-by-side');
    await page.locator('.tab', { hasText: '· Architecture' }).locator('.codicon-close').click();
    panel = await panelOf(bench);
  });

  it('names a run, and deletes it only when that is confirmed', async () => {
    const row = runRow(/TumorNet · tumor/).last();
    await choose(row, 'Rename Run');
    await bench.box.fill('baseline');
    await page.keyboard.press('Enter');
    await runRow('baseline').first().waitFor();
    const folders = () => fs.readdirSync(path.join(workspace, 'breast-cancer/.vitrine/runs')).length;
    const before = folders();
    const dialog = page.locator('.monaco-dialog-box');
    await choose(runRow('baseline').first(), 'Delete Run');
    await dialog.locator('.monaco-button', { hasText: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(folders(), before);
    await choose(runRow('baseline').first(), 'Delete Run');
    await dialog.locator('.monaco-button', { hasText: 'Delete' }).click();
    await runRow('baseline').first().waitFor({ state: 'detached' });
    const gone = Date.now() + 5000;
    while (folders() === before && Date.now() < gone) await page.waitForTimeout(50);
    assert.equal(folders(), before - 1);
  });

  it('lists models with their size and whether they are trained', async () => {
    const rows = await treeRows(page);
    assert.ok(
      rows.some(r => /TumorNet.*parameters.*accuracy/.test(r)),
      rows.join(' / '),
    );
  });

  it('fits a small laptop', async () => {
    await page.setViewportSize({ width: 1280, height: 720 });
    for (const view of ['Architecture', 'Training', 'Data', 'Explain']) {
      await tab(panel, view);
      await page.waitForTimeout(200);
      await ui.shot(bench, `small-${view.toLowerCase()}`);
      const wider = await panel
        .locator('body')
        .evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wider <= 0, `${view} is ${wider} px too wide`);
    }
  });

  it('has nothing to complain about', () => {
    assert.deepEqual(bench.complaints(), []);
  });
});
