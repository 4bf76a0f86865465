/** The hover over layers, calls and classes. */
import * as vscode from 'vscode';
import type { Model } from '../../model/graph';
import { commands } from '../ids';
import { Models } from '../models';
import { loadOps } from '../registries';
import type { Rooms } from '../rooms';
import { enabled } from '../settings';
import {
  callHover,
  classHover,
  type HoverFacts,
  looseParameters,
  modulesHover,
  parameterHover,
  writtenHover,
} from '../text/hover';
import { callAt, encloses, modulesAt, modulesNamed } from '../text/places';
import { classAround, classPlaces, selfAttributeAt } from '../text/python';
import { outlineOf } from './outline';
import { placeOf, pythonFiles, vscodeRange } from './places';

/** How long a hover waits for the statistics of a trained model before it shows without them. */
const STATISTICS_PATIENCE = 2000;

export function registerHover(rooms: Rooms): vscode.Disposable {
  return vscode.languages.registerHoverProvider(pythonFiles, {
    provideHover: (document, position, token) => hoverAt(document, position, token, rooms),
  });
}

async function hoverAt(
  document: vscode.TextDocument,
  position: vscode.Position,
  token: vscode.CancellationToken,
  rooms: Rooms,
): Promise<vscode.Hover | undefined> {
  if (!enabled('hover', document)) return undefined;
  const reading = await rooms.models.read(document, token);
  if (token.isCancellationRequested) return undefined;
  const found = reading && findAt(document, position, Models.models(reading));
  if (!found) return writtenAt(document, position, rooms);
  const abort = new AbortController();
  const listening = token.onCancellationRequested(() => abort.abort());
  const [trained, focus] = await Promise.all([
    Promise.race([rooms.statistics.of(found.model), patience()]),
    Promise.race([focusOf(found, rooms, abort.signal), patience()]),
  ]).finally(() => listening.dispose());
  const facts: HoverFacts = {
    ops: await loadOps(),
    t: (text, ...args) => vscode.l10n.t(text, ...args),
    ...(trained ? { trained } : {}),
    ...(focus ? { focus } : {}),
  };
  if (token.isCancellationRequested) return undefined;
  const body = found.text(facts);
  if (!body) return undefined;
  const markdown = new vscode.MarkdownString(body);
  markdown.supportThemeIcons = true;
  markdown.isTrusted = { enabledCommands: [commands.showArchitecture] };
  const argument = encodeURIComponent(
    JSON.stringify([
      {
        file: document.uri.fsPath,
        class: found.model.name,
        ...(found.module ? { module: found.module } : {}),
      },
    ]),
  );
  markdown.appendMarkdown(
    `\n\n[$(type-hierarchy) ${vscode.l10n.t('Show in Graph')}](command:${commands.showArchitecture}?${argument})`,
  );
  // `<br>` inside tables.
  markdown.supportHtml = true;
  return new vscode.Hover(markdown, found.range);
}

/** What the syntax says where no model could be read. */
async function writtenAt(
  document: vscode.TextDocument,
  position: vscode.Position,
  { models }: Rooms,
): Promise<vscode.Hover | undefined> {
  const { l10n } = vscode;
  for (const c of await outlineOf(document)) {
    if (models.known(document.uri)?.models[c.name]?.model) continue;
    const layer = c.layers.find(l => vscodeRange(l.range).contains(position));
    if (!layer) continue;
    const why = models.mayEvaluate(document)
      ? l10n.t('The model could not be read as a whole, so its shapes are not known.')
      : l10n.t('Read from the syntax only: Python is not evaluated here, so shapes are not known.');
    const t = (text: string, ...args: (string | number)[]) => l10n.t(text, ...args);
    const body = writtenHover(layer, { ops: await loadOps(), t }, why);
    return new vscode.Hover(new vscode.MarkdownString(body), vscodeRange(layer.call));
  }
  return undefined;
}

interface Found {
  model: Model;
  range: vscode.Range;
  module?: string;
  text(facts: HoverFacts): string;
}

/** What stands at a position, looked for in the model that holds the most. */
export function findAt(
  document: vscode.TextDocument,
  position: vscode.Position,
  models: readonly Model[],
): Found | undefined {
  const at = placeOf(position);
  const file = document.uri.fsPath;
  const places = classPlaces(document.getText());
  const name = places.find(
    c => c.line === at.line && at.column >= c.nameColumn && at.column <= c.nameColumn + c.name.length,
  );
  if (name) {
    const model = models.find(m => m.name === name.name);
    return (
      model && {
        model,
        range: new vscode.Range(
          position.line,
          name.nameColumn - 1,
          position.line,
          name.nameColumn - 1 + name.name.length,
        ),
        text: facts => classHover(model, facts),
      }
    );
  }
  for (const model of models) {
    const modules = modulesAt(model, file, at);
    const call = callAt(model, file, at);
    const definition = modules[0]?.definition;
    if (definition && !(call && encloses(definition, call.range)))
      return {
        model,
        range: vscodeRange(definition),
        module: modules[0]!.path,
        text: facts => modulesHover(model, modules, facts),
      };
    const attribute = selfAttributeAt(document.lineAt(position).text, at.column);
    const owner = classAround(places, at.line);
    const named = attribute && owner ? modulesNamed(model, owner.name, attribute.name) : [];
    if (attribute && named.length > 0)
      return {
        model,
        range: new vscode.Range(position.line, attribute.start - 1, position.line, attribute.end - 1),
        module: named[0]!.path,
        text: facts => modulesHover(model, named, facts),
      };
    const parameter = parameterAt(document, position, model, attribute && owner?.name, places);
    if (parameter) return parameter;
    if (call)
      return {
        model,
        range: vscodeRange(call.range),
        ...(call.visits[0]?.[0]?.module ? { module: call.visits[0][0].module } : {}),
        text: facts => callHover(model, call, facts),
      };
  }
  return undefined;
}

/** The name of a tensor that a script learns, or of a class's own `nn.Parameter` behind `self.`. */
function parameterAt(
  document: vscode.TextDocument,
  position: vscode.Position,
  model: Model,
  owner: string | undefined,
  classes: readonly { name: string }[],
): Found | undefined {
  const range = document.getWordRangeAtPosition(position, /[A-Za-z_]\w*/);
  if (!range) return undefined;
  const name = document.getText(range);
  const before = document.lineAt(position).text.slice(0, range.start.character);
  const attribute = /\.\s*$/.test(before);
  // A script's own names stand alone, those of a class behind "self."; what else ends so is another thing.
  const script = !classes.some(c => c.name === model.name);
  if (script ? attribute : owner !== model.name || !/\bself\.$/.test(before)) return undefined;
  if (/#/.test(before)) return undefined;
  const parameter = looseParameters(model).find(p => p.name === name);
  return parameter && { model, range, text: facts => parameterHover(model, parameter, facts) };
}

async function focusOf({ model, module }: Found, { foci, training }: Rooms, signal: AbortSignal) {
  // While something trains, it has the engine.
  if (module === undefined || training.live) return undefined;
  return foci.of(model, module, signal).catch(() => undefined);
}

function patience(): Promise<undefined> {
  return new Promise(resolve => setTimeout(resolve, STATISTICS_PATIENCE, undefined));
}
