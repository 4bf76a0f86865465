/** The first model of a user who has data and none: a small network that suits them, to be changed by hand. */
import type { Dataset } from '../../data/dataset';
import { type EmbeddedArgument, embedding } from './newEmbeddings';

export interface NewModel {
  /** Of the class. */
  name: string;
  text: string;
}

/** What a model has to fit. */
export interface Fitting {
  /** What the data are called, as told in the docstring. */
  file: string;
  target: string;
  modality: Dataset['modality'];
  /** Without the batch; a table's width is undefined where only reading all of it would tell. */
  shape: readonly (number | undefined)[];
  /** Numbers that it gives for a sample, or for each token of one. */
  outputs: number;
  /** Different tokens, where samples are texts. */
  vocabulary?: number;
  /** It continues texts: a score for each token at each place. */
  continues?: boolean;
  /** It has an argument for each of these, in place of one for the whole row. */
  embedded?: readonly EmbeddedArgument[];
}

export interface Layers {
  /** How it works, as a sentence after what it does. */
  how: string;
  /** What is imported; nn and F if absent. */
  uses?: readonly string[];
  /** Arguments of forward; x if absent. */
  takes?: readonly string[];
  init: readonly string[];
  forward: readonly string[];
}

export function newModel(fit: Fitting): NewModel {
  const name = className(fit.file);
  const {
    how,
    uses = ['torch.nn as nn', 'torch.nn.functional as F'],
    takes = ['x'],
    init,
    forward,
  } = layersFor(fit);
  const indented = (lines: readonly string[]) => lines.map(l => `        ${l}`).join('\n');
  const target = JSON.stringify(fit.target).replace(/\\/g, '\\\\').replace(/"""/g, "'''");
  const from = fit.file.replace(/["\\]/g, "'");
  const text = `${uses.map(u => `import ${u}\n`).join('')}

class ${name}(nn.Module):
    """Predicts ${target} from ${from}. ${how}"""

    def __init__(self):
        super().__init__()
${indented(init)}

    def forward(self, ${takes.join(', ')}):
${indented(forward)}
`;
  return { name, text };
}

function layersFor(fit: Fitting): Layers {
  if (fit.embedded) return embedding(fit.embedded, fit.outputs);
  if (fit.vocabulary !== undefined) return fit.continues ? continuing(fit) : reading(fit);
  const axes = fit.shape.length;
  if (axes === 4) return filming(fit);
  if (axes === 3) return looking(fit);
  if (axes === 2)
    return fit.modality === 'sound'
      ? sequence(fit, fit.shape[0], [])
      : sequence(fit, fit.shape[1], ['x = x.transpose(1, 2)  # (batch, columns, time)']);
  return table(fit);
}

function table({ shape: [width], outputs }: Fitting): Layers {
  return {
    how: 'Two hidden layers; dropout keeps a small table from being learned by heart.',
    init: [
      `self.hidden1 = ${width === undefined ? 'nn.LazyLinear(32)' : `nn.Linear(${width}, 32)`}`,
      'self.hidden2 = nn.Linear(32, 16)',
      'self.dropout = nn.Dropout(0.2)',
      `self.out = nn.Linear(16, ${outputs})`,
    ],
    forward: [
      'x = self.dropout(F.relu(self.hidden1(x)))',
      'x = F.relu(self.hidden2(x))',
      'return self.out(x)',
    ],
  };
}

/** Of pictures, and of sounds as pictures of time and frequency. */
function looking({ shape, outputs }: Fitting): Layers {
  const side = Math.min(shape.at(-1) ?? 1, shape.at(-2) ?? 1);
  return {
    how: 'Three convolutions, each of which sees more of the picture, and their mean over all places.',
    init: [
      `self.conv1 = nn.Conv2d(${shape[0]}, 16, 3, padding=1)`,
      'self.norm1 = nn.BatchNorm2d(16)',
      'self.conv2 = nn.Conv2d(16, 32, 3, padding=1)',
      'self.norm2 = nn.BatchNorm2d(32)',
      'self.conv3 = nn.Conv2d(32, 64, 3, padding=1)',
      'self.norm3 = nn.BatchNorm2d(64)',
      `self.out = nn.Linear(64, ${outputs})`,
    ],
    forward: [
      side >= 4
        ? 'x = F.max_pool2d(F.relu(self.norm1(self.conv1(x))), 2)'
        : 'x = F.relu(self.norm1(self.conv1(x)))',
      side >= 8
        ? 'x = F.max_pool2d(F.relu(self.norm2(self.conv2(x))), 2)'
        : 'x = F.relu(self.norm2(self.conv2(x)))',
      'x = F.relu(self.norm3(self.conv3(x)))',
      'x = x.mean(dim=(2, 3))',
      'return self.out(x)',
    ],
  };
}

function filming({ shape: [channels], outputs }: Fitting): Layers {
  return {
    how: 'Convolutions over time and space, and their mean over all of both.',
    init: [
      `self.conv1 = nn.Conv3d(${channels}, 8, 3, padding=1)`,
      'self.conv2 = nn.Conv3d(8, 16, 3, padding=1)',
      `self.out = nn.Linear(16, ${outputs})`,
    ],
    forward: [
      'x = F.max_pool3d(F.relu(self.conv1(x)), (1, 2, 2))',
      'x = F.relu(self.conv2(x))',
      'x = x.mean(dim=(2, 3, 4))',
      'return self.out(x)',
    ],
  };
}

function sequence({ outputs }: Fitting, columns: number | undefined, before: readonly string[]): Layers {
  return {
    how: 'Two convolutions over time, and the strongest answer of each.',
    init: [
      `self.conv1 = nn.Conv1d(${columns}, 32, 5, padding=2)`,
      'self.conv2 = nn.Conv1d(32, 32, 5, padding=2)',
      `self.out = nn.Linear(32, ${outputs})`,
    ],
    forward: [
      ...before,
      'x = F.relu(self.conv1(x))',
      'x = F.relu(self.conv2(x))',
      'return self.out(x.amax(dim=2))',
    ],
  };
}

function reading({ outputs, vocabulary }: Fitting): Layers {
  return {
    how: 'Words to vectors, three words at a time to features, the strongest of each to the answer.',
    init: [
      `self.embedding = nn.Embedding(${vocabulary}, 32)`,
      'self.conv = nn.Conv1d(32, 64, 3, padding=1)',
      'self.dropout = nn.Dropout(0.3)',
      `self.out = nn.Linear(64, ${outputs})`,
    ],
    forward: [
      'x = self.embedding(x).transpose(1, 2)',
      'x = F.relu(self.conv(x)).amax(dim=2)',
      'return self.out(self.dropout(x))',
    ],
  };
}

function continuing({ outputs, vocabulary }: Fitting): Layers {
  return {
    how: 'A recurrent network that reads what was written so far.',
    init: [
      `self.embedding = nn.Embedding(${vocabulary}, 48)`,
      'self.memory = nn.GRU(48, 96, batch_first=True)',
      `self.out = nn.Linear(96, ${outputs})`,
    ],
    forward: ['x, _ = self.memory(self.embedding(x))', 'return self.out(x)'],
  };
}

/** "heart-failure.csv" becomes HeartFailureNet. */
function className(file: string): string {
  const words = file
    .replace(/\.[^.]*$/, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  const joined = words.map(w => w.charAt(0).toUpperCase() + w.slice(1)).join('');
  return `${/^[A-Za-z]/.test(joined) ? joined : `Data${joined}`}Net`;
}
