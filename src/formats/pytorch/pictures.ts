/** Pictures of a folder, as a script makes them ready for its model. */
import type { FileText, FolderPictures } from '../_format';
import type { RecordedScript } from './recording';
import { list, number, object, string } from './wire';

type Told = Record<string, unknown>;

/**
 * What Python tells of the pictures that the model is given.
 *
 * @param told of all folders that loaders went through; the names are below the workspace.
 * @param inputs the values that the model is given.
 * @returns nothing where there are none, or why they are not read.
 */
export function picturesOf(
  told: unknown,
  inputs: readonly number[],
): FolderPictures | { error: string } | undefined {
  const all = list(told ?? []).map(object);
  const own = all.find(p => inputs.includes(number(p['id'])));
  if (own && inputs.length === 1) return pictures(own);
  if (all.length === 0) return undefined;
  return {
    error:
      "Between the pictures of ImageFolder and the model more is done than transforms say: put it into the transform or into the model's forward.",
  };
}

function pictures(p: Told): FolderPictures {
  const there = (name: string) => p[name] !== null && p[name] !== undefined;
  const scale = () => {
    const { mean, std } = object(p['scale']);
    return { mean: list(mean).map(number), std: list(std).map(number) };
  };
  return {
    folder: string(p['folder']),
    classes: list(p['classes']).map(string),
    channels: number(p['channels']) === 1 ? 1 : 3,
    height: number(p['height']),
    width: number(p['width']),
    fit: p['fit'] === 'crop' ? 'crop' : 'stretch',
    augment: list(p['augment']).map(object),
    ...(there('held') && { held: string(p['held']) }),
    ...(there('short') && { short: number(p['short']) }),
    ...(there('scale') && { scale: scale() }),
  };
}

/** What a script trains on that lies in files, with their real names. */
export function placed(
  script: Extract<RecordedScript, { trained: unknown }>,
  real: (name: string) => string,
): { pictures?: FolderPictures; text?: FileText } {
  const { pictures, text } = script;
  if (text) return { text: { ...text, file: real(text.file) } };
  if (!pictures) return {};
  const { held } = pictures;
  return {
    pictures: {
      ...pictures,
      folder: real(pictures.folder),
      ...(held !== undefined && { held: real(held) }),
    },
  };
}
