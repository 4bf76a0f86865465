import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import { experimentFor } from './_find';
import type { Tool } from './tool';

interface Input {
  experiment?: string;
  seed?: number;
  /** By dotted path. */
  set?: Record<string, unknown>;
}

export const tool: Tool<Input> = {
  confirm: ({ experiment, set }) => ({
    title: vscode.l10n.t('Train a model'),
    message:
      set && Object.keys(set).length > 0
        ? vscode.l10n.t('Train {0} with {1}?', experiment ?? '*.vitrine.json', JSON.stringify(set))
        : vscode.l10n.t('Train {0}?', experiment ?? '*.vitrine.json'),
  }),
  progress: ({ experiment }) => vscode.l10n.t('Training {0}', experiment ?? '*.vitrine.json'),
  async run({ experiment, seed, set }, rooms, token) {
    const file = await experimentFor(experiment, rooms);
    if (rooms.training.busy)
      throw new VitrineError(
        'bad-request',
        'A training is under way already. Wait for its end, then try again.',
      );
    const listening = token.onCancellationRequested(() => void rooms.training.stop());
    try {
      const live = await rooms.training.train(file, {
        told: false,
        ...(seed !== undefined && { seed }),
        ...(set && { set }),
      });
      const run = live && (await rooms.runs.get(live.id));
      if (!run) throw new VitrineError('cancelled', 'The training was cancelled before it began.');
      const { record } = run;
      return {
        run: record.id,
        state: record.state,
        experiment: vscode.workspace.asRelativePath(record.experiment),
        model: record.model.class,
        parameters: record.model.parameters,
        seed: record.seed,
        backend: record.backend,
        epochs: record.epochsDone,
        ...(live.loss !== undefined && { loss: live.loss }),
        valid: live.valid ?? {},
        test: record.test ?? {},
        folder: vscode.workspace.asRelativePath(run.folder),
      };
    } finally {
      listening.dispose();
    }
  },
};
