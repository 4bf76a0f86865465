/** The gestures of a person in front of VS Code. Each waits for what it needs; none sleeps for a guessed time. */
import fs from 'node:fs';
import path from 'node:path';
import { host } from './server.mjs';

const mod = process.platform === 'darwin' ? 'Meta' : 'Control';
export const remote = (port, file) =>
  `vscode-remote://${host}:${port}${path.resolve(file).replaceAll('\\', '/')}`;

/** The address that opens a workspace with an extension under development in it. */
export function address({ port, workspace, extension, tests, open }) {
  const payload = [
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  if (extension) payload.push(['extensionDevelopmentPath', remote(port, extension)]);
  if (tests) payload.push(['extensionTestsPath', remote(port, tests)]);
  if (open) payload.push(['openFile', remote(port, path.resolve(workspace, open))]);
  const query = new URLSearchParams({ folder: path.resolve(workspace), payload: JSON.stringify(payload) });
  return `http://${host}:${port}/?${query}`;
}

/** Opens VS Code in a new page. `console` collects what all frames of the page print. */
export async function openWorkbench({
  browser,
  width = 1280,
  height = 800,
  scale = 1,
  timeout = 20_000,
  bindings = {},
  language,
  ...where
}) {
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: scale });
  page.setDefaultTimeout(timeout);
  const messages = [];
  page.on('console', m => messages.push({ type: m.type(), text: m.text(), url: m.location().url }));
  page.on('pageerror', e => messages.push({ type: 'pageerror', text: String(e.stack ?? e), url: '' }));
  // As the editor's own language setting does; its own texts stay English without a language pack.
  if (language)
    await page.addInitScript(l => {
      Object.defineProperty(globalThis, '_VSCODE_NLS_LANGUAGE', { get: () => l, set: () => {} });
    }, language);
  for (const [name, f] of Object.entries(bindings)) await page.exposeFunction(name, f);
  await page.goto(address(where), { waitUntil: 'commit' });
  const bench = new Workbench(page, messages);
  await bench.ready();
  return bench;
}

/** VS Code's own code and files, which here lack what only its official builds have. */
const ofVSCode = [
  /\/code\/browser\/workbench\//,
  /\/webview\/browser\/pre\//,
  /\/_static\//,
  /\/vsda\//,
  /\/update\/check/,
];
const saidByVSCode = [/open-vsx\.org/, /when fetching the script/, /can escape its sandboxing/];
const aboutVitrine = /vitrine\.vitrine|Content.Security.Policy|Refused to/i;

export class Workbench {
  constructor(page, messages) {
    this.page = page;
    this.messages = messages;
    this.box = page.locator('.quick-input-widget input[type=text]');
    this.rows = page.locator('.quick-input-widget .monaco-list-row');
  }

  async ready() {
    await this.page.waitForSelector('.monaco-workbench .part.statusbar', { state: 'attached' });
  }

  /** Reloads the window and waits until the workbench is there again. */
  async reload() {
    await this.page.reload({ waitUntil: 'commit' });
    await this.ready();
  }

  /** Runs a command by its palette title, for example 'Vitrine: Train Model'. */
  async command(title) {
    const row = this.rows.filter({ hasText: title }).first();
    // A contributed command is listed once its extension is registered and enabled, and the palette closes when
    // something else takes the focus: ask again until it is there.
    for (let left = 15; ; left--) {
      try {
        await this.page.keyboard.press('F1');
        await this.box.waitFor({ state: 'visible', timeout: 2000 });
        await this.box.fill(`>${title}`);
        await row.waitFor({ state: 'visible', timeout: 2000 });
        return await row.click({ timeout: 2000 });
      } catch (e) {
        if (left === 0) throw new Error(`The palette does not offer "${title}".`, { cause: e });
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Chooses a colour theme by the name in its menu, for example 'Dark Modern'. */
  async theme(name) {
    await this.command('Preferences: Color Theme');
    await this.box.fill(name);
    await this.rows
      .filter({ has: this.page.getByText(name, { exact: true }) })
      .first()
      .click();
  }

  /** Chooses the row with this text in the quick pick that is open or about to open. */
  async pick(text) {
    await this.rows.filter({ hasText: text }).first().click();
  }

  /** Opens a file of the workspace by its name, or by "folder/name" where names repeat. */
  async openFile(name) {
    const base = name.split('/').pop();
    const row = this.rows.filter({ hasText: base }).first();
    // It closes when something else takes the focus, such as a webview that was clicked just before: ask again.
    for (let left = 8; ; left--) {
      try {
        await this.page.keyboard.press(`${mod}+P`);
        await this.box.waitFor({ state: 'visible', timeout: 2000 });
        await this.box.fill(name);
        await row.click({ timeout: 4000 });
        break;
      } catch (e) {
        if (left === 0) throw new Error(`No file "${name}" is offered.`, { cause: e });
        await this.page.keyboard.press('Escape');
      }
    }
    await this.page.locator('.tab.active', { hasText: base }).waitFor();
  }

  /** Opens the view container with this title from the activity bar. */
  async sidebar(title) {
    const item = this.page.locator(`.activitybar .action-item:has(.action-label[aria-label^="${title}"])`);
    await item.waitFor();
    if (!(await item.evaluate(e => e.classList.contains('checked')))) await item.click();
  }

  /**
   * The document in the webview that shows `selector`: page > iframe.webview > iframe#active-frame. VS Code lays
   * webviews over the editor area, so they can be told apart only by what they contain.
   */
  async webview(selector, timeout = 60_000) {
    const end = Date.now() + timeout;
    for (;;) {
      for (const outer of await this.page.locator('iframe.webview').all()) {
        const inner = outer.contentFrame().locator('iframe#active-frame').contentFrame();
        if (
          await inner
            .locator(selector)
            .count()
            .catch(() => 0)
        )
          return inner;
      }
      if (Date.now() > end) throw new Error(`No webview shows "${selector}".`);
      await this.page.waitForTimeout(100);
    }
  }

  /** Rests the mouse on the first `word` in the active editor and gives the hover's text once it has `expected`. */
  async hover(word, expected = /\S/) {
    const token = this.page
      .locator('.editor-instance .view-line span:not(:has(span))', { hasText: word })
      .first();
    await token.waitFor();
    const hover = this.page.locator('.monaco-hover:not(.hidden) .hover-contents');
    let text = '';
    for (let left = 20; left > 0; left--) {
      const box = await token.boundingBox();
      // Lines move when CodeLens comes in.
      if (!box) continue;
      await this.page.mouse.move(box.x + box.width / 2 + (left % 2), box.y + box.height / 2);
      await hover
        .first()
        .waitFor({ state: 'visible', timeout: 2000 })
        .catch(() => {});
      text = (await hover.allInnerTexts()).join('\n');
      if (!/^Loading/.test(text) && expected.test(text)) return text;
      await this.page.mouse.move(5, 5);
    }
    throw new Error(`The hover on "${word}" says "${text}", not ${expected}.`);
  }

  /** Texts of the notifications that are on the screen. */
  async notifications() {
    return this.page.locator('.notification-toast .notification-list-item-message').allInnerTexts();
  }

  /** Errors, warnings and refusals by a policy that any frame of the window printed, but for VS Code's own. */
  complaints() {
    return this.messages
      .filter(m => ['error', 'warning', 'pageerror'].includes(m.type))
      .filter(m => !saidByVSCode.some(p => p.test(m.text) || p.test(m.url)))
      .filter(m => aboutVitrine.test(m.text) || !ofVSCode.some(p => p.test(m.url)))
      .map(m => `${m.type}: ${m.text} (${m.url})`);
  }

  /** Writes a picture of the whole window. */
  async screenshot(file) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file });
    return file;
  }
}
