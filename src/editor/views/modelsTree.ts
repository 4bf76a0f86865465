/**
 * Models of the workspace: classes of files and notebooks, what scripts train without a class, and below each its layers.
 * Looked for when the view is opened.
 */
import * as vscode from 'vscode';
import type { Model, ModuleInfo } from '../../model/graph';
import { metricWord } from '../../names/metrics';
import { type FoundFile, findModelFiles, isNotebook, modelSources } from '../findModels';
import { commands, items, views } from '../ids';
import type { Rooms } from '../rooms';
import { headline } from '../runs/record';
import { isTrained } from '../runs/store';
import { parameterCount } from '../text/facts';
import { count, number, percent, shapeText } from '../text/format';
import { samePath, sourceOf } from '../text/places';
import { ModelSizes } from './modelSizes';

const { l10n } = vscode;

/** What commands get from an item of this view. */
export interface ModelItem {
  kind: 'class';
  uri: vscode.Uri;
  name: string;
  /** From 0. */
  line: number;
  /** No class: made by the script's own code. */
  variable?: boolean;
}

/** A script whose models are not known, for it has not been read. */
export interface ScriptItem {
  kind: 'script';
  uri: vscode.Uri;
}

export interface ModuleItem {
  kind: 'module';
  uri: vscode.Uri;
  model: Model;
  module: ModuleInfo;
}

type Item = ModelItem | ScriptItem | ModuleItem;

export function registerModelsTree(rooms: Rooms): vscode.Disposable {
  const tree = new ModelsTree(rooms);
  const view = vscode.window.createTreeView(views.models, { treeDataProvider: tree, showCollapseAll: true });
  // What is under way has the processor to itself.
  const look = () => tree.seen(view.visible && !rooms.training.live);
  look();
  return vscode.Disposable.from(
    tree,
    view,
    view.onDidChangeVisibility(look),
    rooms.training.onDidChange(look),
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
  #found: Promise<Item[]> | undefined;
  /** What was found last. */
  #files: readonly FoundFile[] = [];
  #classes: readonly ModelItem[] = [];
  readonly #sizes: ModelSizes;
  #timer: NodeJS.Timeout | undefined;
  #watched = false;

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
    this.#sizes = new ModelSizes(rooms.models, rooms.log);
    this.#disposables = [
      this.#changed,
      this.#sizes,
      // A model may be trained now, or no more.
      rooms.runs.onDidChange(() => {
        for (const item of this.#classes) this.#changed.fire(item);
      }),
      rooms.models.onDidRead(r => this.#told(r.uri)),
      this.#sizes.onDidRead(uri => this.#told(uri)),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.refresh()),
    ];
  }

  /** Nothing is read for a view that nobody sees. */
  seen(seen: boolean): void {
    this.#sizes.seen(seen);
  }

  /** A file has been read: what is told of its models changes, and for a script which there are. */
  #told(uri: vscode.Uri): void {
    if (!this.#found || !this.#files.some(f => f.uri.toString() === uri.toString())) return;
    const before = this.#classes;
    this.#found = Promise.resolve(this.#list());
    const keys = (items: readonly ModelItem[]) => items.map(keyOf).join();
    if (keys(before) !== keys(this.#classes)) {
      this.#changed.fire(undefined);
      return;
    }
    for (const i of this.#classes) if (i.uri.toString() === uri.toString()) this.#changed.fire(i);
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
    if (item.kind === 'script') return [];
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
    await this.#found;
    const owner = this.#classes.find(c => c.name === model.name && samePath(c.uri.fsPath, model.file));
    return owner && { kind: 'module', uri: owner.uri, model, module: info };
  }

  getTreeItem(item: Item): vscode.TreeItem {
    if (item.kind === 'script') return scriptItem(item);
    return item.kind === 'class' ? this.#classItem(item) : moduleItem(item);
  }

  #classItem(item: ModelItem): vscode.TreeItem {
    const size = this.#sizes.of(item.uri)?.find(s => s.name === item.name);
    const t = new vscode.TreeItem(item.name, vscode.TreeItemCollapsibleState.Collapsed);
    t.id = keyOf(item);
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
      size ? l10n.t('{0} parameters', count(size.parameters)) : '',
      trained
        ? result
          ? `${metricWord(result.name, vscode.env.language)} ${result.name === 'accuracy' ? percent(result.value) : number(result.value)}`
          : l10n.t('trained')
        : '',
      file,
    ]
      .filter(Boolean)
      .join(' · ');
    t.iconPath = new vscode.ThemeIcon(
      item.variable ? 'symbol-variable' : 'symbol-class',
      trained ? new vscode.ThemeColor('testing.iconPassed') : undefined,
    );
    t.contextValue = items.model;
    t.tooltip = [
      item.name,
      trained ? l10n.t('trained: run {0}', trained.record.id) : l10n.t('not trained yet'),
      file,
    ].join(' · ');
    t.command = isNotebook(item.uri)
      ? {
          command: commands.revealSource,
          title: l10n.t('Go to Source'),
          arguments: [{ file: item.uri.fsPath, line: item.line + 1, column: 1 }],
        }
      : {
          command: 'vscode.open',
          title: l10n.t('Go to Source'),
          arguments: [item.uri, { selection: new vscode.Range(item.line, 0, item.line, 0), preview: true }],
        };
    return t;
  }

  async #find(): Promise<Item[]> {
    this.#watch();
    this.#files = await findModelFiles();
    if (vscode.workspace.isTrusted) this.#sizes.want(this.#files.map(f => f.uri));
    return this.#list();
  }

  /** Classes, and what else a file makes once it is read; a script that is not read yet stands for its models. */
  #list(): (ModelItem | ScriptItem)[] {
    const items = this.#files.flatMap(({ uri, classes }): (ModelItem | ScriptItem)[] => {
      const own = classes.map((c): ModelItem => ({ kind: 'class', uri, name: c.name, line: c.line - 1 }));
      const read = this.#sizes.of(uri);
      if (!read && own.length === 0) return [{ kind: 'script', uri }];
      const others = (read ?? []).flatMap(({ name, definition }): ModelItem[] => {
        const here = definition && samePath(definition.file, uri.fsPath);
        if (!here || own.some(c => c.name === name)) return [];
        return [{ kind: 'class', uri, name, line: definition.line - 1, variable: true }];
      });
      return [...own, ...others].sort((a, b) => a.line - b.line);
    });
    // VS Code knows an item by its object: what is listed already stays the same one.
    const before = new Map(this.#classes.map(c => [keyOf(c), c]));
    const kept = items.map(i => (i.kind === 'class' ? Object.assign(before.get(keyOf(i)) ?? i, i) : i));
    this.#classes = kept.filter(i => i.kind === 'class');
    return kept;
  }

  #watch(): void {
    if (this.#watched) return;
    this.#watched = true;
    const watcher = vscode.workspace.createFileSystemWatcher(modelSources);
    const later = (uri: vscode.Uri) => {
      this.#sizes.forget(uri);
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

/** Of a model in this view. */
function keyOf({ uri, name }: ModelItem): string {
  return `${uri}#${name}`;
}

function scriptItem({ uri }: ScriptItem): vscode.TreeItem {
  const t = new vscode.TreeItem(vscode.workspace.asRelativePath(uri));
  t.id = uri.toString();
  t.description = l10n.t('script with a training loop');
  t.iconPath = new vscode.ThemeIcon('file-code');
  t.contextValue = items.model;
  t.command = { command: 'vscode.open', title: l10n.t('Go to Source'), arguments: [uri] };
  return t;
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

export function isScriptItem(x: unknown): x is ScriptItem {
  return typeof x === 'object' && x !== null && (x as { kind?: unknown }).kind === 'script';
}

export function isModuleItem(x: unknown): x is ModuleItem {
  return typeof x === 'object' && x !== null && (x as { kind?: unknown }).kind === 'module';
}
