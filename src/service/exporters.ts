/** The ways to write a model with its weights to files, by the extension that says which. */
import path from 'node:path';
import { type WriteOptions, writeOnnx } from '../formats/onnx/write';
import { inlineOf, pytorchText } from '../formats/pytorch/write/write';
import { writeSafetensors } from '../formats/safetensors/write';
import type { Model, Tensors } from '../model/graph';
import { writeAtomically } from '../train/runs/atomicFile';
import { unitsWithin } from '../train/setup/targetUnits';
import { graphSvg } from './graphSvg';
import { filesOfFolder, writeFolder } from './huggingfaceFolder';

export interface Exporter {
  name: string;
  /** One line for a menu. */
  summary: string;
  extension: string;
  /** Of the graph alone: the weights are not looked at and need not be read. */
  graphOnly?: true;
  /** The format whose models alone it writes; others have not what it needs. */
  only?: string;
  /** The files that writing makes, or replaces, the named one first. */
  files(file: string): readonly string[];
  /** @returns the files that it wrote, the named one first. @throws VitrineError */
  write(
    file: string,
    model: Model,
    weights: Tensors,
    classes?: readonly string[],
  ): Promise<readonly string[]>;
}

/** Where the weights of a PyTorch file go. */
function besideOf(file: string): string {
  return `${file.slice(0, file.length - path.extname(file).length)}.safetensors`;
}

function onnxFile(name: string, summary: string, options: WriteOptions = {}): Exporter {
  return {
    name,
    summary,
    extension: '.onnx',
    files: file => [file],
    async write(file, model, weights) {
      await writeOnnx(file, model, weights, options);
      return [file];
    },
  };
}

export const exporters: Readonly<Record<string, Exporter>> = {
  onnx: onnxFile('ONNX', 'Graph and weights in one file, for ONNX Runtime and other tools'),
  safetensors: {
    name: 'safetensors',
    summary: "The weights under the names of PyTorch's state_dict",
    extension: '.safetensors',
    files: file => [file],
    async write(file, model, weights) {
      // What PyTorch's state_dict has; constants of the graph are no part of it.
      const own = model.parameters.filter(p => p.kind !== 'constant');
      const units = unitsWithin(model);
      await writeSafetensors(file, Object.fromEntries(own.map(p => [p.name, weights[p.name]!])), {
        format: 'pt',
        // The class itself gives numbers of about 1.
        ...(units && { prediction: `output * ${units.scale} + ${units.shift}` }),
      });
      return [file];
    },
  },
  onnx8: onnxFile(
    'ONNX, 8 bits a weight',
    'As ONNX in a quarter of the room; Weight precision tells what that costs',
    { eightBits: true },
  ),
  py: {
    name: 'PyTorch',
    summary: 'A PyTorch file that runs by itself, with its weights beside it',
    extension: '.py',
    files: file => [file, besideOf(file)],
    async write(file, model, weights) {
      const beside = besideOf(file);
      const text = pytorchText(model, weights, path.basename(beside));
      const inline = inlineOf(model, weights);
      const stored = model.parameters.filter(p => !inline.has(p.name));
      await writeSafetensors(beside, Object.fromEntries(stored.map(p => [p.name, weights[p.name]!])), {
        format: 'pt',
      });
      await writeAtomically(file, text);
      return [file, beside];
    },
  },
  huggingface: {
    name: 'Hugging Face folder',
    summary: "What Transformers' from_pretrained loads: configuration, weights and tokenizer",
    extension: '',
    only: 'huggingface',
    files: folder => filesOfFolder.map(n => path.join(folder, n)),
    write: writeFolder,
  },
  svg: {
    name: 'SVG',
    summary: 'The graph as a picture, its modules folded as the panel shows them first',
    extension: '.svg',
    graphOnly: true,
    files: file => [file],
    async write(file, model) {
      await writeAtomically(file, graphSvg(model));
      return [file];
    },
  },
};
