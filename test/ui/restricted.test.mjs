import assert from 'node:assert/strict';
import fs from 'node:fs';
import { ui } from '../harness/context.mjs';
import { panelOf, violations } from './support.mjs';

/** A folder that nobody trusts yet: what works, what says why not, and that trust brings the rest. */
describe('a restricted workspace', () => {
  let server;
  let bench;
  let page;

  before(async function () {
    this.timeout(180_000);
    server = await ui.startServer({ trust: true });
    ({ bench, page } = await ui.open({ server }));
    await page.locator('.monaco-dialog-box .monaco-button', { hasText: "No, I don't" }).first().click();
    await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
  });

  after(async () => {
    await page?.close();
    await server?.stop();
    if (server) fs.rmSync(server.dataDir, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest.state === 'failed') await ui.shot(bench, `failed ${this.currentTest.title}`);
  });

  it('lists models by their syntax, and says in each view what is off', async () => {
    await bench.openFile('tumor.py');
    await bench.sidebar('Vitrine');
    await page.locator('.pane-body .monaco-list-row', { hasText: 'TumorNet' }).first().waitFor();
    for (const text of ['Training is off', 'Explanations are off'])
      await page.locator('.welcome-view', { hasText: text }).first().waitFor();
    assert.equal(await page.locator('.view-line', { hasText: /self\.out\(x\).*2\]/ }).count(), 0);
    await ui.shot(bench, 'restricted');
  });

  it('says why it does not train, with the way to trust', async () => {
    await page.locator('.codelens-decoration a', { hasText: 'Train' }).first().click();
    const told = page.locator('.notification-toast', { hasText: 'Training is off' });
    await told.waitFor();
    await told.locator('.monaco-button', { hasText: 'Manage Workspace Trust' }).waitFor();
    await bench.command('Notifications: Clear All Notifications');
  });

  it('says in the panel why there is no graph', async () => {
    await page.locator('.codelens-decoration a', { hasText: 'Graph' }).first().click();
    const panel = await panelOf(bench);
    await panel.locator('.banner.restricted', { hasText: 'Python is only evaluated' }).waitFor();
    assert.deepEqual(await violations(panel), []);
    await ui.shot(bench, 'restricted-panel');
  });

  it('shows what was refused once the folder is trusted', async () => {
    const panel = await panelOf(bench);
    await panel.locator('.banner.restricted button.link').click();
    await page.locator('.workspace-trust-editor .monaco-button', { hasText: 'Trust' }).first().click();
    await page.locator('.tab', { hasText: 'Vitrine' }).first().click();
    await (await panelOf(bench)).locator('.card', { hasText: 'fc1' }).first().waitFor();
    await page.locator('.pane-body .monaco-list-row', { hasText: '650 parameters' }).first().waitFor();
  });

  it('has nothing to complain about', () => {
    assert.deepEqual(bench.complaints(), []);
  });
});
