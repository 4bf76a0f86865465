/** Which of a file's models a file as a whole is: those that are no part of another. */
import type { ReadModel } from './_format';

/** The names of the models that no other one of them has among its modules, in their order. */
export function outermost(read: Readonly<Record<string, Pick<ReadModel, 'model'>>>): string[] {
  const names = Object.keys(read);
  const heldBy = (other: string, name: string) =>
    other !== name && read[other]!.model?.modules.some(m => m.type === name) === true;
  return names.filter(name => !names.some(other => heldBy(other, name)));
}
