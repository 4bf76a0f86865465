/**
 * What the editor needs to know of an experiment file before anyone has checked it: which model and which data it
 * names. Reads half-written files; wrong values are the checker's to report.
 */
import path from 'node:path';
import { findNodeAtLocation, getNodeValue, type Node as JsonNode, parseTree } from 'jsonc-parser';

export interface ExperimentInfo {
  /** Absolute paths. */
  file: string;
  model?: {
    file: string;
    class?: string;
    arguments?: Record<string, unknown>;
    input?: number[];
    /** Of the checkpoint that it starts from; absolute. */
    weights?: string;
  };
  data?: { file?: string; target?: string };
  epochs?: number;
  /** Offset of the first property, where a CodeLens stands. */
  offset: number;
}

/** Files larger than this are no experiments. */
export const MAX_EXPERIMENT_BYTES = 1_000_000;

export function experimentInfo(file: string, text: string): ExperimentInfo {
  const root = text.length <= MAX_EXPERIMENT_BYTES ? parseTree(text) : undefined;
  const value = (...at: string[]): unknown => {
    const node = root && findNodeAtLocation(root, at);
    return node ? (getNodeValue(node as JsonNode) as unknown) : undefined;
  };
  const folder = path.dirname(file);
  const modelFile = value('model', 'file');
  const modelClass = value('model', 'class');
  const modelArguments = value('model', 'arguments');
  const input = value('model', 'input');
  const weights = value('model', 'weights');
  const dataFile = value('data', 'file');
  const target = value('data', 'target');
  const epochs = value('epochs');
  return {
    file,
    offset: root?.offset ?? 0,
    ...(typeof modelFile === 'string'
      ? {
          model: {
            file: path.resolve(folder, modelFile),
            ...(typeof modelClass === 'string' ? { class: modelClass } : {}),
            ...(isRecord(modelArguments) ? { arguments: modelArguments } : {}),
            ...(isSizes(input) ? { input } : {}),
            ...(typeof weights === 'string' ? { weights: path.resolve(folder, weights) } : {}),
          },
        }
      : {}),
    ...(root && findNodeAtLocation(root, ['data'])
      ? {
          data: {
            ...(typeof dataFile === 'string' ? { file: path.resolve(folder, dataFile) } : {}),
            ...(typeof target === 'string' ? { target } : {}),
          },
        }
      : {}),
    ...(typeof epochs === 'number' ? { epochs } : {}),
  };
}

/** "digits.vitrine.json" -> "digits". */
export function experimentName(file: string): string {
  return path.basename(file).replace(/\.vitrine\.json$/i, '');
}

function isRecord(x: unknown): x is Record<string, unknown> {
  return typeof x === 'object' && x !== null && !Array.isArray(x);
}

function isSizes(x: unknown): x is number[] {
  return Array.isArray(x) && x.length > 0 && x.every(n => Number.isInteger(n) && n > 0);
}
