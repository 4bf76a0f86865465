/** The uses that are more than rows and classes: an episode to watch, values of one's own, pictures as training sees them. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ui } from '../harness/context.mjs';
import { copySamples, copyTrained } from '../harness/paths.mjs';
import { colours, focusOn, panelOf, tab, train, violations } from './support.mjs';

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
    await focusOn(slider);
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

describe('samples that come trained', () => {
  let bench;
  let page;

  before(async () => {
    const workspace = copyTrained(copySamples(path.join(ui.dataDir, 'trained samples')));
    ({ bench, page } = await ui.open({ workspace, width: 1440, height: 900 }));
  });

  after(() => page.close());

  afterEach(async function () {
    if (this.currentTest.state === 'failed') await ui.shot(bench, `failed ${this.currentTest.title}`);
  });

  /** The panel with the run that came with the model of a file. */
  async function show(file, name) {
    await bench.openFile(file);
    await page.locator('.codelens-decoration', { hasText: 'parameters' }).first().waitFor();
    await bench.command('Vitrine: Show Architecture');
    const panel = await panelOf(bench);
    await panel.locator('h1', { hasText: name }).waitFor();
    await panel.locator('.run-state.finished').waitFor();
    return panel;
  }

  it('shows the loss at each step, and an episode beside it', async () => {
    const panel = await show('walker.py', 'Walker');
    await tab(panel, 'Training');
    await panel.locator('.chart.wide .chart-legend', { hasText: 'train, smoothed' }).waitFor();
    const link = panel.locator('.watching .link').first();
    await focusOn(link);
    await page.keyboard.press('Enter');
    const world = panel.locator('.watching canvas.world');
    await world.waitFor();
    assert.ok((await colours(world)) > 3, 'the world is drawn');
    await ui.shot(bench, 'training-episode');
    assert.deepEqual(await violations(panel), []);
    await link.click();
    await world.waitFor({ state: 'detached' });
  });

  it('draws boxes over the pictures, and frames of videos', async () => {
    let panel = await show('detector.py', 'Detector');
    await tab(panel, 'Data');
    await panel.locator('.boxed rect.box-found').first().waitFor({ state: 'attached' });
    assert.ok((await panel.locator('.boxed rect.box-true').count()) > 0, 'boxes that are there');
    await ui.shot(bench, 'boxes');
    panel = await show('motion.py', 'MotionNet');
    await tab(panel, 'Data');
    const film = panel.locator('vitrine-frames canvas').first();
    await film.waitFor();
    assert.ok((await colours(film)) > 3, 'a frame is drawn');
    await ui.shot(bench, 'videos');
  });

  it('plays the frames of an explained video with their heat, and shows the one that is chosen', async () => {
    const panel = await show('motion.py', 'MotionNet');
    await tab(panel, 'Data');
    await panel.locator('.sample').first().click();
    const film = panel.locator('vitrine-film');
    await film.locator('.film-frame').nth(2).waitFor();
    const frames = await film.locator('.film-frame').count();
    await film.locator('.film-frame').nth(1).click();
    await film.locator('output', { hasText: `2 of ${frames}` }).waitFor();
    const slider = film.locator('input[type=range]');
    await focusOn(slider);
    await page.keyboard.press('ArrowRight');
    await film.locator('output', { hasText: `3 of ${frames}` }).waitFor();
    const clipped = await film.locator('output').evaluate(o => o.scrollWidth > o.clientWidth + 1);
    assert.equal(clipped, false, 'the number of the frame is shown whole');
    await film.locator('.sound-play').click();
    await film.locator('output', { hasText: `4 of ${frames}` }).waitFor();
    await film.locator('.sound-play', { hasText: '■' }).click();
    await film.locator('.sound-play', { hasText: '▶' }).waitFor();
    const still = await film.locator('output').textContent();
    await page.waitForTimeout(400);
    assert.equal(await film.locator('output').textContent(), still, 'it stands still when it is stopped');
    await ui.shot(bench, 'film');
  });

  it('predicts the rows of a file that is dropped', async () => {
    const panel = await show('iris.py', 'IrisNet');
    await tab(panel, 'Data');
    await panel.locator('.sample-table tr').nth(2).waitFor();
    await tab(panel, 'Explain');
    await panel.locator('#method-menu').selectOption('?typed');
    await panel.locator('.typed vscode-checkbox').click();
    await panel.locator('.typed').evaluate(place => {
      const text =
        'sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n6.9,3.1,5.4,2.1\n5.1,oops,1.4,0.2\n';
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], 'flowers.csv'));
      place.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    });
    await panel.locator('.typed-result h3', { hasText: 'flowers.csv' }).waitFor();
    const said = await panel.locator('.typed-result').innerText();
    assert.match(said, /setosa[\s\S]*virginica/);
    assert.match(await panel.locator('.typed-result .inquiry-error').innerText(), /oops/);
    assert.doesNotMatch(said, /Trust in this explanation/, 'it was not asked why');
    await ui.shot(bench, 'dropped-file');
  });
});
