/** How training pictures are altered, put into an experiment file by a form. */
import path from 'node:path';
import { Value } from '@sinclair/typebox/value';
import { augmentSchema } from '../../data/image/augment';
import { augmentPlace, type Transform } from '../../data/image/augmentChoices';
import { VitrineError } from '../../model/errors';
import { fieldsIn, withValue } from './answers';

/**
 * The text of an experiment file with other transforms of training pictures; the rest stays, comments and all.
 *
 * @throws bad-experiment for data that are no pictures, or transforms that there are not.
 */
export function withAugment(text: string, transforms: readonly Transform[], file: string): string {
  const data = fieldsIn(text)?.['data'];
  const place =
    typeof data === 'object' && data !== null ? augmentPlace(data as { kind: string }) : undefined;
  const error = Value.Errors(augmentSchema, [...transforms]).First();
  if (!place || error)
    throw new VitrineError(
      'bad-experiment',
      place
        ? `augment${error!.path}: ${error!.message.toLowerCase()}, found ${JSON.stringify(error!.value)}.`
        : `The data of ${path.basename(file)} are no pictures that could be altered.`,
      { at: { file } },
    );
  return withValue(text, place, transforms.length > 0 ? transforms : undefined);
}
