/**
 * What things of the registries are called in other languages. A method, measure, check or exporter says its own name
 * in English, where it stands; here is the one place that knows others. A unit test misses what is not there.
 */
import { chineseFacts } from './facts.zh';
import { chineseOptions } from './options.zh';
import { chinese } from './zh';

export type NamedKind = 'method' | 'measure' | 'check' | 'exporter' | 'disparity';

export interface Naming {
  title: string;
  summary: string;
}

export type Names = Readonly<Record<NamedKind, Readonly<Record<string, Naming>>>>;

/** By language; English is what the things say of themselves. */
const translations: Readonly<Record<string, Names>> = { zh: chinese };

/** The languages that there are besides English. */
export const otherLanguages = Object.keys(translations);

/** What a thing is called in a language: its own English words where the language has none. */
export function nameOf(
  kind: NamedKind,
  id: string,
  english: Naming,
  language: string | undefined = 'en',
): Naming {
  return translations[language]?.[kind][id] ?? { title: english.title, summary: english.summary };
}

const factTranslations: Readonly<Record<string, Readonly<Record<string, string>>>> = { zh: chineseFacts };

/** What a page shows by name and is not told with a name of its own, by key; empty in English. */
export function namesForPages(language: string): Record<string, string> {
  const entries = Object.entries(translations[language]?.disparity ?? {}).flatMap(([id, naming]) => [
    [`disparity:${id}`, naming.title],
    [`disparity:${id}:summary`, naming.summary],
  ]);
  const facts = Object.entries(factTranslations[language] ?? {}).map(([name, text]) => [
    `fact:${name}`,
    text,
  ]);
  return Object.fromEntries([...entries, ...facts]);
}

/** By language: options of explanation methods, titles by name and descriptions by the English ones. */
const optionTranslations: Readonly<Record<string, typeof chineseOptions>> = { zh: chineseOptions };

/** What an option is called: "kernelWidth" is "Kernel width" where the language has no name of its own. */
export function optionNaming(
  name: string,
  description: string,
  language: string | undefined = 'en',
): { title: string; description: string } {
  const known = optionTranslations[language];
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return {
    title: known?.titles[name] ?? words.charAt(0).toUpperCase() + words.slice(1),
    description: known?.descriptions[description] ?? description,
  };
}
