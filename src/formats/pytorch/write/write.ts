/**
 * Writes a model of any format as a PyTorch file that runs by itself: one class whose `state_dict` has the model's own
 * names, its weights in safetensors beside it. The file needs torch and nothing else.
 */
import path from 'node:path';
import { symbolsOf } from '../../../model/dim';
import { VitrineError } from '../../../model/errors';
import { inEvaluation } from '../../../model/evaluation';
import type { Attributes, Dim, Model, Node, Parameter, Tensors } from '../../../model/graph';
import { listed } from '../../../model/suggest';
import { pythonWords } from '../pythonWords';
import { expressions } from './expressions';
import { helpers } from './helpers';
import { type PythonContext, pythonNumber, torchTypes, tuple } from './spelling';

/** Constants of so many numbers stand in the text; larger ones are stored with the weights. */
const mostInline = 64;

/** The text of the file. @throws VitrineError unsupported-op, bad-request */
export function pytorchText(whole: Model, weights: Tensors, weightsFile: string): string {
  const model = inEvaluation(whole);
  const missing = [...new Set(model.nodes.map(n => n.op).filter(op => !Object.hasOwn(expressions, op)))];
  if (missing.length > 0)
    throw new VitrineError(
      'unsupported-op',
      `${model.name} cannot be written as PyTorch source: there is no expression for ${listed(missing)}.`,
    );
  if (model.nodes.length === 0)
    throw new VitrineError(
      'bad-request',
      `${path.basename(model.file)} holds weights without the code that computes with them, so there is nothing to write as PyTorch source.`,
      { at: { file: model.file } },
    );
  return new Writer(model, weights, weightsFile).text();
}

/** Constants that stand in the text and need not be stored. */
export function inlineOf(model: Model, weights: Tensors): ReadonlySet<string> {
  return new Set(
    model.parameters
      .filter(p => p.kind === 'constant' && (weights[p.name]?.data.length ?? Infinity) <= mostInline)
      .map(p => p.name),
  );
}

/** What Python and the written file's own lines call something else. */
const keywords = new Set([
  ...pythonWords,
  ...'self torch nn F w device json math print tuple min max len float int'.split(' '),
]);

class Writer {
  private readonly names = new Map<string, string>();
  private readonly taken = new Set<string>(keywords);
  private readonly stored: ReadonlyMap<string, Parameter>;
  private readonly symbols = new Set<string>();
  private readonly inline: ReadonlySet<string>;

  constructor(
    private readonly model: Model,
    private readonly weights: Tensors,
    private readonly weightsFile: string,
  ) {
    this.stored = new Map(model.parameters.map(p => [p.name, p]));
    this.inline = inlineOf(model, weights);
    for (const id of model.inputs)
      for (const d of this.shape(id)) for (const s of symbolsOf(d)) this.taken.add(s);
  }

  text(): string {
    const { model } = this;
    const className = identifier(model.name, 'Model').replace(/^[a-z]/, c => c.toUpperCase());
    const inputs = model.inputs.map(id => this.variable(id, model.values[id]?.name ?? 'x'));
    const bound = this.bindSymbols();
    const body = this.body();
    const unbound = [...this.symbols].filter(s => !bound.has(s));
    if (unbound.length > 0)
      throw new VitrineError(
        'unsupported-op',
        `${model.name} cannot be written as PyTorch source: the size ${unbound[0]} is that of no input.`,
      );
    const returned = model.outputs.map(id => this.read(id)).join(', ');
    const used = Object.entries(helpers).filter(([name]) => body.some(l => l.includes(`${name}(`)));
    const sizes = [...bound].filter(([s]) => this.symbols.has(s)).map(([s, from]) => `${s} = ${from}`);
    const device = body.some(l => l.includes('device=device')) ? [`device = ${inputs[0]}.device`] : [];
    const shapes = model.inputs.map(
      (id, i) => `${inputs[i]}: ${model.values[id]?.dtype} (${this.shape(id).join(', ')})`,
    );
    return [
      '"""',
      `${harmless(model.name)}, written by Vitrine from ${harmless(path.basename(model.file))}.`,
      '',
      `Inputs: ${harmless(shapes.join('; '))}`,
      `Weights: ${harmless(this.weightsFile)}, under the names of the model's state_dict.`,
      '"""',
      '',
      'import json',
      'import pathlib',
      '',
      'import torch',
      'import torch.nn.functional as F',
      'from torch import nn',
      '',
      '',
      loader,
      ...used.flatMap(([, source]) => ['', '', source]),
      '',
      '',
      `class ${className}(nn.Module):`,
      '    def __init__(self):',
      '        super().__init__()',
      ...model.parameters
        .filter(p => !this.inline.has(p.name) || this.isRead(p.name, body, returned))
        .flatMap(p => this.registration(p)),
      '',
      `    def forward(self, ${inputs.join(', ')}):`,
      '        w = {**dict(self.named_parameters()), **dict(self.named_buffers())}',
      ...[...device, ...sizes].map(l => `        ${l}`),
      ...body.map(l => (l === '' ? '' : `        ${l}`)),
      `        return ${returned}`,
      '',
      '    @classmethod',
      `    def pretrained(cls, file=pathlib.Path(__file__).with_name(${JSON.stringify(this.weightsFile)})):`,
      '        """The model with the weights that were written beside this file."""',
      '        model = cls()',
      '        model.load_state_dict(read_safetensors(file), strict=False)',
      '        return model.eval()',
      '',
      '',
      'if __name__ == "__main__":',
      `    print(${className}.pretrained())`,
      '',
    ].join('\n');
  }

  private shape(id: string): readonly Dim[] {
    return this.model.values[id]?.shape ?? [];
  }

  /** Where each symbol of an input's shape is to be read. */
  private bindSymbols(): Map<string, string> {
    const bound = new Map<string, string>();
    for (const id of this.model.inputs)
      this.shape(id).forEach((d, i) => {
        if (typeof d === 'string' && /^[A-Za-z_]\w*$/.test(d) && !bound.has(d))
          bound.set(d, `${this.names.get(id)}.size(${i})`);
      });
    return bound;
  }

  private body(): string[] {
    const lines: string[] = [];
    let module: string | undefined;
    for (const node of this.model.nodes) {
      if (node.module !== module) {
        module = node.module;
        if (module !== '') lines.push(`# ${harmless(module)}`);
      }
      const expression = expressions[node.op]!(this.context(node));
      const targets = node.outputs.map(id => (id === '' ? '_' : this.variable(id)));
      lines.push(`${targets.length > 0 ? targets.join(', ') : '_'} = ${expression}`);
    }
    // Constants that are outputs, and symbols in what is written.
    for (const line of lines)
      for (const [word] of line.replace(/"[^"]*"|#.*/g, '').matchAll(/(?<![\w.])[A-Za-z_]\w*(?!\w|\()/g))
        if (this.isSymbol(word)) this.symbols.add(word);
    return lines;
  }

  private isSymbol(word: string): boolean {
    this.known ??= new Set(Object.values(this.model.values).flatMap(v => v.shape.flatMap(d => symbolsOf(d))));
    return this.known.has(word) && ![...this.names.values()].includes(word);
  }

  private known: Set<string> | undefined;

  private context(node: Node): PythonContext {
    const type = (id: string | undefined) => {
      const value = id === undefined ? undefined : (this.model.values[id] ?? this.stored.get(id));
      if (!value)
        throw new VitrineError('bad-model', `${node.op} reads a value that the model does not have.`);
      return { dtype: value.dtype, shape: value.shape };
    };
    const { attributes } = node;
    const list = (name: string) => (Array.isArray(attributes[name]) ? attributes[name] : undefined);
    const outputs = node.outputs.length;
    return {
      node,
      inputs: node.inputs.map(id => (id === '' ? '' : this.read(id))),
      has: i => (node.inputs[i] ?? '') !== '',
      plain: i => this.plain(node, i),
      type: i => type(node.inputs[i]),
      outputType: i => type(node.outputs[i]),
      outputs,
      number: (name, otherwise) => numberOf(attributes, name, otherwise),
      text: (name, otherwise) => (typeof attributes[name] === 'string' ? attributes[name] : otherwise),
      ints: name => list(name) as readonly number[] | undefined,
      dims: name => list(name) as readonly Dim[] | undefined,
      refuse: why => {
        throw new VitrineError(
          'unsupported-op',
          `${this.model.name} cannot be written as PyTorch source: ${node.op}${node.module ? ` in ${node.module}` : ''} has ${why}.`,
        );
      },
    };
  }

  private plain(node: Node, i: number): string {
    const id = node.inputs[i]!;
    const own = this.stored.get(id);
    const numbers = node.inputs.map(x => this.inline.has(x) && this.stored.get(x)?.shape.length === 0);
    const others = node.inputs.filter((x, k) => k !== i && !numbers[k] && this.typeOf(x) === own?.dtype);
    if (!own || !numbers[i] || others.length === 0 || own.dtype === 'bool') return this.read(id);
    const x = this.weights[id]!.data[0]!;
    const number = /^b?float/.test(own.dtype) ? floatText(x) : String(x);
    return x < 0 || Object.is(x, -0) ? `(${number})` : number;
  }

  private typeOf(id: string): string | undefined {
    return (this.model.values[id] ?? this.stored.get(id))?.dtype;
  }

  private read(id: string): string {
    if (this.stored.has(id)) return `w[${JSON.stringify(id)}]`;
    const name = this.names.get(id);
    if (name === undefined) throw new VitrineError('bad-model', `Nothing computes "${id}".`);
    return name;
  }

  private variable(id: string, wanted?: string): string {
    const base = identifier(wanted ?? this.model.values[id]?.name ?? 'x', 'x').slice(0, 40);
    let name = base;
    for (let i = 1; this.taken.has(name); i++) name = `${base}_${i}`;
    this.taken.add(name);
    this.names.set(id, name);
    return name;
  }

  /** Constants that became numbers in the text are not registered. */
  private isRead(name: string, body: readonly string[], returned: string): boolean {
    const read = `w[${JSON.stringify(name)}]`;
    return returned.includes(read) || body.some(l => l.includes(read));
  }

  private registration(p: Parameter): string[] {
    const t = this.weights[p.name];
    if (!t) throw new VitrineError('bad-request', `The weights of ${this.model.name} lack "${p.name}".`);
    const type = torchTypes[p.dtype];
    const name = JSON.stringify(p.name);
    if (this.inline.has(p.name)) {
      const real = type === 'torch.float32';
      const values = Array.from(t.data, x =>
        type === 'torch.bool' ? (x ? 'True' : 'False') : real ? floatText(x) : String(x),
      );
      return [
        `        put(self, ${name}, torch.tensor([${values.join(', ')}], dtype=${type}).reshape(${tuple(p.shape)}), keep=False)`,
      ];
    }
    const made = `torch.zeros(${tuple(p.shape)}${type === 'torch.float32' ? '' : `, dtype=${type}`})`;
    if (p.kind === 'parameter' && type === 'torch.float32') {
      const aliases = (p.aliases ?? []).map(
        a => `        put(self, ${JSON.stringify(a)}, self.get_parameter(${name}))`,
      );
      const trainable = p.trainable ? '' : ', requires_grad=False';
      return [`        put(self, ${name}, nn.Parameter(${made}${trainable}))`, ...aliases];
    }
    return [`        put(self, ${name}, ${made})`];
  }
}

function numberOf(attributes: Attributes, name: string, otherwise: number): number {
  const value = attributes[name];
  return typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : otherwise;
}

/** A text of a file, for a comment: a name may hold anything. */
function harmless(text: string): string {
  return text
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/["\\]/g, '')
    .slice(0, 300);
}

/** As many digits as a float32 has. */
function floatText(x: number): string {
  if (!Number.isFinite(x)) return pythonNumber(x);
  const nine = Number(x.toPrecision(9));
  // PyTorch refuses what lies above the largest float32, though it would be rounded to it.
  const short = Math.fround(nine) === x && Math.abs(nine) <= 3.4028234663852886e38 ? nine : x;
  return Number.isInteger(short) && Math.abs(short) < 1e15 ? `${short}.0` : String(short);
}

function identifier(text: string, otherwise: string): string {
  const name = text.replace(/\W+/g, '_').replace(/^(\d)/, '_$1').replace(/_+$/, '');
  return name === '' || /^_*$/.test(name) ? otherwise : name;
}

const loader = `def put(root, name, value, keep=True):
    """Registers a parameter or buffer under a name with dots, as submodules have them."""
    *path, last = name.split(".")
    for step in path:
        if step not in root._modules:
            root.add_module(step, nn.Module())
        root = root._modules[step]
    if isinstance(value, nn.Parameter):
        root.register_parameter(last, value)
    else:
        root.register_buffer(last, value, persistent=keep)


def read_safetensors(file):
    """Tensors by name; the format is a JSON header and raw numbers."""
    kinds = {"F32": torch.float32, "I32": torch.int32}
    with open(file, "rb") as f:
        header = json.loads(f.read(int.from_bytes(f.read(8), "little")))
        data = bytearray(f.read())
    out = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        kind = kinds[entry["dtype"]]
        flat = torch.frombuffer(data, dtype=kind, offset=start, count=(end - start) // 4) if end > start else torch.zeros(0)
        out[name] = flat.reshape(entry["shape"]).clone()
    return out`;
