import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import { listed } from '../../model/suggest';
import { Models } from '../models';
import { fileOf } from './_find';
import type { Tool } from './tool';

interface Input {
  file: string;
  class?: string;
}

export const tool: Tool<Input> = {
  progress: ({ file }) => vscode.l10n.t('Reading the model in {0}', file),
  async run({ file, class: wanted }, { models }, token) {
    const uri = await fileOf(file);
    const document = await vscode.workspace.openTextDocument(uri);
    const reading = await models.read(document, token);
    if (reading?.failure) throw new VitrineError('bad-model', reading.failure);
    const read = reading?.models ?? {};
    const names = Object.keys(read);
    if (names.length === 0)
      throw new VitrineError('class-not-found', `${file} has no class that extends nn.Module.`);
    // Without a name it is the model that holds the others.
    const name = wanted ?? Models.models(reading)[0]?.name ?? names[0]!;
    const found = Object.hasOwn(read, name) ? read[name] : undefined;
    if (!found)
      throw new VitrineError(
        'class-not-found',
        `There is no model "${name}" in ${file}. It has ${listed(names)}.`,
      );
    const { describeGraph } = await import('../../engine/graphDescription');
    return {
      ...(found.model && describeGraph(found.model)),
      others: names.filter(n => n !== name),
      problems: found.diagnostics.map(d => ({
        line: d.line,
        severity: d.severity,
        message: d.message,
        ...(d.fix && { fix: d.fix.title }),
      })),
    };
  },
};
