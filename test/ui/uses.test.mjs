/** The uses that are more than rows and classes: an episode to watch, values of one's own, pictures as training sees them. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ui } from '../harness/context.mjs';
import { colours, tab, train, violations } from './support.mjs';

describe('uses beyond rows and classes', () => {
  let bench;
  let page;
  let workspace;

  before(async () => {
    ({ bench, page, workspace } = await ui.open());
  });

  after(() => page.close());

  afterEach(async function () {
    if (this.currentTest.state === 'failed') await ui.shot(bench, `failed ${this.currentTest.title}`);
  });

  it('plays an episode of a grid world, by the mouse and by the keyboard', async () => {
    const file = path.join(workspace, 'grid-world/walk.vitrine.json');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"epochs": 60', '"epochs": 3'));
    const panel = await train(bench, 'walker.py');
    await tab(panel, 'Explain');
    await panel.locator('#method-menu').selectOption('?episode');
    const world = panel.locator('vitrine-episode canvas.world');
    await world.waitFor();
    assert.ok((await colours(world)) > 3, 'the world is drawn');
    const slider = panel.locator('vitrine-episode input[type=range]');
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await panel.locator('.episode-said', { hasText: /^Step 1 of/ }).waitFor();
    await panel.locator('vitrine-episode .sound-play').click();
    await panel.locator('.episode-said', { hasText: /^Step [2-9]/ }).waitFor();
    await ui.shot(bench, 'episode');
    assert.deepEqual(await violations(panel), []);
  });

  it('predicts what is typed, with probabilities and reasons', async () => {
    const panel = await train(bench, 'iris.py');
    await tab(panel, 'Data');
    await panel.locator('.sample-table tr').nth(2).waitFor();
    await tab(panel, 'Explain');
    await panel.locator('#method-menu').selectOption('?typed');
    await panel.locator('.typed-fields input').first().fill('6.9');
    await panel.locator('.typed vscode-button').first().click();
    const row = panel.locator('.typed-row');
    await row.waitFor();
    assert.match(await row.innerText(), /%[\s\S]*Trust in this explanation/);
    await ui.shot(bench, 'typed');
    assert.deepEqual(await violations(panel), []);
  });
});
