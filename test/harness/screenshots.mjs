/**
 * npm run screenshots: makes the README's pictures in media/pictures/ from the running extension. A picture shows
 * what the gestures below led to, nothing else.
 */
import fs from 'node:fs';
import path from 'node:path';
import { startBrowser } from './browser.mjs';
import { ui } from './context.mjs';
import { log } from './log.mjs';
import { root, temporary } from './paths.mjs';
import { startServer, stillSettings } from './server.mjs';

const pictures = path.join(root, 'media/pictures');
/** Drawn at twice the size, so that they stay sharp on dense screens. */
const size = { width: 1360, height: 820, scale: 2 };

const settings = {
  ...stillSettings,
  'workbench.colorTheme': 'Default Dark Modern',
  'editor.minimap.enabled': false,
  'workbench.layoutControl.enabled': false,
  'workbench.editor.editorActionsLocation': 'hidden',
  'breadcrumbs.enabled': false,
};

ui.extension = root;
ui.dataDir = temporary('pictures');
fs.mkdirSync(pictures, { recursive: true });
try {
  ui.browser = await startBrowser();
  ui.server = await startServer({ dataDir: ui.dataDir, userSettings: settings });
  const { bench, page } = await ui.open(size);
  const shot = async (name, options) => {
    const file = path.join(pictures, `${name}.png`);
    await page.screenshot({ path: file, ...options });
    log(path.relative(root, file));
  };
  const quiet = () => bench.command('Notifications: Clear All Notifications');
  const tab = async (panel, name) => {
    await panel.getByRole('tab', { name, exact: true }).click();
    await panel.getByRole('tab', { name, exact: true, selected: true }).waitFor();
  };

  await bench.openFile('digits.py');
  await page.locator('.codelens-decoration', { hasText: 'parameters' }).first().waitFor();
  await bench.command('View: Toggle Primary Side Bar Visibility');
  await bench.command('Vitrine: Train Model');
  const panel = await bench.webview('#app .top');
  await panel.locator('.run-state.finished').waitFor();
  await quiet();
  await shot('training');

  // Taller, so that the measures of trust and the details of a layer are in the picture.
  await page.setViewportSize({ width: size.width, height: 1080 });
  await tab(panel, 'Data');
  await panel.locator('.sample').nth(8).waitFor();
  await panel.locator('.sample').nth(8).click();
  await panel.locator('.explanation .badge').first().waitFor();
  await tab(panel, 'Explain');
  await panel.locator('.pictures canvas').first().waitFor();
  await shot('explanation');

  await tab(panel, 'Architecture');
  await panel.locator('.card[aria-label^="conv2"]').click();
  await panel.locator('.details').waitFor();
  await shot('architecture');

  await tab(panel, 'Explain');
  const choose = async name => {
    const item = panel.locator('.methods .method', { hasText: name });
    if (await item.isVisible()) await item.click();
    else await panel.locator('#method-menu').selectOption({ label: name });
  };
  await choose('How it came about');
  await panel.locator('.filmstrip vscode-button').click();
  await panel.locator('.frames li').nth(4).waitFor();
  await page.setViewportSize({ width: size.width, height: 900 });
  await shot('filmstrip');

  // A table, as a clinician has one: what if, what would change it, whom it treats differently.
  await page.setViewportSize({ width: size.width, height: 940 });
  await bench.command('View: Close All Editors');
  await bench.openFile('tumor.py');
  await bench.command('Vitrine: Train Model');
  const table = await bench.webview('#app .top');
  await table.locator('.run-state.finished').waitFor();
  await quiet();
  const tableTab = name => tab(table, name);
  await tableTab('Data');
  await table.locator('table tbody tr').nth(3).click();
  await table.locator('.explanation .sentence').first().waitFor();
  await tableTab('Explain');
  await bench.command('View: Maximize Editor Group');
  const question = async name => {
    const item = table.locator('.methods .method', { hasText: name });
    if (await item.isVisible()) await item.click();
    else await table.locator('#method-menu').selectOption({ label: name });
  };
  await question('What if…');
  await table.locator('.cells .bar').first().waitFor();
  await table.locator('.cells input[type=range]').first().focus();
  await page.keyboard.press('Home');
  await table.locator('tr.changed').waitFor();
  await table.locator('.what-if-verdict', { hasText: '1 value changed' }).waitFor();
  await page.waitForTimeout(1500);
  await shot('what-if');
  await tableTab('Data');
  await table.getByRole('button', { name: 'Overview', exact: true }).click();
  await page.waitForTimeout(3000);
  await shot('data');

  // People in groups.
  await bench.command('View: Close All Editors');
  await bench.openFile('triage.py');
  await bench.command('Vitrine: Train Model');
  const people = await bench.webview('#app .top');
  await people.locator('.run-state.finished').waitFor();
  await quiet();
  await tab(people, 'Data');
  await people.getByRole('button', { name: 'Samples', exact: true }).click();
  await people.locator('table tbody tr').nth(3).click();
  await people.locator('.explanation .sentence').first().waitFor();
  await tab(people, 'Explain');
  await bench.command('View: Maximize Editor Group');
  await people.locator('.methods .method', { hasText: 'Fairness by group' }).click();
  await people.locator('.chip', { hasText: 'sex' }).click();
  await people.locator('.fairness select').nth(1).selectOption('demographic_parity');
  await people.locator('.fairness vscode-button').click();
  await people.locator('.mitigation').waitFor();
  await shot('fairness');

  await bench.command('View: Close All Editors');
  await page.setViewportSize({ width: size.width, height: 820 });
  await bench.openFile('digits.py');
  await bench.hover('Conv2d', /Parameters/);
  await shot('hover', { clip: { x: 0, y: 0, width: 960, height: 560 } });
} finally {
  await ui.browser?.close();
  await ui.server?.stop();
  fs.rmSync(ui.dataDir, { recursive: true, force: true });
}
