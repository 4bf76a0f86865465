import assert from 'node:assert/strict';
import { ui } from '../harness/context.mjs';
import { colours, focusOn, judged, panelOf, tab, themes, train, until, violations } from './support.mjs';

describe('explaining a digit', () => {
  let bench;
  let page;
  let panel;

  before(async function () {
    this.timeout(180_000);
    ({ bench, page } = await ui.open({ width: 1440, height: 900 }));
    panel = await train(bench, 'digits.py');
    await bench.command('Notifications: Clear All Notifications');
  });

  after(() => page.close());

  afterEach(async function () {
    if (this.currentTest.state === 'failed') await ui.shot(bench, `failed ${this.currentTest.title}`);
  });

  it('shows the images of the test split with what the model says of them', async () => {
    await tab(panel, 'Data');
    await panel.locator('.sample').nth(20).waitFor();
    const label = await panel.locator('.sample').first().getAttribute('aria-label');
    assert.match(label, /Row \d+, target \d, predicted \d/);
    assert.ok((await colours(panel.locator('.sample canvas').first())) > 3, 'the thumbnail shows a picture');
    await ui.shot(bench, 'data');
  });

  it('shows a heatmap with its trust score when an image is clicked', async () => {
    await panel.locator('.sample').nth(3).click();
    await panel.locator('.explanation').waitFor();
    const badge = await judged(panel);
    assert.match(await badge.getAttribute('aria-label'), /^Trust: (Good|Fair|Poor), score [01]\.\d\d of 1$/);
    const heat = panel.locator('.pictures figure', { hasText: 'Attribution' }).locator('canvas');
    assert.ok((await colours(heat)) > 8, 'the heatmap has colours');
    assert.match(await panel.locator('.sentence').textContent(), /\w+.*\./s);
    await ui.shot(bench, 'explanation');
  });

  it('reads pixels by the arrow keys', async () => {
    await tab(panel, 'Explain');
    const picture = panel.locator('.pictures [tabindex="0"]').last();
    await focusOn(picture);
    await page.keyboard.press('ArrowRight');
    await panel.locator('.readout', { hasText: /attribution [+−-]?\d/ }).waitFor();
  });

  it('opens and folds the measures of trust', async () => {
    const badge = await judged(panel);
    const open = async () => (await badge.getAttribute('aria-expanded')) === 'true';
    if (!(await open())) await badge.click();
    assert.ok((await panel.locator('.measure').count()) >= 2, 'measures are listed');
    await ui.shot(bench, 'trust');
    await badge.click();
    assert.equal(await open(), false);
    await badge.click();
  });

  it('walks tabs and samples by keyboard alone', async () => {
    await focusOn(panel.getByRole('tab', { name: 'Explain', exact: true }));
    await page.keyboard.press('ArrowLeft');
    await panel.getByRole('tab', { name: 'Data', exact: true, selected: true }).waitFor();
    const first = panel.locator('.sample[tabindex="0"]');
    await focusOn(first);
    const before = await first.getAttribute('aria-label');
    await page.keyboard.press('ArrowRight');
    const focused = panel.locator('.sample:focus');
    await until(async () => (await focused.getAttribute('aria-label')) !== before, 'the focus moves on');
    const row = (await focused.getAttribute('aria-label')).match(/Row (\d+)/)[1];
    await page.keyboard.press('Enter');
    await panel.locator('.explanation h2', { hasText: `Row ${row}` }).waitFor();
    await judged(panel);
  });

  it('walks the graph by keyboard alone', async () => {
    await tab(panel, 'Architecture');
    await focusOn(panel.locator('.card[tabindex="0"]').first());
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await panel.locator('.card[aria-pressed="true"]').first().waitFor();
    await panel.locator('.details').waitFor();
  });

  it('keeps its state while it is hidden', async () => {
    await tab(panel, 'Explain');
    const sentence = await panel.locator('.sentence').textContent();
    const tabOfPanel = page.locator('.tab', { hasText: 'Vitrine: DigitsNet' });
    await tabOfPanel.click();
    // Opens in the panel's group, over the panel.
    await bench.openFile('iris.py');
    await tabOfPanel.click();
    panel = await panelOf(bench);
    assert.equal(await panel.locator('.sentence').textContent(), sentence);
  });

  it('comes back after the window is reloaded', async () => {
    const heading = await panel.locator('.explanation h2').textContent();
    await bench.reload();
    // VS Code writes down late which tab is in front; the panel's own tab is what must be there.
    await page.locator('.tab', { hasText: 'Vitrine: DigitsNet' }).click();
    panel = await panelOf(bench);
    assert.equal(await panel.locator('h1').textContent(), 'DigitsNet');
    await panel.getByRole('tab', { name: 'Explain', exact: true, selected: true }).waitFor();
    await panel.locator('.explanation h2', { hasText: heading }).waitFor();
    await ui.shot(bench, 'reloaded');
  });

  for (const [name, theme] of Object.entries(themes))
    it(`follows the theme and is accessible: ${theme}`, async () => {
      await bench.theme(theme);
      await panel.locator(`body.vscode-${name}`).waitFor();
      const found = [];
      for (const view of ['Architecture', 'Training', 'Data', 'Explain']) {
        await tab(panel, view);
        await panel.locator('#view:not([aria-busy="true"])').waitFor();
        await page.waitForTimeout(300);
        found.push(...(await violations(panel)).map(v => `${view}: ${v}`));
        await ui.shot(bench, `${name}-${view.toLowerCase()}`);
      }
      assert.deepEqual(found, []);
    });

  it('has nothing to complain about', () => {
    assert.deepEqual(bench.complaints(), []);
  });
});
