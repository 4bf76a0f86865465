import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import { samePath } from '../text/places';
import { experimentFor, runFor } from './_find';
import type { Tool } from './tool';

interface Input {
  runs?: string[];
  experiment?: string;
}

const mostRuns = 20;

export const tool: Tool<Input> = {
  progress: () => vscode.l10n.t('Comparing runs'),
  async run({ runs: ids, experiment }, rooms, token) {
    const chosen = ids
      ? await Promise.all(ids.map(run => runFor({ run }, rooms)))
      : await newest(experiment === undefined ? undefined : await experimentFor(experiment, rooms));
    if (chosen.length < 2)
      throw new VitrineError(
        'bad-request',
        `Two runs or more are compared; there ${chosen.length === 1 ? 'is one' : 'are none'}. Call train_model with other settings first.`,
      );
    return rooms.engine.request('run/compare', { runs: chosen.map(r => r.folder.fsPath) }, { token });

    async function newest(file: string | undefined) {
      await rooms.runs.refresh();
      return (await rooms.runs.all())
        .filter(r => file === undefined || samePath(r.record.experiment, file))
        .slice(0, mostRuns);
    }
  },
};
