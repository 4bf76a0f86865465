import { parse } from 'jsonc-parser';
import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import { runFiles } from '../../train/runs/run';
import { trainedRunFor } from './_find';
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
    const found = await trainedRunFor(
      { ...(run !== undefined && { run }), ...(experiment !== undefined && { experiment }) },
      rooms,
    );
    if (!by?.length && !(await namesSensitive(found.folder)))
      throw new VitrineError(
        'bad-request',
        'Fairness between which groups? Give columns of the data as "by", such as sex or age; the experiment lists none as "sensitive".',
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
    return { run: found.record.id, seed: found.record.seed, ...inShort(fairness) };
  },
};

async function namesSensitive(folder: vscode.Uri): Promise<boolean> {
  const file = vscode.Uri.joinPath(folder, runFiles.experiment);
  const read = parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)));
  return Object(read).sensitive?.length > 0;
}

/** Without what is drawn rather than read, and without rates that nothing is known of. */
function inShort(value: unknown): object {
  return JSON.parse(
    JSON.stringify(value, (key, v) =>
      v === null || key === 'bins' || key === 'reliability' ? undefined : v,
    ),
  );
}
