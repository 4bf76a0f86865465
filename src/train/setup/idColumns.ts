/** Tables whose columns name users, items, places again and again: what a first model has nn.Embedding for. */
import type { ColumnHead } from '../../data/dataset';
import { dateOrders } from '../../data/table/dates';
import { pythonWords } from '../../formats/pytorch/pythonWords';
import { type DataOption, isMixed, lookedRows, namesRow } from './firstExperiment';

/** An input of such a model: the index of a category, or several numbers as one vector. */
export type EmbeddedInput =
  | { as: 'category'; name: string; column: string; id: boolean }
  | { as: 'numbers'; name: string; columns: readonly string[] };

/** Fewer values than these are told apart as well by a column for each. */
const fewValues = 20;

/** More different texts than these would be as many columns, nearly all of them zero. */
const manyTexts = 50;

const named =
  /(^|[^a-z])id$|^(user|customer|client|member|item|product|article|movie|film|book|song|track|artist|store|shop)(id)?$/i;

/** movieId, CustomerID; what is paid or valid is none. */
const camel = /[a-z]I[dD]$/;

/** A column whose values are names without an order, and come again. */
export function isId(head: ColumnHead): boolean {
  if (namesRow(head)) return false;
  if (head.kind === 'category') return head.distinct > manyTexts && dateOrders(head.examples).length === 0;
  return head.integers && head.distinct > fewValues && (named.test(head.name) || camel.test(head.name));
}

/**
 * What each argument of forward is made from, ids first.
 *
 * @returns undefined where no column but the target is an id.
 */
export function embeddedInputs(heads: readonly ColumnHead[], target: string): EmbeddedInput[] | undefined {
  const others = heads.filter(h => h.name !== target && !namesRow(h) && dateOrders(h.examples).length === 0);
  const ids = others.filter(isId);
  if (ids.length === 0) return undefined;
  const free = names();
  const rest = others.filter(h => !ids.includes(h));
  const isCategory = (h: ColumnHead) => h.kind === 'category' || isMixed(h);
  const categories = rest.filter(isCategory);
  const numbers = rest.filter(h => !isCategory(h) && h.distinct > 1);
  const category = (h: ColumnHead) => ({
    as: 'category' as const,
    name: free(h.name),
    column: h.name,
    id: ids.includes(h),
  });
  return [
    ...ids.map(category),
    ...categories.map(category),
    ...(numbers.length > 0
      ? [{ as: 'numbers' as const, name: free('numbers'), columns: numbers.map(h => h.name) }]
      : []),
  ];
}

const listed = (columns: readonly string[]) =>
  `${columns.slice(0, 5).join(', ')}${columns.length > 5 ? ', …' : ''}`;

/** What the experiment says of data of the kind "columns" for these inputs. */
export function columnsOptions(
  inputs: readonly EmbeddedInput[],
  heads: readonly ColumnHead[],
  target: ColumnHead,
): DataOption[] {
  const used = new Set(inputs.flatMap(i => (i.as === 'category' ? [i.column] : i.columns)));
  const left = heads.filter(h => h !== target && !used.has(h.name)).map(h => h.name);
  const gaps = heads.filter(h => h.missing > 0 && (h === target || used.has(h.name))).map(h => h.name);
  const ids = inputs.flatMap(i => (i.as === 'category' && i.id ? [i.column] : []));
  return [
    {
      name: 'inputs',
      value: inputs.map(i =>
        i.as === 'category'
          ? { as: i.as, name: i.name, column: i.column }
          : { as: i.as, name: i.name, columns: i.columns },
      ),
      why: `${listed(ids)}: names that come again, each with a vector of its own (nn.Embedding).${left.length > 0 ? ` Left out: ${listed(left)}.` : ''}`,
    },
    ...(gaps.length > 0 || (heads[0]?.rows ?? 0) >= lookedRows
      ? [
          {
            name: 'missing',
            value: 'drop',
            why: `Rows with a missing value are left out${gaps.length > 0 ? ` (${listed(gaps)})` : ''}.`,
          },
        ]
      : []),
  ];
}

/** What Python, the first model's own lines, or nn.Module call something else: a method comes before a layer of its name. */
const reserved = new Set([
  ...pythonWords,
  ...`self x out rest hidden dropout table agree alone v torch nn F
  T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval extra_repr
  float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia named_buffers
  named_children named_modules named_parameters parameters register_backward_hook register_buffer register_forward_hook
  register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook
  register_load_state_dict_pre_hook register_module register_parameter register_state_dict_post_hook
  register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict to to_empty train training
  type xpu zero_grad`.split(/\s+/),
]);

const bias = (name: string) => `${name}_bias`;

/** Gives each column a name of its own that Python takes, and its bias too. */
function names(): (column: string) => string {
  const taken = new Set(reserved);
  return column => {
    const plain = column.replace(/\W+/g, '_').replace(/^_+|_+$/g, '') || 'column';
    const base = /^\d/.test(plain) ? `column_${plain}` : plain;
    let name = base;
    const isTaken = (n: string) => taken.has(n) || taken.has(bias(n));
    for (let i = 2; isTaken(name); i++) name = `${base}_${i}`;
    taken.add(name).add(bias(name));
    return name;
  };
}
