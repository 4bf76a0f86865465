/**
 * What a workspace that is not trusted may ask for: the one gate that every request passes (editor/engine.ts). Files
 * may be read; nothing of theirs is evaluated, trained, asked or explained. A request that is missing here does not
 * compile.
 */
import * as vscode from 'vscode';
import { VitrineError } from '../model/errors';
import type { Method, Params } from '../service/protocol';

const { l10n } = vscode;

type Need =
  /** Reads files, or ends what is under way. */
  | 'nothing'
  /** Evaluates source, if what it is given is source. */
  | 'source'
  | 'evaluation'
  | 'training'
  | 'data'
  | 'prediction'
  | 'explanation'
  | 'report';

const needs: Readonly<Record<Method, Need>> = {
  'model/read': 'source',
  'model/readSince': 'source',
  'model/training': 'source',
  'model/acting': 'source',
  'model/diff': 'source',
  'model/flips': 'prediction',
  'model/export': 'source',
  'file/contents': 'nothing',
  'file/graph': 'source',
  'file/tensor': 'nothing',
  'folder/task': 'nothing',
  'folder/ask': 'prediction',
  'methods/list': 'nothing',
  'checks/list': 'nothing',
  'checks/run': 'evaluation',
  'experiment/check': 'evaluation',
  'run/start': 'training',
  'run/stop': 'nothing',
  'run/pause': 'nothing',
  'run/continue': 'training',
  'run/learningRate': 'training',
  'run/list': 'nothing',
  'run/history': 'nothing',
  'run/compare': 'nothing',
  'run/export': 'nothing',
  'run/parameters': 'nothing',
  'engine/backends': 'nothing',
  'data/overview': 'data',
  'data/samples': 'data',
  'run/evaluation': 'prediction',
  'run/activity': 'prediction',
  'run/timing': 'prediction',
  'run/layer': 'explanation',
  explain: 'explanation',
  anchor: 'explanation',
  episode: 'explanation',
  counterfactual: 'explanation',
  fairness: 'explanation',
  robustness: 'explanation',
  filmstrip: 'explanation',
  report: 'report',
  'predict/whatIf': 'prediction',
  predict: 'prediction',
  'engine/info': 'nothing',
};

/** @throws VitrineError untrusted, which says what is off. Commands that ask the user first call it before they do. */
export function mustBeTrusted<M extends Method>(method: M, params?: Params<M>): void {
  if (vscode.workspace.isTrusted) return;
  const need = needs[method];
  if (need === 'nothing' || (need === 'source' && !hasSource(params))) return;
  throw new VitrineError('untrusted', sentence(need));
}

/** Whether a request names source that would be evaluated; one that is not known yet may. */
function hasSource(params: unknown): boolean {
  if (typeof params !== 'object' || params === null) return true;
  const { file, before, after } = params as Record<'file' | 'before' | 'after', unknown>;
  const files = [file, ...[before, after].map(side => (side as { file?: unknown } | undefined)?.file)];
  return files.some(f => typeof f === 'string' && /\.(py|ipynb)$/i.test(f));
}

function sentence(need: Exclude<Need, 'nothing'>): string {
  switch (need) {
    case 'source':
      return l10n.t('Python is only evaluated in a workspace that you trust.');
    case 'evaluation':
      return l10n.t('Models are not evaluated in a restricted workspace.');
    case 'training':
      return l10n.t('Training is off in a restricted workspace.');
    case 'data':
      return l10n.t('Data that an experiment names are not read in a restricted workspace.');
    case 'prediction':
      return l10n.t('Predictions are off in a restricted workspace.');
    case 'explanation':
      return l10n.t('Explanations are off in a restricted workspace.');
    case 'report':
      return l10n.t('Reports are off in a restricted workspace.');
  }
}
