/** Which columns of a table fill a model file's inputs. */
import path from 'node:path';
import type { TargetInfo } from '../../data/dataset';
import type { RawRow } from '../../data/table/rawRows';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';

export interface TableInput {
  id: string;
  /** Without the batch. */
  shape: readonly number[];
  size: number;
}

/** Which columns fill which input, and which has the true answers. @throws bad-data */
export function columnsFor(
  inputs: readonly TableInput[],
  names: readonly string[],
  rows: readonly RawRow[],
  target: TargetInfo,
  table: string,
  { columns, answer: named }: { columns?: readonly string[]; answer?: string },
  notes: string[],
): { chosen: Map<string, readonly string[]>; answer: string | undefined } {
  const bad = (message: string) =>
    new VitrineError('bad-data', message, { at: { file: path.resolve(table) } });
  const known = (name: string) => {
    if (names.includes(name)) return name;
    const near = nearest(name, names);
    throw bad(
      `${path.basename(table)} has no column "${name}".${near ? ` Did you mean "${near}"?` : ` It has ${listed(names)}.`}`,
    );
  };
  const answer = named === undefined ? undefined : known(named);
  const free = names.filter(n => n !== answer);
  const answerBeside = (used: readonly string[]) => {
    if (answer !== undefined) return answer;
    const taken = new Set(used);
    return answersIn(
      names.filter(n => !taken.has(n)),
      rows,
      target,
    );
  };
  if (columns) {
    const total = inputs.reduce((n, i) => n + i.size, 0);
    if (columns.length !== total)
      throw bad(`--columns names ${columns.length} columns, but the model takes ${total} numbers a row.`);
    const left = columns.map(known);
    const chosen = new Map(inputs.map(i => [i.id, left.splice(0, i.size)]));
    return { chosen, answer: answerBeside(columns) };
  }
  if (inputs.length > 1 || names.includes(inputs[0]!.id)) {
    const chosen = new Map(
      inputs.map(i => {
        if (i.size !== 1)
          throw bad(
            `The model's input "${i.id}" takes ${i.size} numbers a row, and the table does not say which columns they are. Name the columns of all inputs, in their order, with --columns a,b,c.`,
          );
        return [i.id, [namedLike(i.id, free) ?? known(i.id)]];
      }),
    );
    return { chosen, answer: answerBeside([...chosen.values()].flat()) };
  }
  const [{ id, size }] = inputs as [TableInput];
  if (free.length === size) return { chosen: new Map([[id, free]]), answer };
  if (free.length === size + 1) {
    const found = answersIn(free, rows, target);
    if (found !== undefined) {
      notes.push(
        `The column "${found}" is taken for the true answers, the others in their order for the features.`,
      );
      return { chosen: new Map([[id, free.filter(n => n !== found)]]), answer: found };
    }
  }
  throw bad(
    `The model takes ${size} numbers a row, but ${path.basename(table)} has ${free.length} columns${answer === undefined ? '' : ` besides "${answer}"`}: ${listed(free)}. ` +
      `Name those it was trained with, in its order: --columns ${free.slice(0, Math.min(size, 3)).join(',')}${size > 3 ? ',…' : ''}${answer === undefined ? ' (and the column with the true answers, if there is one: --answer NAME)' : ''}.`,
  );
}

/** Converters may have replaced what is no letter. */
function namedLike(id: string, names: readonly string[]): string | undefined {
  if (names.includes(id)) return id;
  const plain = (s: string) => s.replace(/\W/g, '_').toLowerCase();
  const like = names.filter(n => plain(n) === plain(id));
  return like.length === 1 ? like[0] : undefined;
}

/** The one column whose cells are all labels of the model. */
function answersIn(
  names: readonly string[],
  rows: readonly RawRow[],
  { classes }: TargetInfo,
): string | undefined {
  if (!classes) return undefined;
  const labels = new Set(classes);
  const found = names.filter(n => rows.every(r => r[n] === null || labels.has(String(r[n]))));
  return found.length === 1 ? found[0] : undefined;
}
