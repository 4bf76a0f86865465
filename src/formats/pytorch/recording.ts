/** What one reading of a file's Python gives: values, nodes, modules and parameters of each class, and how it trains. */
import type { Ask, Attributes, Dim, Initializer, TensorType } from '../../model/graph';
import type { FileText, FolderPictures } from '../_format';
import type { Analysis } from './trained';

/** A place as Python knows it: file, line from 1, columns in UTF-8 bytes from 0, end exclusive. */
export type Place = readonly [file: string, line: number, column: number, endLine: number, endColumn: number];

export interface RecordedValue extends TensorType {
  id: number;
  kind: 'input' | 'leaf' | 'node';
  name?: string;
  initializer?: Initializer;
  /** The node that made it. */
  producer?: RecordedNode;
  /** What the entries of its last axis are called, in the file that it comes from. */
  columns?: readonly string[];
}

export interface RecordedNode {
  op: string;
  inputs: readonly number[];
  outputs: readonly number[];
  attributes: Attributes;
  /** Number of the module instance whose call it belongs to; -1 outside of any. */
  module: number;
  at?: Place;
}

export interface RecordedModule {
  /** Number of the instance. */
  number: number;
  path: string;
  type: string;
  arguments: string;
  at?: Place;
  parameters: readonly string[];
  inputs: readonly number[];
  outputs: readonly number[];
}

export interface RecordedParameter {
  name: string;
  aliases: readonly string[];
  id: number;
  kind: 'parameter' | 'buffer' | 'constant';
  trainable: boolean;
  /** Its last dimension holds the two parts of complex numbers. */
  complex?: true;
}

export interface RecordedDiagnostic {
  severity: 'error' | 'warning' | 'information' | 'hint';
  code: string;
  message: string;
  at?: Place;
  /** The module instance whose constructor has the argument to change, or an edit as it stands. */
  fix?:
    | { module: number; argument: string; position: number; found: Dim; expected: Dim }
    | { title: string; at: Place; text: string };
  ask?: Ask;
}

/** What one class gave. */
export interface Recording {
  class: string;
  definition?: Place;
  values: ReadonlyMap<number, RecordedValue>;
  nodes: readonly RecordedNode[];
  inputs: readonly number[];
  outputs: readonly number[];
  modules: readonly RecordedModule[];
  parameters: readonly RecordedParameter[];
  diagnostics: readonly RecordedDiagnostic[];
  /** False if not even the constructor ran. */
  constructed: boolean;
}

export interface OptimizerTold {
  name: string;
  options: Record<string, unknown>;
  groups: { parameters: string[]; options: Record<string, unknown> }[];
}

export interface ScheduleTold {
  name: string;
  options: Record<string, unknown>;
  perStep: boolean;
}

/** How a file's own code trains, or why that is not to be seen. */
export type RecordedScript =
  | { error: string; at?: Place }
  | {
      at?: Place;
      trained: Exclude<Analysis, { error: string }>;
      model: { file: string; class: string; arguments: Record<string, unknown> };
      settings: {
        optimizer?: OptimizerTold;
        schedules: ScheduleTold[];
        frozen: string[];
        clip?: { norm?: number; value?: number };
      };
      /** Where the model is given the pictures of a folder: the names are below the workspace. */
      pictures?: FolderPictures;
      /** Where it learns to continue a text: the name is below the workspace. */
      text?: FileText;
      /** A graph without inputs whose outputs are what the model is given and, last, what it is compared with. */
      data: Recording;
    };
