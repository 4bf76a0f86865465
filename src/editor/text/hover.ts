/** What a hover over a layer, a call or a class says, as Markdown. */

import type { LayerFocus } from '../../explain/layers/layerFocus';
import { meanings, signatureOf } from '../../formats/pytorch/signatures';
import { type Dim, equalDims, polynomialText } from '../../model/dim';
import type { Initializer, Model, ModuleInfo, Node, Parameter, Shape } from '../../model/graph';
import type { ParameterStatistics } from '../../service/protocol';
import { flopsOf, flopsPerSample, modelFlops, type Ops, parameterCount, parametersOf } from './facts';
import { focusText } from './focus';
import { code, count, number, plain, shapeText, shortCount } from './format';
import { histogramSvg, svgDataUri } from './histogram';
import { type Call, moduleAtPath, nodesOf } from './places';

/** Statistics of a trained model's parameters, with the run that they are of. */
export interface Trained {
  run: string;
  epochs: number;
  parameters: readonly ParameterStatistics[];
}

export interface HoverFacts {
  ops: Ops;
  trained?: Trained;
  /** What the layer attends to. */
  focus?: LayerFocus & { run: string };
  /** Translates; keys are the English sentences, with {0}, {1} … for arguments. */
  t: Translate;
}

export type Translate = (text: string, ...args: (string | number)[]) => string;

/** English as it stands; what unit tests pass. */
export const untranslated: Translate = (text, ...args) =>
  text.replace(/\{(\d+)\}/g, (_, i) => String(args[Number(i)]));

const MAX_ROWS = 8;

/** Hover over a layer's definition, or over `self.name`. Several modules when one line makes several. */
export function modulesHover(model: Model, modules: readonly ModuleInfo[], facts: HoverFacts): string {
  const [first] = modules;
  if (!first) return '';
  if (modules.length === 1) return moduleHover(model, first, facts);
  const { t } = facts;
  const total = modules.reduce((n, m) => n + parameterCount(model, m.path), 0);
  const rows = modules.slice(0, MAX_ROWS).map(m => {
    const [from, to] = shapesOf(model, m);
    return [
      code(m.path),
      code(typeText(m)),
      from || to ? `${from} → ${to}` : '',
      count(parameterCount(model, m.path)),
    ];
  });
  const more = modules.length - rows.length;
  return [
    `**${plain(first.type)}** · ${t('{0} modules from this line', modules.length)} · ${t('{0} parameters', count(total))}`,
    table([t('Module'), t('Type'), t('Shapes'), t('Parameters')], rows),
    more > 0 ? t('… and {0} more', more) : '',
    formulaOf(model, first, facts),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function moduleHover(model: Model, m: ModuleInfo, facts: HoverFacts): string {
  const { t } = facts;
  const parameters = parametersOf(model, m.path);
  const [from, to] = shapesOf(model, m);
  const flops = modelFlops(model, facts.ops, m.path);
  const rows: string[][] = [];
  if (from || to) rows.push([t('Shape'), `${from} → ${to}`]);
  rows.push([t('Parameters'), parametersText(parameters, m.path, t)]);
  if (flops !== undefined && !equalDims(flops, 0)) rows.push([t('FLOPs'), flopsText(flops, t)]);
  const formula = formulaOf(model, m, facts);
  if (formula) rows.push([t('Formula'), formula]);
  const starts = parameters.filter(p => m.parameters.includes(p.name));
  // Once trained, where the weights are matters more than where they began.
  if (starts.length > 0 && starts.length <= 4 && trainedOf(m.path, facts.trained).length === 0)
    rows.push([
      t('Starts as'),
      starts.map(p => `${code(local(p.name, m.path))} ${initializerText(p.initializer)}`).join('<br>'),
    ]);
  return [
    `**${plain(m.path || model.name)}** · ${code(typeText(m))}`,
    table(['', ''], rows),
    trainedText(m.path, facts),
    facts.focus?.module === m.path ? focusText(facts.focus, t) : '',
    argumentsText(m, t),
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** What the layer's arguments are here, and what they mean; for layers of PyTorch. */
function argumentsText(m: ModuleInfo, t: Translate): string {
  const signature = signatureOf(`nn.${m.type}`);
  if (!signature) return '';
  const values = new Map(
    [...m.arguments.matchAll(/(\w+)=((?:\([^)]*\)|[^,(])+)/g)].map(([, name, value]) => [
      name!,
      value!.trim(),
    ]),
  );
  // PyTorch prints sizes by place: "Conv2d(1, 6, kernel_size=(5, 5), …)".
  const bare = m.arguments.split(/,\s*(?![^(]*\))/).filter(a => a !== '' && !a.includes('='));
  signature.arguments.slice(0, bare.length).forEach((a, i) => {
    values.set(a.name, bare[i]!);
  });
  const told = signature.arguments.flatMap(a => {
    const value = values.get(a.name) ?? a.default;
    const meaning = meanings[a.name];
    return value !== undefined && meaning && (values.has(a.name) || signature.arguments.length <= 6)
      ? [`- ${code(`${a.name}=${value}`)} ${plain(t(meaning))}`]
      : [];
  });
  return told.slice(0, 8).join('\n');
}

/** Hover over a call in `forward`. */
export function callHover(model: Model, call: Call, facts: HoverFacts): string {
  const { t } = facts;
  const visit = call.visits[0] ?? [];
  const owner = visit[0] && moduleAtPath(model, visit[0].module);
  const whole = owner && isWholeModule(model, owner, visit) ? owner : undefined;
  if (whole) {
    const modules = call.visits.flatMap(v => moduleAtPath(model, v[0]?.module ?? '') ?? []);
    return modulesHover(model, unique(modules), facts);
  }
  const ops = unique(visit.map(n => n.op));
  const definition = ops.length === 1 ? facts.ops.get(ops[0]!) : undefined;
  const flops = flopsOf(model, visit, facts.ops);
  const rows: string[][] = [];
  const shapes = call.visits
    .slice(0, MAX_ROWS)
    .map(v => `${shapeList(model, externalInputs(model, v))} → ${shapeList(model, results(v))}`);
  rows.push([t('Shape'), unique(shapes).join('<br>')]);
  if (flops !== undefined && !equalDims(flops, 0))
    rows.push([t('FLOPs'), flopsText(flopsPerSample(model, flops), t)]);
  const own = ownParameters(model, visit);
  if (own.length > 0)
    rows.push([t('Parameters'), own.map(p => `${code(p.name)} ${valueText(p, facts)}`).join('<br>')]);
  const attributes = visit.length === 1 ? attributesText(visit[0]!) : '';
  if (attributes) rows.push([t('Attributes'), code(attributes)]);
  return [
    `**${ops.map(plain).join(' → ')}**${definition ? ` · ${plain(definition.summary)}` : ''}`,
    table(['', ''], rows),
    definition?.formula ? code(definition.formula) : '',
    call.visits.length > 1 ? t('Called {0} times.', call.visits.length) : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** Parameters that no layer holds: tensors of a script, or `nn.Parameter` of the class itself. */
export function looseParameters(model: Model): Parameter[] {
  return model.parameters.filter(p => p.kind === 'parameter' && !p.name.includes('.'));
}

function ownParameters(model: Model, visit: readonly Node[]): Parameter[] {
  const used = new Set(visit.flatMap(n => n.inputs));
  return looseParameters(model)
    .filter(p => used.has(p.name))
    .slice(0, MAX_ROWS);
}

/** A single number as it is after training; of more their shape. */
function valueText(p: Parameter, { trained, t }: HoverFacts): string {
  const now = trained && p.shape.every(d => d === 1) ? trainedOf(p.name, trained)[0] : undefined;
  if (now) return t('= {0} after training', number(now.mean));
  return p.shape.length === 0 ? '' : shapeText(p.shape);
}

/** Hover over the name of a parameter that no layer holds. */
export function parameterHover(model: Model, p: Parameter, facts: HoverFacts): string {
  const { t, trained } = facts;
  const single = p.shape.every(d => d === 1);
  const now = trainedOf(p.name, trained)[0];
  const rows = [
    [t('Shape'), code(shapeText(p.shape))],
    [t('Starts as'), initializerText(p.initializer)],
  ];
  if (single && now) {
    rows.push([t('Trained'), code(number(now.mean))]);
    if (now.gradientNorm !== undefined) rows.push([t('Gradient norm'), number(now.gradientNorm)]);
    rows.push(['', t('{0} epochs, run {1}', trained!.epochs, code(trained!.run))]);
  }
  return [
    `**${plain(p.name)}** · ${p.trainable ? t('parameter of {0}', plain(model.name)) : t('frozen parameter of {0}', plain(model.name))}`,
    table(['', ''], rows),
    single ? '' : trainedText(p.name, facts),
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** Hover over the name in a class statement. */
export function classHover(model: Model, facts: HoverFacts): string {
  const { t } = facts;
  const flops = modelFlops(model, facts.ops);
  const leaves = model.modules.filter(m => m.path !== '' && !hasChildren(model, m.path)).length;
  const rows = [
    [t('Shape'), `${shapeList(model, model.inputs)} → ${shapeList(model, model.outputs)}`],
    [t('Parameters'), totalText(parametersOf(model), t)],
  ];
  if (flops !== undefined && !equalDims(flops, 0)) rows.push([t('FLOPs'), flopsText(flops, t)]);
  rows.push([t('Layers'), String(leaves)]);
  return [
    `**${plain(model.name)}**`,
    table(['', ''], rows),
    facts.trained
      ? t('Trained for {0} epochs in run {1}.', facts.trained.epochs, code(facts.trained.run))
      : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** A layer as the syntax alone shows it. */
export interface WrittenLayer {
  name: string;
  /** As written: "nn.Linear". */
  type: string;
  arguments: readonly { name?: string; text: string }[];
}

/** Hover when Python was not evaluated: what is written, and what the op does; no shapes. */
export function writtenHover(layer: WrittenLayer, facts: HoverFacts, why: string): string {
  const written = layer.arguments.map(a => (a.name ? `${a.name}=${a.text}` : a.text)).join(', ');
  const spelling = layer.type.replace(/^torch\./, '');
  const op = [...facts.ops.values()].find(o => o.torch?.includes(spelling));
  return [
    `**${plain(layer.name)}** · ${code(`${layer.type}(${written})`)}`,
    op ? plain(op.summary) : '',
    op?.formula ? code(op.formula) : '',
    (signatureOf(layer.type)?.arguments ?? [])
      .flatMap(a => (meanings[a.name] ? [`- ${code(a.name)} ${plain(facts.t(meanings[a.name]!))}`] : []))
      .slice(0, 6)
      .join('\n'),
    `*${plain(why)}*`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** "weight: mean 0.01 ± 0.4, gradient 0.03", for places that hold text only. */
export function statisticsLine(p: ParameterStatistics, t: Translate): string {
  const gradient = p.gradientNorm === undefined ? '' : ` · ${t('gradient norm {0}', number(p.gradientNorm))}`;
  return `${number(p.mean)} ± ${number(p.std)} [${number(p.min)}, ${number(p.max)}]${gradient}`;
}

export function trainedOf(path: string, trained: Trained | undefined): ParameterStatistics[] {
  if (!trained) return [];
  return trained.parameters.filter(p => path === '' || p.name.startsWith(`${path}.`) || p.name === path);
}

function trainedText(path: string, facts: HoverFacts): string {
  const { t, trained } = facts;
  const statistics = trainedOf(path, trained);
  if (!trained || statistics.length === 0) return '';
  const rows = statistics
    .slice(0, MAX_ROWS)
    .map(s => [
      code(local(s.name, path)),
      number(s.mean),
      number(s.std),
      s.gradientNorm === undefined ? '' : number(s.gradientNorm),
      `![${plain(t('from {0} to {1}', number(s.min), number(s.max)))}](${svgDataUri(histogramSvg(s.histogram, s))})`,
    ]);
  const more = statistics.length - rows.length;
  return [
    `**${t('After training')}** · ${t('{0} epochs, run {1}', trained.epochs, code(trained.run))}`,
    table([t('Parameter'), t('Mean'), t('Std'), t('Gradient norm'), t('Values')], rows),
    more > 0 ? t('… and {0} more', more) : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

function formulaOf(model: Model, m: ModuleInfo, facts: HoverFacts): string {
  const ops = unique(nodesOf(model, m.path).map(n => n.op));
  // With more than two dimensions it is computed by its parts, and still one layer.
  if (m.type === 'Linear' && ops.includes('MatMul')) return code(facts.ops.get('Gemm')!.formula!);
  const main = ops.map(o => facts.ops.get(o)).find(o => o?.formula);
  // A block of several kinds of layers has no formula of its own.
  if (!main?.formula || ops.length > 3 || hasChildren(model, m.path)) return '';
  return code(main.formula);
}

/** "15 = 5·2 (weight) + 5 (bias)". */
export function parametersText(parameters: readonly Parameter[], path: string, t: Translate): string {
  if (parameters.length === 0) return t('none');
  const total = totalText(parameters, t);
  if (parameters.length > 4) return total;
  const terms = parameters.map(
    p => `${p.shape.length === 0 ? '1' : p.shape.join('·')} (${code(local(p.name, path))})`,
  );
  return `${total} = ${terms.join(' + ')}`;
}

function totalText(parameters: readonly Parameter[], t: Translate): string {
  const size = (p: Parameter) => p.shape.reduce((a, b) => a * b, 1);
  const total = parameters.reduce((n, p) => n + size(p), 0);
  const frozen = parameters.filter(p => !p.trainable).reduce((n, p) => n + size(p), 0);
  return frozen > 0 ? `${count(total)} (${t('{0} frozen', count(frozen))})` : count(total);
}

export function initializerText(i: Initializer): string {
  switch (i.kind) {
    case 'zeros':
      return '0';
    case 'ones':
      return '1';
    case 'constant':
      return number(i.value);
    case 'uniform':
      return `U(${number(i.low)}, ${number(i.high)})`;
    case 'normal':
      return `N(${number(i.mean)}, ${number(i.std)}²)${i.sparsity ? ` · Bernoulli(${number(1 - i.sparsity)})` : ''}`;
    case 'truncated_normal':
      return `N(${number(i.mean)}, ${number(i.std)}²) in [${number(i.low)}, ${number(i.high)}]`;
    case 'orthogonal':
      return i.gain === 1 ? 'orthogonal' : `${number(i.gain)} · orthogonal`;
    case 'eye':
      return 'identity';
    case 'values':
      return `[${Array.from(i.values).slice(0, 4).map(number).join(', ')}${i.values.length > 4 ? ', …' : ''}]`;
  }
}

function flopsText(flops: Dim, t: Translate): string {
  const written = (size: number) => (size < 1e6 ? count(size) : shortCount(size));
  return t(
    '{0} per sample',
    typeof flops === 'number' ? written(flops) : code(polynomialText(flops, written)),
  );
}

function shapesOf(model: Model, m: ModuleInfo): [string, string] {
  if (m.inputs.length === 0 && m.outputs.length === 0) return ['', ''];
  // A module that is called several times lists every value; the first of each says enough.
  return [shapeList(model, m.inputs.slice(0, 3)), shapeList(model, m.outputs.slice(0, 1))];
}

function shapeList(model: Model, ids: readonly string[]): string {
  const shapes: Shape[] = ids.flatMap(id => (model.values[id] ? [model.values[id].shape] : []));
  return unique(shapes.map(shapeText)).map(code).join(', ') || '?';
}

function externalInputs(model: Model, visit: readonly Node[]): string[] {
  const made = new Set(visit.flatMap(n => n.outputs));
  const parameters = new Set(model.parameters.map(p => p.name));
  return unique(visit.flatMap(n => n.inputs)).filter(i => i !== '' && !made.has(i) && !parameters.has(i));
}

/** What leaves a visit: the outputs of its last node. */
export function results(visit: readonly Node[]): string[] {
  return visit.at(-1)?.outputs.slice(0, 1) ?? [];
}

function isWholeModule(model: Model, m: ModuleInfo, visit: readonly Node[]): boolean {
  return m.path !== '' && nodesOf(model, m.path).every(n => visit.includes(n));
}

function hasChildren(model: Model, path: string): boolean {
  return model.modules.some(m => (path === '' ? m.path !== '' : m.path.startsWith(`${path}.`)));
}

function attributesText(n: Node): string {
  return Object.entries(n.attributes)
    .map(([k, v]) => `${k}=${Array.isArray(v) ? `[${v.join(', ')}]` : v}`)
    .join(', ');
}

function typeText(m: ModuleInfo): string {
  return `${m.type}(${m.arguments})`;
}

/** A parameter's name below its module: "fc1.weight" in "fc1" is "weight". */
function local(name: string, path: string): string {
  return path !== '' && name.startsWith(`${path}.`) ? name.slice(path.length + 1) : name;
}

function table(head: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
