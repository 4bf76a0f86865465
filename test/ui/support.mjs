/** What the UI tests share: the panel's page, its tabs, what it printed, and axe-core's judgement of it. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The panel's page, once it shows something. */
export const panelOf = bench => bench.webview('#app .top');

/** Chooses a tab of the panel by its name: 'Architecture', 'Training', 'Data' or 'Explain'. */
export async function tab(panel, name) {
  await panel.getByRole('tab', { name, exact: true }).click();
  await panel.getByRole('tab', { name, exact: true, selected: true }).waitFor();
}

/** Waits until the run that the panel shows is over. */
export async function finished(panel, seconds = 90) {
  await panel.locator('.run-state.finished').waitFor({ timeout: seconds * 1000 });
}

/** Waits until the explanation that is shown is judged: the answer is shown before its trust. */
export async function judged(panel, seconds = 60) {
  const badge = panel.locator('.explanation .trust .badge[aria-label]').first();
  await badge.waitFor({ timeout: seconds * 1000 });
  return badge;
}

/** Gives the focus to an element and waits until the editor leaves it there, so that no key goes astray. */
export async function focusOn(locator) {
  for (let left = 20; left > 0; left--) {
    await locator.focus();
    const stays = () =>
      locator.evaluate(
        e =>
          new Promise(done =>
            requestAnimationFrame(() =>
              requestAnimationFrame(() => done(document.hasFocus() && document.activeElement === e)),
            ),
          ),
      );
    if ((await stays()) && (await stays())) return;
  }
  assert.fail('The element does not keep the focus.');
}

/** Waits until a probe gives something true. */
export async function until(probe, what, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    if (await probe()) return;
    if (Date.now() > end) assert.fail(`Not within ${seconds} s: ${what}`);
    await new Promise(done => setTimeout(done, 50));
  }
}

/** Trains what the active editor shows, by the palette, and gives the panel when the run is over. */
export async function train(bench, file) {
  await bench.openFile(file);
  await bench.command('Vitrine: Train Model');
  const panel = await panelOf(bench);
  await finished(panel);
  return panel;
}

/** What each kind of theme is called in VS Code's menu. */
export const themes = {
  dark: 'Dark Modern',
  'high-contrast': 'Dark High Contrast',
  'high-contrast-light': 'Light High Contrast',
  light: 'Light Modern',
};

/** What axe-core finds wrong in a page of ours in each theme; the last one stays. */
export async function violationsInThemes(bench, panel) {
  const found = [];
  for (const [name, theme] of Object.entries(themes)) {
    await bench.theme(theme);
    await panel.locator(`body.vscode-${name}`).waitFor();
    await bench.page.waitForTimeout(200);
    found.push(...(await violations(panel)).map(v => `${theme}: ${v}`));
  }
  return found;
}

async function frameOf(panel) {
  const page = await panel.locator('#app').elementHandle();
  const frame = await page.ownerFrame();
  assert.ok(frame, 'the panel is a frame of the page');
  return frame;
}

/**
 * What axe-core finds wrong in the panel, one line a finding: rule, impact and the elements. Evaluated by the
 * debugger, so that the page's policy needs no hole for it.
 */
export async function violations(panel) {
  return violationsOf(await frameOf(panel));
}

/** As `violations`, of a page or frame. */
export async function violationsOf(frame) {
  await frame.evaluate(axe);
  const { violations: found } = await frame.evaluate(() =>
    window.axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'] }),
  );
  return found
    .filter(v => ['serious', 'critical'].includes(v.impact))
    .map(
      v =>
        `${v.id} (${v.impact}): ${v.help}: ${v.nodes.map(n => `${n.target} ${n.failureSummary}`).join(' | ')}`,
    );
}

/** Rows of the tree in the sidebar, as text. */
export async function treeRows(page) {
  const rows = await page.locator('.pane-body .monaco-list-row').allInnerTexts();
  return rows.map(r => r.replace(/\s+/g, ' ').trim());
}

/** How many different colours a canvas shows: a blank one shows one. */
export function colours(canvas) {
  return canvas.evaluate(c => {
    const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
    const seen = new Set();
    for (let i = 0; i < data.length; i += 4)
      seen.add(`${data[i]},${data[i + 1]},${data[i + 2]},${data[i + 3]}`);
    return seen.size;
  });
}
