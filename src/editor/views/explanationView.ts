/**
 * The Explanation view: why the model said what it said, with how far that may be trusted; and, for the layer under
 * the cursor, what training made of it.
 */
import * as vscode from 'vscode';
import type { LayerFocus } from '../../explain/layers/layerFocus';
import type { TrustResult } from '../../explain/method';
import type { Model } from '../../model/graph';
import type { ParameterStatistics } from '../../service/protocol';
import { commands, items, views } from '../ids';
import { findAt } from '../language/hover';
import { isPython, Models } from '../models';
import type { Rooms } from '../rooms';
import type { Answer } from '../runs/explaining';
import { enabled, onSettingChange } from '../settings';
import { attributionText, topAttributions } from '../text/attributions';
import { parameterCount } from '../text/facts';
import { focusText, isPlane, strongestInputs, unitText } from '../text/focus';
import { bar, count, number, percent, shapeText } from '../text/format';
import { histogramSvg, svgDataUri } from '../text/histogram';
import { statisticsLine, trainedOf } from '../text/hover';
import { moduleAtPath, sourceOf } from '../text/places';

const { l10n } = vscode;
const TOP = 12;

interface Line {
  label: string;
  description?: string;
  tooltip?: string | vscode.MarkdownString;
  icon?: vscode.ThemeIcon;
  children?: readonly Line[];
  expanded?: boolean;
  command?: vscode.Command;
  context?: string;
}

/** The layer under the cursor. */
interface Layer {
  model: Model;
  path: string;
  statistics: readonly ParameterStatistics[];
  focus?: LayerFocus & { run: string };
  run?: string;
}

export function registerExplanationView(rooms: Rooms): vscode.Disposable {
  const provider = new ExplanationTree(rooms);
  const view = vscode.window.createTreeView(views.explanation, { treeDataProvider: provider });
  provider.attach(view);
  return vscode.Disposable.from(provider, view);
}

class ExplanationTree implements vscode.TreeDataProvider<Line>, vscode.Disposable {
  readonly #rooms: Rooms;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #disposables: vscode.Disposable[];
  #layer: Layer | undefined;
  #view: vscode.TreeView<Line> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #asked = 0;
  #looking = new AbortController();
  /** What the user turned to last comes first. */
  #layerFirst = false;

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
    this.#disposables = [
      this.#changed,
      rooms.explaining.onDidChange(() => {
        this.#layerFirst = false;
        if (this.#view) this.#view.message = rooms.explaining.asked ? l10n.t('Explaining…') : undefined;
        this.#changed.fire(undefined);
      }),
      vscode.window.onDidChangeTextEditorSelection(() => this.#follow()),
      vscode.window.onDidChangeActiveTextEditor(() => this.#follow()),
      rooms.models.onDidRead(() => this.#follow()),
      rooms.panel.onDidSelect(({ change, origin }) => {
        const { model } = rooms.panel.state;
        if (origin !== 'editor' && change.module !== undefined && model)
          void this.#show(model, change.module);
      }),
      onSettingChange(['followCursor'], () => this.#follow()),
    ];
  }

  attach(view: vscode.TreeView<Line>): void {
    this.#view = view;
    this.#disposables.push(
      view.onDidChangeVisibility(e => {
        if (e.visible) this.#follow();
      }),
    );
    this.#follow();
  }

  getChildren(line?: Line): Line[] {
    if (line) return [...(line.children ?? [])];
    const { answer } = this.#rooms.explaining;
    const why = answer ? answerLines(answer) : [];
    const layer = this.#layer ? [layerLine(this.#layer)] : [];
    return this.#layerFirst ? [...layer, ...why] : [...why, ...layer];
  }

  getTreeItem(line: Line): vscode.TreeItem {
    const t = new vscode.TreeItem(
      line.label,
      line.children?.length
        ? line.expanded
          ? vscode.TreeItemCollapsibleState.Expanded
          : vscode.TreeItemCollapsibleState.Collapsed
        : vscode.TreeItemCollapsibleState.None,
    );
    if (line.description !== undefined) t.description = line.description;
    t.tooltip = line.tooltip ?? [line.label, line.description].filter(Boolean).join(' · ');
    if (line.icon) t.iconPath = line.icon;
    if (line.command) t.command = line.command;
    if (line.context) t.contextValue = line.context;
    return t;
  }

  #follow(): void {
    clearTimeout(this.#timer);
    if (!this.#view?.visible) return;
    this.#timer = setTimeout(() => void this.#look(), 150);
  }

  async #look(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    // The panel has the focus: what was selected there stays.
    if (!editor) return;
    if (!enabled('followCursor') || !isPython(editor.document)) return this.#set(undefined);
    const reading = this.#rooms.models.current(editor.document);
    const found = reading && findAt(editor.document, editor.selection.active, Models.models(reading));
    if (!found || found.module === undefined) return this.#set(undefined);
    await this.#show(found.model, found.module);
  }

  async #show(model: Model, path: string): Promise<void> {
    const asked = ++this.#asked;
    this.#looking.abort();
    this.#looking = new AbortController();
    const { signal } = this.#looking;
    this.#layerFirst = true;
    const same = this.#layer?.path === path && this.#layer.model.name === model.name;
    if (!same) this.#set({ model, path, statistics: [] });
    const trained = await this.#rooms.statistics.of(model);
    if (asked !== this.#asked) return;
    const layer: Layer = {
      model,
      path,
      statistics: trainedOf(path, trained),
      ...(trained ? { run: trained.run } : {}),
      ...(same && this.#layer?.focus ? { focus: this.#layer.focus } : {}),
    };
    this.#set(layer);
    // While something trains, it has the engine.
    if (!trained || this.#rooms.training.live) return;
    const focus = await this.#rooms.foci.of(model, path, signal).catch(() => undefined);
    if (asked === this.#asked && focus) this.#set({ ...layer, focus });
  }

  #set(layer: Layer | undefined): void {
    if (!layer && !this.#layer) return;
    if (!layer) {
      this.#asked++;
      this.#looking.abort();
    }
    this.#layer = layer;
    this.#changed.fire(undefined);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#looking.abort();
    for (const d of this.#disposables) d.dispose();
  }
}

function answerLines({ question, explanation, page }: Answer): Line[] {
  const { prediction, trust, row } = explanation;
  const probability = prediction.probabilities?.[explanation.target.index];
  const lines: Line[] = [];
  if (row !== null || prediction.label)
    lines.push({
      label: row === null ? question.title : l10n.t('Row {0}: {1}', row, prediction.label),
      description: [
        probability === undefined
          ? ''
          : explanation.target.name === prediction.label
            ? percent(probability)
            : `${explanation.target.name} ${percent(probability)}`,
        row === null ? '' : question.title,
      ]
        .filter(Boolean)
        .join(' · '),
      icon: new vscode.ThemeIcon('target'),
      command: { command: commands.showPanel, title: l10n.t('Show Panel'), arguments: ['explain'] },
    });
  lines.push({
    label: l10n.t('Trust: {0}', verdictText(trust.verdict)),
    description: l10n.t('score {0} of 1', number(trust.score)),
    icon: verdictIcon(trust.verdict),
    expanded: true,
    children: trust.measures.map(measureLine),
  });
  for (const path of explanation.layers ?? [])
    lines.push({
      label: l10n.t('Layer {0}', path),
      icon: new vscode.ThemeIcon('type-hierarchy'),
      command: {
        command: commands.showArchitecture,
        title: l10n.t('Show in Graph'),
        arguments: [
          {
            file: question.run.record.model.file,
            class: question.run.record.model.class,
            module: path,
          },
        ],
      },
    });
  if (explanation.text)
    lines.push({
      label: explanation.text,
      tooltip: explanation.text,
      icon: new vscode.ThemeIcon('comment'),
    });
  const top = topAttributions(explanation, TOP, placeText);
  if (top.length > 0)
    lines.push({
      label:
        explanation.row === null
          ? l10n.t('Importance')
          : l10n.t('For and against {0}', explanation.target.name),
      icon: new vscode.ThemeIcon('list-ordered'),
      expanded: true,
      children: top.map(a => ({
        label: withValue(a.name, page),
        description: attributionText(a),
        icon:
          a.value > 0
            ? new vscode.ThemeIcon('add', new vscode.ThemeColor('charts.blue'))
            : new vscode.ThemeIcon('remove', new vscode.ThemeColor('charts.red')),
      })),
    });
  return lines;
}

/** "petal length 4.7": a column with what the row has in it. */
function withValue(name: string, page: Answer['page']): string {
  const value = page?.modality === 'table' ? page.samples[0]?.values[name] : undefined;
  if (value === undefined || value === null) return name;
  return `${name} ${typeof value === 'number' ? number(value) : value}`;
}

function measureLine(m: TrustResult): Line {
  return {
    label: m.title,
    description: number(m.value),
    tooltip: m.text,
    icon: verdictIcon(m.verdict),
  };
}

function layerLine({ model, path, statistics, run, focus }: Layer): Line {
  const module = moduleAtPath(model, path);
  const output = model.values[module?.outputs[0] ?? ''];
  const place = sourceOf(model, path);
  return {
    label: path || model.name,
    description: [
      module?.type ?? '',
      output ? shapeText(output.shape) : '',
      l10n.t('{0} parameters', count(parameterCount(model, path))),
    ]
      .filter(Boolean)
      .join(' · '),
    icon: new vscode.ThemeIcon('symbol-field'),
    expanded: true,
    context: items.source,
    ...(place
      ? { command: { command: commands.revealSource, title: l10n.t('Go to Source'), arguments: [place] } }
      : {}),
    children: [
      ...(focus ? [focusLine(focus)] : []),
      ...statistics.slice(0, 40).map(
        (s): Line => ({
          label: path !== '' && s.name.startsWith(`${path}.`) ? s.name.slice(path.length + 1) : s.name,
          // The histogram as blocks of text: it is there at a glance, in every theme.
          description: `${blocks(s.histogram)}  ${statisticsLine(s, (text, ...args) => l10n.t(text, ...args))}`,
          icon: new vscode.ThemeIcon('graph'),
          tooltip: new vscode.MarkdownString(
            `${l10n.t('Values after training (run {0})', run ?? '')}\n\n![](${svgDataUri(histogramSvg(s.histogram, { ...s, width: 240, height: 60 }))})`,
          ),
        }),
      ),
    ],
  };
}

/** What moves the layer, and what excites its units; a row leads to its explanation. */
function focusLine(focus: LayerFocus & { run: string }): Line {
  const t = (text: string, ...args: (string | number)[]) => l10n.t(text, ...args);
  const strongest = isPlane(focus) ? [] : strongestInputs(focus, 8, i => t('entry {0}', i));
  const most = strongest[0]?.share ?? 1;
  return {
    label: l10n.t('Attends to'),
    description: l10n.t('{0} rows of the data', focus.rows),
    icon: new vscode.ThemeIcon('eye'),
    expanded: true,
    tooltip: new vscode.MarkdownString(focusText(focus, t)),
    children: [
      ...(isPlane(focus) ? [{ label: regionText(focus), icon: new vscode.ThemeIcon('file-media') }] : []),
      ...strongest.map(s => ({ label: s.name, description: `${bar(s.share / most)} ${percent(s.share)}` })),
      ...focus.shown.map(u => ({
        label: l10n.t('Unit {0}', u.unit),
        description: unitText(u, t),
        icon: new vscode.ThemeIcon('circle-small'),
        children: u.top.map(r => ({
          label: l10n.t('Row {0}', r.row),
          description: [r.target === null ? '' : String(r.target), r.token ?? '', number(r.value)]
            .filter(Boolean)
            .join(' · '),
          icon: new vscode.ThemeIcon('target'),
          command: {
            command: commands.explain,
            title: l10n.t('Explain Prediction'),
            arguments: [{ run: focus.run, method: 'integrated_gradients', row: r.row }],
          },
        })),
      })),
      ...(focus.silent > 0
        ? [
            {
              label: l10n.t('{0} of its units are never above zero.', percent(focus.silent)),
              icon: new vscode.ThemeIcon('warning'),
            },
          ]
        : []),
    ],
  };
}

/** "rows 3 to 12, columns 5 to 20": where nine tenths of what moves it lie. */
function regionText({ inputs }: LayerFocus): string {
  const [height, width] = inputs!.shape as [number, number];
  const span = (count: number, at: (i: number) => number): [number, number] => {
    const sums = new Array<number>(count).fill(0);
    inputs!.values.forEach((v, i) => {
      sums[at(i)]! += v;
    });
    const total = sums.reduce((a, b) => a + b, 0);
    let [from, to, kept] = [0, count - 1, total];
    while (to > from) {
      const [first, last] = [sums[from]!, sums[to]!];
      if (kept - Math.min(first, last) < 0.9 * total) break;
      kept -= Math.min(first, last);
      if (first < last) from++;
      else to--;
    }
    return [from, to];
  };
  const [top, bottom] = span(height, i => Math.floor(i / width));
  const [left, right] = span(width, i => i % width);
  return l10n.t('Mostly rows {0} to {1}, columns {2} to {3} of the picture', top, bottom, left, right);
}

/** "▁▃█▅▂": the counts, two bins a block, the highest at full height. */
function blocks(counts: readonly number[]): string {
  const pairs = Array.from(
    { length: Math.ceil(counts.length / 2) },
    (_, i) => counts[2 * i]! + (counts[2 * i + 1] ?? 0),
  );
  const most = Math.max(...pairs, 1);
  return pairs.map(n => (n === 0 ? '▁' : '▁▂▃▄▅▆▇█'[Math.min(7, Math.floor((8 * n) / most))]!)).join('');
}

function placeText(place: readonly number[]): string {
  return place.length === 2
    ? l10n.t('row {0}, column {1}', place[0]!, place[1]!)
    : place.length === 3
      ? l10n.t('channel {0}, row {1}, column {2}', place[0]!, place[1]!, place[2]!)
      : l10n.t('entry {0}', place.join(', '));
}

function verdictText(v: 'good' | 'fair' | 'poor'): string {
  return v === 'good' ? l10n.t('good') : v === 'fair' ? l10n.t('fair') : l10n.t('poor');
}

function verdictIcon(v: 'good' | 'fair' | 'poor'): vscode.ThemeIcon {
  return v === 'good'
    ? new vscode.ThemeIcon('verified-filled', new vscode.ThemeColor('testing.iconPassed'))
    : v === 'fair'
      ? new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'))
      : new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
}
