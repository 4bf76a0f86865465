/** Models of the workspace: files, their classes, and below a class its layers. Looked for when the view is opened. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { Model, ModuleInfo } from '../../model/graph';
import { metricWord } from '../../names/metrics';
import { commands, items, views } from '../ids';
import type { Rooms } from '../rooms';
import { headline } from '../runs/record';
import { isTrained } from '../runs/store';
import { parameterCount } from '../text/facts';
import { count, number, percent, shapeText } from '../text/format';
import { samePath, sourceOf } from '../text/places';
import { classPlaces, looksLikeModelFile } from '../text/python';

const { l10n } = vscode;

const MAX_FILES = 2000;
const MAX_BYTES = 1_000_000;

/** What commands get from an item of this view. */
export interface ModelItem {
  kind: 'class';
  uri: vscode.Uri;
  name: string;
  /** From 0. */
  line: number;
}

export interface ModuleItem {
  kind: 'module';
  uri: vscode.Uri;
  model: Model;
  module: ModuleInfo;
}

type Item = ModelItem | ModuleItem;

export function registerModelsTree(rooms: Rooms): vscode.Disposable {
  const tree = new ModelsTree(rooms);
  const view = vscode.window.createTreeView(views.models, { treeDataProvider: tree, showCollapseAll: true });
  return vscode.Disposable.from(
    tree,
    view,
    view.onDidChangeSelection(({ selection: [item] }) => {
      const { model } = rooms.panel.state;
      if (item?.kind !== 'module' || !model || !samePath(model.file, item.model.file)) return;
      if (model.name === item.model.name) rooms.panel.select({ module: item.module.path }, 'sidebar');
    }),
    rooms.panel.onDidSelect(async ({ change, origin }) => {
      if (origin === 'sidebar' || !change.module || !view.visible) return;
      const item = await tree.itemOf(change.module);
      // Without the focus, which stays where the hand is.
      if (item) await view.reveal(item, { select: true, focus: false }).then(undefined, () => {});
    }),
    vscode.commands.registerCommand(commands.refreshModels, () => tree.refresh()),
  );
}

class ModelsTree implements vscode.TreeDataProvider<Item>, vscode.Disposable {
  readonly #rooms: Rooms;
  readonly #changed = new vscode.EventEmitter<Item | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #disposables: vscode.Disposable[];
  #found: Promise<ModelItem[]> | undefined;
  /** What was found last. */
  #classes: ModelItem[] = [];
  #timer: NodeJS.Timeout | undefined;
  #watched = false;

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
    this.#disposables = [
      this.#changed,
      // A model may be trained now, or no more.
      rooms.runs.onDidChange(() => {
        for (const item of this.#classes) this.#changed.fire(item);
      }),
      rooms.models.onDidRead(r => {
        void this.#found?.then(all => {
          for (const i of all) if (i.uri.toString() === r.uri.toString()) this.#changed.fire(i);
        });
      }),
    ];
  }

  refresh(): void {
    this.#found = undefined;
    this.#changed.fire(undefined);
  }

  async getChildren(item?: Item): Promise<Item[]> {
    if (!item) {
      // Whether they are trained is told beside them.
      await this.#rooms.runs.all();
      this.#found ??= this.#find();
      return this.#found;
    }
    if (item.kind === 'module')
      return childrenOf(item.model, item.module.path).map(m => ({ ...item, module: m }));
    try {
      const found = await this.#rooms.models.readClass(item.uri, item.name);
      const model = found?.model;
      if (!model) return [];
      return childrenOf(model, '').map(module => ({ kind: 'module', uri: item.uri, model, module }));
    } catch (e) {
      this.#rooms.log.warn(`${item.uri.fsPath}: ${e}`);
      return [];
    }
  }

  getParent(item: Item): Item | undefined {
    if (item.kind !== 'module') return undefined;
    const above = item.module.path.split('.').slice(0, -1).join('.');
    const module = above === '' ? undefined : item.model.modules.find(m => m.path === above);
    if (module) return { ...item, module };
    return this.#classes.find(c => c.name === item.model.name && c.uri.toString() === item.uri.toString());
  }

  /** The item of a layer of the model that the panel shows. */
  async itemOf(module: string): Promise<Item | undefined> {
    const { model } = this.#rooms.panel.state;
    const info = model?.modules.find(m => m.path === module);
    if (!model || !info) return undefined;
    this.#found ??= this.#find();
    const found = await this.#found;
    const owner = found.find(c => c.name === model.name && samePath(c.uri.fsPath, model.file));
    return owner && { kind: 'module', uri: owner.uri, model, module: info };
  }

  getTreeItem(item: Item): vscode.TreeItem {
    return item.kind === 'class' ? this.#classItem(item) : moduleItem(item);
  }

  #classItem(item: ModelItem): vscode.TreeItem {
    const model = this.#rooms.models.known(item.uri)?.models[item.name]?.model;
    const t = new vscode.TreeItem(item.name, vscode.TreeItemCollapsibleState.Collapsed);
    t.id = `${item.uri}#${item.name}`;
    const file = vscode.workspace.asRelativePath(item.uri);
    const trained = this.#rooms.runs
      .known()
      .find(
        r =>
          isTrained(r.record) &&
          r.record.model.class === item.name &&
          samePath(r.record.model.file, item.uri.fsPath),
      );
    const result = trained && headline(trained.record.test);
    t.description = [
      model ? l10n.t('{0} parameters', count(parameterCount(model))) : '',
      trained
        ? result
          ? `${metricWord(result.name, vscode.env.language)} ${result.name === 'accuracy' ? percent(result.value) : number(result.value)}`
          : l10n.t('trained')
        : '',
      file,
    ]
      .filter(Boolean)
      .join(' · ');
    t.iconPath = trained
      ? new vscode.ThemeIcon('symbol-class', new vscode.ThemeColor('testing.iconPassed'))
      : new vscode.ThemeIcon('symbol-class');
    t.contextValue = items.model;
    t.tooltip = [
      item.name,
      trained ? l10n.t('trained: run {0}', trained.record.id) : l10n.t('not trained yet'),
      file,
    ].join(' · ');
    t.command = {
      command: 'vscode.open',
      title: l10n.t('Go to Source'),
      arguments: [item.uri, { selection: new vscode.Range(item.line, 0, item.line, 0), preview: true }],
    };
    return t;
  }

  async #find(): Promise<ModelItem[]> {
    this.#watch();
    const files = await vscode.workspace.findFiles(
      '**/*.py',
      '**/{node_modules,.git,.vitrine,__pycache__,site-packages,.venv,venv,env}/**',
      MAX_FILES,
    );
    const found: ModelItem[] = [];
    // A few at a time: a workspace may hold thousands of files, and this process has other work.
    for (let i = 0; i < files.length; i += 16) {
      const texts = await Promise.all(files.slice(i, i + 16).map(uri => this.#text(uri)));
      texts.forEach((text, j) => {
        const uri = files[i + j]!;
        if (text !== undefined && looksLikeModelFile(text))
          for (const c of classPlaces(text))
            found.push({ kind: 'class', uri, name: c.name, line: c.line - 1 });
      });
    }
    this.#classes = found.sort(
      (a, b) =>
        path.dirname(a.uri.fsPath).localeCompare(path.dirname(b.uri.fsPath)) ||
        a.uri.fsPath.localeCompare(b.uri.fsPath) ||
        a.line - b.line,
    );
    return this.#classes;
  }

  async #text(uri: vscode.Uri): Promise<string | undefined> {
    const open = vscode.workspace.textDocuments.find(d => d.uri.toString() === uri.toString());
    if (open) return open.getText();
    try {
      if ((await vscode.workspace.fs.stat(uri)).size > MAX_BYTES) return undefined;
      return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    } catch {
      return undefined;
    }
  }

  #watch(): void {
    if (this.#watched) return;
    this.#watched = true;
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.py');
    const later = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.refresh(), 1000);
    };
    this.#disposables.push(
      watcher,
      watcher.onDidChange(later),
      watcher.onDidCreate(later),
      watcher.onDidDelete(later),
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const d of this.#disposables) d.dispose();
  }
}

function childrenOf(model: Model, parent: string): ModuleInfo[] {
  const prefix = parent === '' ? '' : `${parent}.`;
  return model.modules.filter(
    m => m.path !== '' && m.path.startsWith(prefix) && !m.path.slice(prefix.length).includes('.'),
  );
}

function moduleItem({ uri, model, module }: ModuleItem): vscode.TreeItem {
  const leaf = childrenOf(model, module.path).length === 0;
  const t = new vscode.TreeItem(
    module.path.split('.').at(-1)!,
    leaf ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed,
  );
  const output = model.values[module.outputs[0] ?? ''];
  const parameters = parameterCount(model, module.path);
  t.id = `${uri}#${model.name}.${module.path}`;
  t.description = [
    module.type,
    output ? shapeText(output.shape) : '',
    parameters > 0 ? l10n.t('{0} parameters', count(parameters)) : '',
  ]
    .filter(Boolean)
    .join(' · ');
  t.tooltip = `${module.path}: ${module.type}(${module.arguments})`;
  t.iconPath = new vscode.ThemeIcon(leaf ? 'symbol-field' : 'symbol-module');
  t.contextValue = items.module;
  const place = sourceOf(model, module.path);
  if (place)
    t.command = { command: commands.revealSource, title: l10n.t('Go to Source'), arguments: [place] };
  return t;
}

/** For commands that get whatever the tree hands them. */
export function isModelItem(x: unknown): x is ModelItem {
  return typeof x === 'object' && x !== null && (x as { kind?: unknown }).kind === 'class';
}

export function isModuleItem(x: unknown): x is ModuleItem {
  return typeof x === 'object' && x !== null && (x as { kind?: unknown }).kind === 'module';
}
