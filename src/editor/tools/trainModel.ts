import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import { experimentToTrain, type Wanted } from './_experiment';
import type { Tool } from './tool';

interface Input extends Wanted {
  seed?: number;
  /** By dotted path. */
  set?: Record<string, unknown>;
}

export const tool: Tool<Input> = {
  confirm: input => ({
    title: vscode.l10n.t('Train a model'),
    message: [
      input.set && Object.keys(input.set).length > 0
        ? vscode.l10n.t('Train {0} with {1}?', named(input), JSON.stringify(input.set))
        : vscode.l10n.t('Train {0}?', named(input)),
      ...(input.model !== undefined || input.data !== undefined
        ? [vscode.l10n.t('Where no experiment trains it yet, one is written beside it.')]
        : []),
    ].join(' '),
  }),
  progress: input => vscode.l10n.t('Training {0}', named(input)),
  async run({ seed, set, ...wanted }, rooms, token) {
    if (rooms.training.busy)
      throw new VitrineError(
        'bad-request',
        'A training is under way already. Wait for its end, then try again.',
      );
    const { file, wrote, note } = await experimentToTrain(wanted, rooms);
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
        ...(record.message && { message: record.message }),
        ...(wrote && { wrote }),
        ...(note && { note }),
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

function named({ experiment, model, data }: Wanted): string {
  return [model, data].filter(x => x !== undefined).join(', ') || (experiment ?? '*.vitrine.json');
}
