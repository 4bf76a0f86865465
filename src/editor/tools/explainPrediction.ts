import * as vscode from 'vscode';
import { usualMethod } from '../../explain/usual';
import { padded } from '../../explain/words/padding';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import { loadMethods } from '../registries';
import { trainedRunFor } from './_find';
import type { Tool } from './tool';

interface Input {
  run?: string;
  experiment?: string;
  row?: number;
  values?: Record<string, string | number | null>;
  method?: string;
  target?: string | number;
}

/** A model reads the strongest reasons, not ten thousand pixels. */
const mostReasons = 20;

export const tool: Tool<Input> = {
  progress: ({ row }) =>
    row === undefined
      ? vscode.l10n.t('Explaining a prediction')
      : vscode.l10n.t('Explaining the prediction of row {0}', row),
  async run({ run, experiment, row, values, method, target }, rooms, token) {
    const found = await trainedRunFor(
      { ...(run !== undefined && { run }), ...(experiment !== undefined && { experiment }) },
      rooms,
    );
    const known = await loadMethods(rooms.engine, found.folder.fsPath);
    const chosen =
      method ?? usualMethod(id => known.some(m => m.id === id && m.unsuited === undefined)) ?? known[0]!.id;
    if (!known.some(m => m.id === chosen)) {
      const suited = known.filter(m => m.unsuited === undefined).map(m => m.id);
      const near = nearest(chosen, suited);
      throw new VitrineError(
        'bad-request',
        `There is no explanation method "${chosen}". ${near ? `Did you mean "${near}"? ` : ''}For this run there are ${listed(suited, 60)}.`,
      );
    }
    const explanation = await rooms.engine.request(
      'explain',
      {
        run: found.folder.fsPath,
        method: chosen,
        ...(row !== undefined ? { row } : values ? { values } : {}),
        ...(target !== undefined && { target }),
      },
      { token },
    );
    const { attribution } = explanation;
    const { names, values: shares } = padded({
      names:
        attribution.names ??
        attribution.values.map((_, i) => `[${placeOf(i, attribution.shape).join(', ')}]`),
      values: attribution.values,
    });
    const reasons = shares
      .map((value, i) => ({ name: names[i]!, value }))
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
      .slice(0, mostReasons);
    return {
      run: found.record.id,
      seed: found.record.seed,
      method: explanation.method,
      row: explanation.row,
      target: explanation.target,
      prediction: explanation.prediction,
      strongest: reasons,
      of: attribution.values.length,
      trust: {
        score: explanation.trust.score,
        verdict: explanation.trust.verdict,
        measures: explanation.trust.measures.map(({ id, value, verdict, text }) => ({
          id,
          value,
          verdict,
          text,
        })),
      },
      text: explanation.text,
      ...(explanation.facts && { facts: explanation.facts }),
    };
  },
};

/** From an index into the flat values to one along each axis. */
function placeOf(index: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  let rest = index;
  for (let i = shape.length - 1; i >= 0; i--) {
    place.unshift(rest % shape[i]!);
    rest = Math.floor(rest / shape[i]!);
  }
  return place;
}
