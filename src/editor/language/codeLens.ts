/** Train · Graph · Explain · parameters, over each model class and over experiment files. */
import * as vscode from 'vscode';
import { metricWord } from '../../names/metrics';
import { experimentInfo } from '../experiments/info';
import { commands, experimentGlob } from '../ids';
import type { Reading } from '../models';
import { combined, notebookOf } from '../notebooks';
import type { Rooms } from '../rooms';
import { headline } from '../runs/record';
import { enabled, onSettingChange } from '../settings';
import { parameterCount } from '../text/facts';
import { count, number, percent } from '../text/format';
import { samePath } from '../text/places';
import { classPlaces } from '../text/python';
import { pythonFiles } from './places';

const { l10n } = vscode;

/** Milliseconds. */
const SETTLED = 1000;

export function registerCodeLenses(rooms: Rooms): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  return vscode.Disposable.from(
    changed,
    onSettingChange(['codeLens'], () => changed.fire()),
    whenSettled(() => changed.fire()),
    rooms.models.onDidRead(() => changed.fire()),
    rooms.runs.onDidChange(() => changed.fire()),
    rooms.training.onDidChange(() => changed.fire()),
    vscode.languages.registerCodeLensProvider(pythonFiles, {
      onDidChangeCodeLenses: changed.event,
      provideCodeLenses: document => modelLenses(document, rooms),
    }),
    vscode.languages.registerCodeLensProvider(
      { pattern: experimentGlob, scheme: 'file' },
      {
        onDidChangeCodeLenses: changed.event,
        provideCodeLenses: document => experimentLenses(document, rooms),
      },
    ),
  );
}

/**
 * Calls back once the visible editors have stood for a second. VS Code drops a request for lenses when its editor loses the focus
 * within a quarter of a second, and asks again only when the focus returns; where nothing is read (a restricted workspace), nothing
 * else would tell it to.
 */
function whenSettled(call: () => void): vscode.Disposable {
  let timer = setTimeout(call, SETTLED);
  const listening = vscode.window.onDidChangeVisibleTextEditors(() => {
    clearTimeout(timer);
    timer = setTimeout(call, SETTLED);
  });
  return new vscode.Disposable(() => {
    clearTimeout(timer);
    listening.dispose();
  });
}

function modelLenses(document: vscode.TextDocument, { models }: Rooms): vscode.CodeLens[] {
  if (!enabled('codeLens', document)) return [];
  void models.read(document);
  const reading = models.known(document.uri);
  return modelPlaces(document, reading).flatMap(place => {
    const position = new vscode.Position(place.line - 1, place.column - 1);
    const range = new vscode.Range(position, position);
    const at = { file: document.uri.fsPath, class: place.name };
    const lens = (title: string, command: string, tooltip: string) =>
      new vscode.CodeLens(range, { title, command, tooltip, arguments: [at] });
    const lenses = [
      lens(l10n.t('$(play) Train'), commands.train, l10n.t('Train {0}', place.name)),
      lens(
        l10n.t('$(type-hierarchy) Graph'),
        commands.showArchitecture,
        l10n.t('Show the architecture of {0}', place.name),
      ),
      lens(
        l10n.t('$(lightbulb) Explain'),
        commands.explain,
        l10n.t('Explain a prediction of {0}', place.name),
      ),
    ];
    const ask = reading?.models[place.name]?.diagnostics.find(d => d.ask?.class === place.name)?.ask;
    if (ask) {
      const what = ask.arguments?.length ? ask.arguments.join(', ') : l10n.t('the input’s shape');
      lenses.push(
        new vscode.CodeLens(range, {
          title: l10n.t('$(question) Give {0}', what.length > 40 ? `${what.slice(0, 39)}…` : what),
          command: commands.giveValues,
          tooltip: l10n.t('The file does not tell: asked once, kept in the experiment file'),
          arguments: [{ ...at, ask }],
        }),
      );
    }
    const model = reading?.models[place.name]?.model;
    if (model)
      lenses.push(
        lens(
          l10n.t('{0} parameters', count(parameterCount(model))),
          commands.showArchitecture,
          l10n.t('Show the architecture of {0}', place.name),
        ),
      );
    return lenses;
  });
}

/** Classes, where they are named; and models that are none, where they are made or trained. */
function modelPlaces(
  document: vscode.TextDocument,
  reading: Reading | undefined,
): { name: string; line: number; column: number }[] {
  const classes = classesOf(document);
  const others = Object.entries(reading?.models ?? {}).flatMap(([name, { model }]) => {
    const { definition } = model ?? {};
    const here = definition && samePath(definition.file, document.uri.fsPath);
    if (!here || classes.some(c => c.name === name) || definition.line > document.lineCount) return [];
    return [{ name, line: definition.line, column: definition.column }];
  });
  return [...classes, ...others];
}

/** Of a cell those that stand in it, though what they extend may stand in another. */
function classesOf(document: vscode.TextDocument): { name: string; line: number; column: number }[] {
  const notebook = notebookOf(document);
  const whole = notebook && combined(notebook);
  const { start, end } = whole?.cells.find(c => c.document === document) ?? {
    start: 0,
    end: document.lineCount,
  };
  return classPlaces(whole?.text ?? document.getText())
    .filter(c => c.line > start && c.line <= end)
    .map(c => ({ name: c.name, line: c.line - start, column: c.nameColumn }));
}

async function experimentLenses(
  document: vscode.TextDocument,
  { runs, training }: Rooms,
): Promise<vscode.CodeLens[]> {
  if (!enabled('codeLens', document)) return [];
  const file = document.uri.fsPath;
  const info = experimentInfo(file, document.getText());
  const at = document.positionAt(info.offset);
  const lens = (title: string, command: string, tooltip: string, ...args: unknown[]) =>
    new vscode.CodeLens(new vscode.Range(at, at), { title, command, tooltip, arguments: args });
  const lenses = [
    training.isTraining(file)
      ? lens(l10n.t('$(debug-stop) Stop'), commands.stop, l10n.t('Stop training and keep what is learned'))
      : lens(l10n.t('$(play) Train'), commands.train, l10n.t('Train this experiment'), document.uri),
  ];
  if (info.model?.class)
    lenses.push(
      lens(
        l10n.t('$(type-hierarchy) Graph'),
        commands.showArchitecture,
        l10n.t('Show the architecture of {0}', info.model.class),
        document.uri,
      ),
    );
  const last = (await runs.all()).find(r => samePath(r.record.experiment, file));
  if (last) {
    lenses.push(
      lens(
        l10n.t('$(lightbulb) Explain'),
        commands.explain,
        l10n.t('Explain a prediction of this experiment'),
        document.uri,
      ),
    );
    const result = headline(last.record.test);
    if (result)
      lenses.push(
        lens(
          l10n.t(
            'Last run: {0} {1}',
            metricWord(result.name, vscode.env.language),
            result.name === 'accuracy' ? percent(result.value) : number(result.value),
          ),
          commands.showRun,
          l10n.t('Show this run'),
          last.record.id,
        ),
      );
  }
  return lenses;
}
