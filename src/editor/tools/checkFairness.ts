import * as vscode from 'vscode';
import { runFor } from './_find';
import type { Tool } from './tool';

interface Input {
  run?: string;
  experiment?: string;
  by?: string[];
  positive?: string | number;
}

export const tool: Tool<Input> = {
  progress: ({ by }) => vscode.l10n.t('Comparing groups by {0}', by?.join(', ') ?? '…'),
  async run({ run, experiment, by, positive }, rooms, token) {
    const found = await runFor(
      { ...(run !== undefined && { run }), ...(experiment !== undefined && { experiment }) },
      rooms,
    );
    const fairness = await rooms.engine.request(
      'fairness',
      {
        run: found.folder.fsPath,
        ...(by && by.length > 0 && { by }),
        ...(positive !== undefined && { positive }),
      },
      { token },
    );
    return { run: found.record.id, seed: found.record.seed, ...fairness };
  },
};
