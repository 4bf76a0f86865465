import path from 'node:path';
import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import type { Model } from '../../model/graph';
import { shownFinding } from '../../model/limitation';
import { listed } from '../../model/suggest';
import type { ReadModel } from '../../service/protocol';
import { findModelFiles, isNotebook } from '../findModels';
import { Models } from '../models';
import type { Rooms } from '../rooms';
import { samePath } from '../text/places';
import { fileOf } from './_find';
import { outlineOf } from './_outline';
import type { Tool } from './tool';

interface Input {
  file: string;
  class?: string;
  module?: string;
}

/** Weights without code are told by name and shape; more than these say nothing new. */
const mostTensors = 100;

export const tool: Tool<Input> = {
  progress: ({ file }) => vscode.l10n.t('Reading the model in {0}', file),
  async run({ file, class: wanted, module }, rooms, token) {
    const uri = await fileOf(file);
    const read = await modelsIn(uri, file, rooms, token);
    const names = Object.keys(read);
    // Without a name it is the model that holds the others.
    const name = wanted ?? Models.models({ uri, version: 0, models: read })[0]?.name ?? names[0]!;
    const found = Object.hasOwn(read, name) ? read[name] : undefined;
    if (!found)
      throw new VitrineError(
        'class-not-found',
        `There is no model "${name}" in ${file}. It has ${listed(names)}.`,
      );
    return {
      file: vscode.workspace.asRelativePath(uri),
      ...(found.model ? await described(found.model, module) : { model: name }),
      others: names.filter(n => n !== name),
      problems: found.diagnostics
        .slice(0, 40)
        .map(shownFinding)
        .map(d => ({
          ...(d.file &&
            !samePath(path.normalize(d.file), uri.fsPath) && {
              file: vscode.workspace.asRelativePath(d.file),
            }),
          line: d.line,
          severity: d.severity,
          message: d.message,
          ...(d.fix && { fix: d.fix.title }),
        })),
    };
  },
};

async function described(model: Model, module: string | undefined): Promise<object> {
  const { describeGraph } = await import('../../engine/graphDescription');
  const { nodes, tensors, ...totals } = describeGraph(model);
  if (module !== undefined && !nodes.some(n => n.module === module || n.module.startsWith(`${module}.`)))
    throw new VitrineError(
      'bad-request',
      `${model.name} has no module "${module}". At the top it has ${listed([...new Set(nodes.map(n => n.module.split('.')[0]!))].filter(Boolean), 20)}.`,
    );
  return {
    ...totals,
    ...outlineOf(nodes, module, vscode.workspace.asRelativePath),
    ...(tensors && { tensors: tensors.slice(0, mostTensors), tensorsInAll: tensors.length }),
  };
}

/** @throws class-not-found, bad-model, bad-file; with files that do hold models where this one holds none. */
async function modelsIn(
  uri: vscode.Uri,
  file: string,
  { models, engine }: Rooms,
  token: vscode.CancellationToken,
): Promise<Readonly<Record<string, ReadModel>>> {
  const { type } = await vscode.workspace.fs.stat(uri);
  const folder = (type & vscode.FileType.Directory) !== 0;
  if (!folder && /\.(py|ipynb)$/.test(uri.path)) {
    const read = isNotebook(uri)
      ? await engine.request('model/read', { file: uri.fsPath }, { token })
      : await modelsOfSource(await vscode.workspace.openTextDocument(uri), models, token);
    if (Object.keys(read).length > 0) return read;
    throw new VitrineError(
      'class-not-found',
      `${file} has no class that extends nn.Module. ${await whereModelsAre()}`,
    );
  }
  // A folder that Transformers saved is read by its configuration; of another one, its files are the answer.
  const where = folder ? vscode.Uri.joinPath(uri, 'config.json') : uri;
  try {
    const read = await engine.request('model/read', { file: where.fsPath }, { token });
    if (Object.keys(read).length > 0) return read;
  } catch (e) {
    if (!(e instanceof VitrineError) || e.code === 'cancelled') throw e;
    throw new VitrineError(
      'bad-request',
      folder
        ? `${file} is a folder. ${await whereModelsAre(uri)}`
        : `${e.message.split(' Known are')[0]} ${await whereModelsAre()}`,
    );
  }
  throw new VitrineError('class-not-found', `${file} holds no model. ${await whereModelsAre()}`);
}

async function modelsOfSource(
  document: vscode.TextDocument,
  models: Models,
  token: vscode.CancellationToken,
): Promise<Readonly<Record<string, ReadModel>>> {
  const reading = await models.read(document, token);
  if (reading?.failure) throw new VitrineError('bad-model', reading.failure);
  return reading?.models ?? {};
}

async function whereModelsAre(within?: vscode.Uri): Promise<string> {
  const all = await findModelFiles();
  const near = within ? all.filter(f => f.uri.path.startsWith(`${within.path}/`)) : all;
  const names = (near.length > 0 ? near : all).map(f => vscode.workspace.asRelativePath(f.uri));
  return names.length > 0 ? `Models are in ${listed(names, 12)}.` : 'No file of the workspace has a model.';
}
