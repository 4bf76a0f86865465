/** The first model for a table of a user who has none: a small network that fits its columns, to be changed by hand. */
import { guessLoss, type TargetColumn } from '../../train/firstExperiment';

export interface NewModel {
  /** Of the class. */
  name: string;
  text: string;
  loss: string;
}

/**
 * @param file name of the table, as it is told in the docstring.
 * @param inputs how many columns of numbers the model sees; undefined where categories make the width known only to
 * the data.
 */
export function newModel(file: string, target: TargetColumn, inputs: number | undefined): NewModel {
  const loss = guessLoss(target);
  const outputs = loss === 'cross_entropy' ? Math.max(2, target.distinct) : 1;
  const name = className(file);
  const first = inputs === undefined ? 'nn.LazyLinear(32)' : `nn.Linear(${inputs}, 32)`;
  const text = `import torch.nn as nn
import torch.nn.functional as F


class ${name}(nn.Module):
    """Predicts ${JSON.stringify(target.name).replace(/\\/g, '\\\\').replace(/"""/g, "'''")} from the other columns of ${file.replace(/["\\]/g, "'")}."""

    def __init__(self):
        super().__init__()
        self.hidden1 = ${first}
        self.hidden2 = nn.Linear(32, 16)
        self.out = nn.Linear(16, ${outputs})

    def forward(self, x):
        x = F.relu(self.hidden1(x))
        x = F.relu(self.hidden2(x))
        return self.out(x)
`;
  return { name, text, loss };
}

/** "heart-failure.csv" becomes HeartFailureNet. */
function className(file: string): string {
  const words = file
    .replace(/\.[^.]*$/, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  const joined = words.map(w => w.charAt(0).toUpperCase() + w.slice(1)).join('');
  return `${/^[A-Za-z]/.test(joined) ? joined : `Table${joined}`}Net`;
}
