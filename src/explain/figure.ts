/**
 * What an explanation looks like, for whoever draws it: the panel, the command line, the report, a file. A figure holds
 * all that its drawing needs, as plain JSON, and says nothing of the method that it comes from. An explanation has one
 * or more, the most telling first.
 */

export type Figure =
  | InputFigure
  | BarsFigure
  | CurvesFigure
  | MatrixFigure
  | TableFigure
  | TreeFigure
  | RulesFigure
  | MapFigure
  | ImagesFigure;

/** The attribution's own values lie over the input: a heatmap, coloured tokens, or bars by column. */
export interface InputFigure {
  kind: 'input';
  title?: string;
}

/** One number a name: units of a layer, heads, columns over many rows. */
export interface BarsFigure {
  kind: 'bars';
  title?: string;
  /** What the names are: "Column", "Unit", "Head". */
  of: string;
  /** What the numbers are: "Importance", "Contribution to the logit". */
  value: string;
  names: readonly string[];
  values: readonly number[];
  /** One standard error or deviation to both sides. */
  spread?: readonly number[];
}

export interface Axis {
  title: string;
  /** Positions 0, 1, … have names: categories, layers, tokens. */
  labels?: readonly string[];
}

export interface Curve {
  /** For the legend; curves without one are not in it. */
  name?: string;
  x: readonly number[];
  y: readonly number[];
  /** A band around it, such as an interval, of y's length. */
  low?: readonly number[];
  high?: readonly number[];
  /** "main" stands out, "faint" is one of many, "reference" is what it would be (a diagonal, a baseline). */
  role: 'main' | 'faint' | 'reference';
}

export interface CurvesFigure {
  kind: 'curves';
  title?: string;
  x: Axis;
  y: Axis;
  curves: readonly Curve[];
  /** Where on the x axis the data lie. */
  rug?: readonly number[];
  /** The curves are steps or points between which there is nothing: they are drawn with dots. */
  dots?: boolean;
}

export interface MatrixFigure {
  kind: 'matrix';
  title?: string;
  rows: { title: string; labels: readonly string[] };
  columns: { title: string; labels: readonly string[] };
  /** Row-major; with `stack`, one matrix after the other, the first entry of `stack` outermost. */
  values: readonly number[];
  /** What is chosen before a matrix is seen, such as layer and head. */
  stack?: readonly { title: string; labels: readonly string[] }[];
  /** What stands in the cells, of the length of `values`; the numbers if absent. */
  text?: readonly string[];
  /** From 0 up in one colour, or to both sides of 0 in two. */
  scale: 'sequential' | 'diverging';
  /** What the numbers are: "Attention", "H", "Rows". */
  value: string;
}

export interface TableFigure {
  kind: 'table';
  title?: string;
  columns: readonly { title: string; align?: 'left' | 'right' }[];
  rows: readonly (readonly (string | number)[])[];
}

/** A node of a tree of decisions; what `condition` holds for goes to `yes`. */
export interface TreeNode {
  /** The model's answer here, and how many rows come here. */
  value: number;
  count: number;
  /** In words, such as "petal length ≤ 2.45". Absent at leaves. */
  condition?: string;
  /** The column that is asked. */
  column?: string;
  yes?: TreeNode;
  no?: TreeNode;
  /** The explained row comes here. */
  onPath?: boolean;
}

export interface TreeFigure {
  kind: 'tree';
  title?: string;
  /** What the values are: "Probability of malignant". */
  value: string;
  root: TreeNode;
}

/** Rules from the top: the first whose conditions all hold answers. */
export interface RulesFigure {
  kind: 'rules';
  title?: string;
  value: string;
  rules: readonly {
    /** In words; empty for the last rule, which answers the rest. */
    conditions: readonly string[];
    answer: number;
    count: number;
    /** The explained row is answered by it. */
    applies?: boolean;
  }[];
}

/** Points in a plane, such as an embedding. */
export interface MapFigure {
  kind: 'map';
  title?: string;
  x: Axis;
  y: Axis;
  /** `row` of the data set, -1 where a point is none; `group` counts in `groups`. */
  points: readonly { x: number; y: number; row: number; group: number; label: string; wrong?: boolean }[];
  groups: readonly string[];
}

/** Pictures (or other samples) that the method made or found. */
export interface ImagesFigure {
  kind: 'images';
  title?: string;
  images: readonly {
    title: string;
    /** [H, W], [C, H, W] with 1 or 3 channels, or [n] for a series. */
    shape: readonly number[];
    values: readonly number[];
    /** The values that are drawn black and white; "diverging" is around 0. */
    low: number;
    high: number;
    scale: 'grey' | 'diverging';
    /** The row of the data set that it is, if it is one. */
    row?: number;
  }[];
}

/** Whether the numbers are attributions to the entries of the input. */
export function ofInput({ figures }: { figures?: readonly Figure[] }): boolean {
  return !figures?.[0] || figures[0].kind === 'input';
}
