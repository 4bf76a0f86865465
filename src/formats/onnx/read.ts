/** Reads ONNX files: https://github.com/onnx/onnx/blob/main/docs/IR.md */
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Diagnostic, Model, Tensor, Tensors } from '../../model/graph';
import { nodesFor } from '../../model/shown';
import { planInStages, type Staging } from '../../model/stages';
import { type Imported, Importer, type ImportOptions } from './importer';
import { type ModelProto, modelProto } from './schema';
import { type ByteSource, fileSource, memorySource } from './source';
import { stagingOfFile } from './staging';
import { decode, WireError } from './wire';

export interface OnnxModel {
  model: Model;
  diagnostics: readonly Diagnostic[];
  unsupported: Imported['unsupported'];
  lost: Imported['lost'];
  /** Nodes that wait for what only running tells, by what they wait for. */
  waits: Imported['waits'];
  /** What the file says of itself. */
  about: readonly (readonly [name: string, value: string])[];
  /** Whether the file has a tensor, which the reader did not make. */
  isStored(name: string): boolean;
  /** One parameter's or constant's values. @throws VitrineError bad-file */
  weight(name: string): Tensor;
  /** The values of all parameters and constants. @throws VitrineError bad-file for external data that is not there */
  weights(): Tensors;
  close(): void;
}

/**
 * Opens a file. Weights are read when they are asked for; until `close` the file stays open.
 *
 * @throws VitrineError file-not-found, bad-file (no ONNX, damaged), bad-model (a cycle, a name twice)
 */
export function openOnnx(file: string, options: ImportOptions = {}): OnnxModel {
  return importFrom(fileSource(file), file, options, () => fileSource(file));
}

/** The same over bytes in memory; external data is looked for beside `file`. */
export function openOnnxBytes(bytes: Uint8Array, file: string, options: ImportOptions = {}): OnnxModel {
  return importFrom(memorySource(bytes), file, options, () => memorySource(bytes));
}

/** @param again opens the file anew, to plan it in steps. */
function importFrom(
  source: ByteSource,
  file: string,
  options: ImportOptions,
  again: () => ByteSource,
): OnnxModel {
  try {
    const opened = guarded(file, () => {
      const proto = decode(source, modelProto) as ModelProto;
      return {
        ...new Importer({ file, source }, options).import(proto, nameOf(proto, file)),
        about: aboutOf(proto),
      };
    });
    if (needsSteps(opened.model, opened.lost)) planInStages(opened.model, () => stagingOf(file, again()));
    return { ...opened, close: () => source.close() };
  } catch (e) {
    source.close();
    throw e;
  }
}

/** Whether an output that is computed needs what only running tells. */
function needsSteps(model: Model, lost: readonly string[]): boolean {
  const computed = model.outputs.filter(id => !lost.includes(id));
  return [...nodesFor(model, computed)].some(n => n.shown?.as === 'waiting');
}

function stagingOf(file: string, source: ByteSource): Staging {
  const proto = decode(source, modelProto) as ModelProto;
  return stagingOfFile(file, source, proto, nameOf(proto, file));
}

/** What a damaged file does to the decoder, as an error that names the file. */
function guarded<T extends Imported>(file: string, read: () => T): T {
  const told = <R>(f: () => R): R => {
    try {
      return f();
    } catch (e) {
      if (e instanceof WireError || e instanceof RangeError)
        throw new VitrineError(
          'bad-file',
          `The file is damaged or is no ONNX model: ${e.message}. Export it again.`,
          { at: { file } },
        );
      throw e;
    }
  };
  const imported = told(read);
  return {
    ...imported,
    weights: () => told(imported.weights),
    weight: name => told(() => imported.weight(name)),
  };
}

/** The graph's own name if it says anything, else the file's. */
function nameOf(proto: ModelProto, file: string): string {
  const given = proto.graph?.name ?? '';
  if (/^[A-Za-z_][\w.-]{0,63}$/.test(given) && !/^(main_graph|torch[-_]jit.*|graph|main)$/i.test(given))
    return given;
  return path.basename(file).replace(/\.onnx$/i, '') || 'model';
}

/** Entries are cut: a file may say anything of itself. */
const longestEntry = 4000;

function aboutOf(proto: ModelProto): [string, string][] {
  const producer = [proto.producerName, proto.producerVersion].filter(Boolean).join(' ');
  const sets = (proto.opsetImport ?? []).map(o => `${o.domain || 'ai.onnx'} ${o.version ?? 0}`).join(', ');
  const all: [string, string | undefined][] = [
    ['producer', producer],
    ['IR version', proto.irVersion === undefined ? undefined : String(proto.irVersion)],
    ['operator sets', sets],
    ['domain', proto.domain],
    ['graph', proto.graph?.name],
    ['description', proto.docString],
    ...(proto.metadataProps ?? []).map((e): [string, string] => [e.key ?? '', e.value ?? '']),
  ];
  return all.flatMap(([name, value]) => (value ? [[name.slice(0, 200), value.slice(0, longestEntry)]] : []));
}
