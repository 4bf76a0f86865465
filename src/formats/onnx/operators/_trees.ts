/** Ensembles of trees: https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html and its elder forms. */
import { treeColumns, treeModes } from '../../../engine/ops/tree_ensemble';
import { type TranslationContext, Unsupported } from '../translation';

/** Nodes that one ensemble may have. */
const mostNodes = 1 << 22;

interface TreeNode {
  feature: number;
  threshold: number;
  mode: number;
  missingHolds: boolean;
  /** Places in the list of nodes. */
  holds: number;
  fails: number;
}

export interface Trees {
  nodes: TreeNode[];
  roots: number[];
  /** By node: what its leaf adds to a target. */
  weights: Map<number, [target: number, weight: number][]>;
}

const leafMode = -1;

function modeOf(name: string): number {
  if (name === 'LEAF') return leafMode;
  const at = (treeModes as readonly string[]).indexOf(name);
  if (at < 0) throw new Unsupported(`nodes of the kind ${name}`);
  return at;
}

/** The form with a row for each node, by the ids of its tree and itself. `prefix`: "class" or "target". */
export function treesByNode(c: TranslationContext, prefix: 'class' | 'target'): Trees {
  const list = (name: string) => c.integers(name) ?? [];
  const [trees, ids] = [list('nodes_treeids'), list('nodes_nodeids')];
  const [yes, no] = [list('nodes_truenodeids'), list('nodes_falsenodeids')];
  const features = list('nodes_featureids');
  const modes = c.texts('nodes_modes') ?? [];
  const missing = list('nodes_missing_value_tracks_true');
  const values = c.floats('nodes_values') ?? c.tensorAttribute('nodes_values_as_tensor') ?? [];
  const count = trees.length;
  if ([ids, yes, no, features, modes, values].some(l => l.length !== count))
    throw new Unsupported('lists of nodes that are not of one length');
  if (count > mostNodes) throw new Unsupported(`more than ${mostNodes} nodes`);
  const place = new Map<string, number>();
  trees.forEach((t, i) => {
    place.set(`${t}:${ids[i]}`, i);
  });
  const found = (tree: number, id: number): number => {
    const at = place.get(`${tree}:${id}`);
    if (at === undefined) throw new Unsupported(`no node ${id} in tree ${tree}`);
    return at;
  };
  const isChild = new Uint8Array(count);
  const nodes = trees.map((tree, i): TreeNode => {
    const mode = modeOf(modes[i]!);
    const [holds, fails] = mode === leafMode ? [i, i] : [found(tree, yes[i]!), found(tree, no[i]!)];
    if (mode !== leafMode) isChild[holds] = isChild[fails] = 1;
    return {
      feature: features[i]!,
      threshold: values[i]!,
      mode,
      missingHolds: missing[i] === 1,
      holds,
      fails,
    };
  });
  const weights: Trees['weights'] = new Map();
  const amounts = c.floats(`${prefix}_weights`) ?? c.tensorAttribute(`${prefix}_weights_as_tensor`) ?? [];
  const [of, at, to] = [list(`${prefix}_treeids`), list(`${prefix}_nodeids`), list(`${prefix}_ids`)];
  amounts.forEach((w, i) => {
    const node = found(of[i]!, at[i]!);
    const own = weights.get(node) ?? [];
    own.push([to[i]!, w]);
    weights.set(node, own);
  });
  return { nodes, roots: nodes.flatMap((_, i) => (isChild[i] ? [] : [i])), weights };
}

/** The form of version 5, which has leaves of their own. */
export function treesByRoot(c: TranslationContext): Trees {
  const list = (name: string) => c.integers(name) ?? [];
  const [yes, no] = [list('nodes_truenodeids'), list('nodes_falsenodeids')];
  const [yesLeaf, noLeaf] = [list('nodes_trueleafs'), list('nodes_falseleafs')];
  const features = list('nodes_featureids');
  const modes = c.tensorAttribute('nodes_modes') ?? [];
  const splits = c.tensorAttribute('nodes_splits') ?? [];
  const missing = list('nodes_missing_value_tracks_true');
  const leaves = c.tensorAttribute('leaf_weights') ?? [];
  const targets = list('leaf_targetids');
  const count = features.length;
  if (
    [yes, no, yesLeaf, noLeaf, modes, splits].some(l => l.length !== count) ||
    targets.length !== leaves.length
  )
    throw new Unsupported('lists of nodes that are not of one length');
  if (count + leaves.length > mostNodes) throw new Unsupported(`more than ${mostNodes} nodes`);
  const child = (at: number, leaf: number): number => {
    const size = leaf ? leaves.length : count;
    if (at < 0 || at >= size) throw new Unsupported(`no ${leaf ? 'leaf' : 'node'} ${at}`);
    return leaf ? count + at : at;
  };
  const nodes = features.map((feature, i): TreeNode => {
    const mode = modes[i]!;
    if (mode >= treeModes.length) throw new Unsupported('nodes of the kind BRANCH_MEMBER');
    return {
      feature,
      threshold: splits[i]!,
      mode,
      missingHolds: missing[i] === 1,
      holds: child(yes[i]!, yesLeaf[i]!),
      fails: child(no[i]!, noLeaf[i]!),
    };
  });
  const weights: Trees['weights'] = new Map();
  leaves.forEach((w, i) => {
    const at = nodes.push({
      feature: 0,
      threshold: 0,
      mode: leafMode,
      missingHolds: false,
      holds: count + i,
      fails: count + i,
    });
    weights.set(at - 1, [[targets[i]!, w]]);
  });
  return { nodes, roots: list('tree_roots').map(r => child(r, 0)), weights };
}

/** How many steps the deepest leaf is away. @throws Unsupported for a circle */
function depthOf({ nodes, roots }: Trees): number {
  let level = roots;
  let depth = 0;
  let seen = 0;
  for (; level.length > 0; depth++) {
    seen += level.length;
    if (seen > nodes.length) throw new Unsupported('trees that run in circles');
    level = level.flatMap(i => (nodes[i]!.mode === leafMode ? [] : [nodes[i]!.holds, nodes[i]!.fails]));
  }
  return Math.max(1, depth);
}

/** The sums [N, targets]. @param column where a target's weights go. */
export function ensemble(
  c: TranslationContext,
  trees: Trees,
  targets: number,
  column: (target: number) => number,
  aggregate: string,
): string {
  if (trees.roots.length === 0) throw new Unsupported('no trees');
  const table: number[] = [];
  const leaves: number[] = [];
  const modes = new Set<number>();
  for (const [i, n] of trees.nodes.entries()) {
    if (n.mode !== leafMode) modes.add(n.mode);
    const row = leaves.length / targets;
    table.push(
      n.mode === leafMode ? -1 - row : n.feature,
      n.threshold,
      n.holds,
      n.fails,
      Math.max(0, n.mode),
      n.missingHolds ? 1 : 0,
    );
    if (n.mode !== leafMode) continue;
    const own = new Array<number>(targets).fill(0);
    for (const [target, w] of trees.weights.get(i) ?? []) {
      const to = column(target);
      if (to < 0 || to >= targets) throw new Unsupported(`a weight of target ${target} of ${targets}`);
      own[to]! += w;
    }
    for (const w of own) leaves.push(w);
  }
  const width = c.type(0).shape.at(-1);
  const widest = trees.nodes.reduce((m, n) => (n.mode === leafMode ? m : Math.max(m, n.feature)), 0);
  if (typeof width === 'number' && widest >= width)
    throw new Unsupported(`feature ${widest} of an input of ${width}`);
  const inputs = [
    c.tensor(0),
    c.constant('float32', [trees.nodes.length, treeColumns], table),
    c.learned('leaves', [leaves.length / targets, targets], leaves),
    c.constant('int64', [trees.roots.length], trees.roots),
  ];
  return c.emit('TreeEnsemble', inputs, {
    depth: depthOf(trees),
    targets,
    aggregate,
    modes: modes.size > 0 ? [...modes].sort((a, b) => a - b) : [0],
  })[0]!;
}
