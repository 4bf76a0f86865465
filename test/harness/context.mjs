/** What UI tests share: filled by ui.mjs (or look.mjs) before the tests are loaded. */
import path from 'node:path';
import { copySamples } from './paths.mjs';
import { openWorkbench } from './workbench.mjs';

let opened = 0;

export const ui = {
  browser: undefined,
  server: undefined,
  /** Folder of the extension under development; undefined when it is installed from a .vsix. */
  extension: undefined,
  dataDir: '',
  screenshots: '',

  /** Another server, such as one with restricted workspaces; whoever starts it stops it. */
  startServer: undefined,

  /** A window on a fresh copy of the samples, or on `workspace`. */
  async open({ workspace, server = ui.server, ...more } = {}) {
    const folder = workspace ?? copySamples(path.join(ui.dataDir, `workspace-${++opened}`));
    const bench = await openWorkbench({
      browser: ui.browser,
      port: server.port,
      extension: ui.extension,
      workspace: folder,
      ...more,
    });
    return { bench, page: bench.page, workspace: folder };
  },

  /** Writes a picture of the window to out/screenshots. */
  shot: (bench, name) => bench.screenshot(path.join(ui.screenshots, `${name}.png`)),
};
