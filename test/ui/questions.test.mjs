import assert from 'node:assert/strict';
import { ui } from '../harness/context.mjs';
import { focusOn, tab, train, until, violations } from './support.mjs';

/** "−1.25", with the sign that is set, as a number. */
const number = text => Number(text.trim().replace('−', '-'));

/** The questions beyond "why", asked of a table as a clinician would. */
describe('asking more than why', () => {
  let bench;
  let page;
  let panel;

  before(async function () {
    this.timeout(180_000);
    ({ bench, page } = await ui.open({ width: 1440, height: 900 }));
    panel = await train(bench, 'tumor.py');
    await bench.command('Notifications: Clear All Notifications');
    await tab(panel, 'Data');
    await panel.locator('table tbody tr').nth(3).click();
    await panel.locator('.explanation .sentence').first().waitFor();
    await tab(panel, 'Explain');
  });

  after(() => page.close());

  afterEach(async function () {
    if (this.currentTest.state === 'failed') await ui.shot(bench, `failed ${this.currentTest.title}`);
  });

  /** From the list where there is room for it, else from the menu. */
  async function choose(name) {
    const item = panel.locator('.methods .method', { hasText: name });
    if (await item.isVisible()) await item.click();
    else await panel.locator('#method-menu').selectOption({ label: name });
    await panel.locator('.inquiry h2', { hasText: name }).waitFor();
  }

  it('draws contributions as bars, waterfall and forces, which tell the same sum', async () => {
    const shape = name => panel.locator('.bar-shapes button', { hasText: name });
    const rows = panel.locator('.contributions tbody tr');
    assert.equal(await shape('Bars').getAttribute('aria-pressed'), 'true');
    const strongest = await rows.first().locator('th').textContent();
    await focusOn(shape('Waterfall'));
    await page.keyboard.press('Enter');
    await panel.locator('.contributions th', { hasText: 'added up' }).waitFor();
    assert.equal(await rows.first().locator('th').textContent(), strongest, 'the strongest comes first');
    assert.match(await rows.last().locator('th').textContent(), /^\d+ others$/);
    const sum = number(await rows.last().locator('td').last().textContent());
    assert.deepEqual(await violations(panel), []);
    await ui.shot(bench, 'waterfall');
    await shape('Force').click();
    const strip = panel.locator('.force');
    await strip.waitFor();
    assert.equal(await rows.count(), 0);
    const [pro, contra] = (await strip.getAttribute('aria-label')).match(/[+−-]\d[\d.]*(?= in all)/g);
    // Of each, three digits are shown.
    assert.ok(
      Math.abs(number(pro) + number(contra) - sum) <= 0.01 * number(pro),
      `${pro} and ${contra} meet at ${sum}`,
    );
    assert.deepEqual(await violations(panel), []);
    await ui.shot(bench, 'force');
    await shape('Bars').click();
    await rows.first().waitFor();
  });

  it('copies an explanation as a picture', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await panel.getByRole('button', { name: 'Copy as picture' }).click();
    await panel.locator('.copy [role=status]', { hasText: 'Copied' }).waitFor({ state: 'attached' });
    const [width, height, marks] = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      const picture = await createImageBitmap(await item.getType('image/png'));
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      const c = canvas.getContext('2d');
      c.drawImage(picture, 0, 0);
      const { data } = c.getImageData(0, 0, picture.width, picture.height);
      return [picture.width, picture.height, data.filter((v, i) => i % 4 === 0 && v < 128).length];
    });
    assert.ok(width > 400 && height > 200 && marks > 500, `${width} × ${height}, ${marks} dark pixels`);
  });

  it('changes a value by keyboard; prediction and reasons follow, with their trust', async () => {
    await choose('What if…');
    const verdict = panel.locator('.what-if-verdict');
    await verdict.waitFor();
    await panel.locator('.cells .bar').first().waitFor();
    const row = panel.locator('.cells tbody tr').first();
    const before = await row.locator('td').last().textContent();
    await focusOn(row.locator('input[type=range]'));
    await page.keyboard.press('Home');
    await panel.locator('.what-if-verdict', { hasText: '1 value changed' }).waitFor();
    await panel.locator('tr.changed').waitFor();
    const reason = row.locator('td').last();
    await until(async () => (await reason.textContent()) !== before, 'the reason follows the value');
    assert.match(await panel.locator('.trust .badge[aria-label]').getAttribute('aria-label'), /^Trust: /);
    assert.deepEqual(await violations(panel), []);
    await ui.shot(bench, 'what-if');
    await panel.getByRole('button', { name: 'Reset' }).click();
    await panel.locator('.what-if-verdict', { hasText: '0 values changed' }).waitFor();
  });

  it('searches what would change the answer, and tries it', async () => {
    await choose('What would change it');
    await panel.locator('.constraints summary').click();
    const constraint = panel.locator('.constraint-list select').first();
    const fixed = await panel.locator('.constraint-list label span').first().textContent();
    await constraint.selectOption('fixed');
    await panel.locator('.counterfactual vscode-button').click();
    await panel.locator('table.options').waitFor({ timeout: 60_000 });
    const changed = await panel.locator('table.options tbody th').allTextContents();
    assert.ok(changed.length > 0);
    assert.ok(!changed.includes(fixed), `${fixed} stays as it is`);
    assert.deepEqual(await violations(panel), []);
    await ui.shot(bench, 'counterfactual');
    await panel.locator('table.options button', { hasText: 'Try it' }).first().click();
    await panel.locator('.what-if-verdict.flipped').waitFor();
  });

  it('finds a rule that holds it', async () => {
    await choose('What holds it');
    await panel.locator('.anchor vscode-button').click();
    await panel.locator('.rule .condition').first().waitFor({ timeout: 60_000 });
    assert.match(await panel.locator('.meters').textContent(), /Precision\s*\d+.*%/s);
    assert.deepEqual(await violations(panel), []);
    await ui.shot(bench, 'anchor');
  });

  it('shows how the answer came about over the training', async () => {
    await choose('How it came about');
    await panel.locator('.filmstrip vscode-button').click();
    await panel.locator('.frames li').nth(4).waitFor({ timeout: 60_000 });
    assert.match(await panel.locator('.frames li').first().textContent(), /untrained/);
    await panel.locator('.heat-table tbody tr').first().waitFor();
    assert.deepEqual(await violations(panel), []);
    await ui.shot(bench, 'filmstrip');
  });

  it('explains the prediction by several methods side by side', async () => {
    await choose('Methods side by side');
    const chosen = panel.locator('.beside-methods .chip[aria-pressed=true]');
    const count = await chosen.count();
    assert.ok(count >= 3, `${count} methods are chosen`);
    await chosen.last().click();
    await panel.locator('.beside-methods vscode-button').click();
    await panel
      .locator('.frames li')
      .nth(count - 2)
      .waitFor({ timeout: 60_000 });
    await panel.locator('.inquiry-progress').waitFor({ state: 'detached', timeout: 60_000 });
    assert.equal(await panel.locator('.frames li').count(), count - 1);
    assert.equal(await panel.locator('.heat-table thead th').count(), count);
    await panel.locator('.heat-table tbody tr').first().waitFor();
    assert.deepEqual(await violations(panel), []);
    await ui.shot(bench, 'methods-beside');
  });

  it('compares groups with intervals and shows what closing the gap costs', async () => {
    await choose('Fairness by group');
    await panel.locator('.chip').first().click();
    await panel.locator('.fairness select').nth(1).selectOption('demographic_parity');
    await panel.locator('.fairness vscode-button').click();
    await panel.locator('.disaggregated').waitFor({ timeout: 60_000 });
    assert.ok((await panel.locator('.disaggregated tbody tr').count()) >= 3);
    await panel.locator('.mitigation').waitFor();
    assert.deepEqual(await violations(panel), []);
    await ui.shot(bench, 'fairness');
  });

  it('shows how easily the model is misled', async () => {
    await choose('How easily misled');
    await panel.locator('.robustness vscode-button').first().click();
    await panel.locator('.robustness table').waitFor({ timeout: 60_000 });
    const shares = await panel.locator('.robustness tbody tr td:nth-child(2)').allTextContents();
    assert.ok(Number.parseFloat(shares.at(-1)) < Number.parseFloat(shares[0]), shares.join());
    assert.deepEqual(await violations(panel), []);
    await ui.shot(bench, 'robustness');
  });
});
