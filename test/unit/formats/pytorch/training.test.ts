/** Scripts that train: what is read of the model, the data, the loss and the optimizer. */
import { strict as assert } from 'node:assert';
import type { FileTraining } from '../../../../src/formats/_format';
import type { VitrineError } from '../../../../src/model/errors';
import { reader, readText, said } from './_reader';

const head = 'import torch\nfrom torch import nn, optim\nimport torch.nn.functional as F\n\n';

async function training(text: string): Promise<FileTraining> {
  const file = '/vitrine-test/script.py';
  return reader().training({ file, texts: { [file]: head + text } });
}

const byHand = `
x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
y = torch.tensor([[2.0], [4.0], [6.0], [8.0]])
w = torch.zeros(1, requires_grad=True)
b = torch.randn(1, requires_grad=True)

def forward(x):
    return w * x + b

learning_rate = 0.01
for epoch in range(1000):
    y_pred = forward(x)
    loss = torch.mean((y_pred - y) ** 2)
    loss.backward()
    with torch.no_grad():
        w -= learning_rate * w.grad
        b -= learning_rate * b.grad
        w.grad.zero_()
        b.grad.zero_()
    if epoch % 100 == 0:
        print(f"epoch {epoch}, loss {loss.item():.4f}")
`;

describe('training that a script says', () => {
  it('is read of numbers that are mixed many times over', async () => {
    const read = await training(`
x = torch.randn(20, 3)
for _ in range(40):
    x = x * 0.5 + x * x
y = x.sum(1, keepdim=True)
model = nn.Linear(3, 1)
optimizer = optim.SGD(model.parameters(), lr=0.1)
for epoch in range(5):
    loss = F.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
`);
    assert.equal(read.rows, 20);
    assert.deepEqual(read.columns, [undefined, undefined]);
  });

  it('is read of two tensors and a loop, and they are a model', async () => {
    const read = await training(byHand);
    assert.equal(read.model.class, 'y_pred');
    assert.equal(read.loss, 'mse_loss');
    assert.equal(read.byHand, 0.01);
    assert.equal(read.epochs, 1000);
    assert.equal(read.rows, 4);
    assert.deepEqual(read.names, ['x', 'y']);
    const models = await readText(head + byHand);
    const { model } = models['y_pred']!;
    assert.ok(model, said(models['y_pred']).join('\n'));
    assert.deepEqual(
      model.parameters.map(p => [p.name, p.shape, p.trainable]),
      [
        ['w', [1], true],
        ['b', [1], true],
      ],
    );
    assert.deepEqual(
      model.inputs.map(i => model.values[i]!.shape),
      [['N', 1]],
    );
  });

  it('is not read of a loss inside of the model, and says so', async () => {
    await assert.rejects(
      training(`
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)
    def forward(self, x, y):
        scores = self.fc(x)
        return scores, F.cross_entropy(scores, y)

model = Net()
optimizer = optim.SGD(model.parameters(), lr=0.1)
for step in range(30):
    scores, loss = model(torch.randn(8, 3), torch.randint(2, (8,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
`),
      /The model computes its loss itself, where it is not read: return what it predicts alone/,
    );
  });

  it('is read past a function that measures hundreds of batches first, and notes their losses', async () => {
    const read = await training(`
x = torch.randn(64, 3)
y = torch.randn(64, 1)
model = nn.Sequential(nn.Linear(3, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = optim.SGD(model.parameters(), lr=0.1)

@torch.no_grad()
def estimate_loss():
    model.eval()
    losses = torch.zeros(100000)
    for k in range(100000):
        losses[k] = F.mse_loss(model(x), y).item()
    model.train()
    return losses.mean()

for step in range(30):
    if step % 10 == 0:
        print(f"{estimate_loss():.4f}")
    loss = F.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
`);
    assert.equal(read.rows, 64);
    assert.equal(read.epochs, 30);
  });

  it('is read of columns whose words became codes', async () => {
    const read = await training(`
import pandas as pd
table = pd.DataFrame({"town": ["b", "a", "c", "a"], "size": ["S", "L", "S", "M"], "y": [0.0, 1.0, 1.0, 0.0]})
table["town"] = pd.Categorical(table["town"]).codes
table["size"] = pd.Categorical(table["size"], categories=["S", "M"]).codes
assert table["town"].tolist() == [1, 0, 2, 0] and table["size"].tolist() == [0, -1, 0, 1]
x = torch.tensor(table[["town", "size"]].values, dtype=torch.float32)
y = torch.tensor(table[["y"]].values, dtype=torch.float32)
model = nn.Linear(2, 1)
optimizer = optim.SGD(model.parameters(), lr=0.1)
for epoch in range(5):
    loss = F.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
`);
    assert.deepEqual([read.rows, read.columns[0]], [4, ['town', 'size']]);
  });

  it('is read of a class, a loss and an optimizer', async () => {
    const read = await training(`
class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.fc1 = nn.Linear(2, 5)
        self.fc2 = nn.Linear(5, 1)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))

net = Net()
criterion = nn.MSELoss()
optimizer = optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
x = torch.randn(100, 2)
y = torch.sum(x, dim=1, keepdim=True)
for epoch in range(1000):
    optimizer.zero_grad()
    loss = criterion(net(x), y)
    loss.backward()
    optimizer.step()
    print('Epoch:', epoch, 'Loss:', loss.item())
`);
    assert.equal(read.model.class, 'Net');
    assert.equal(read.loss, 'MSELoss');
    assert.deepEqual(read.optimizer!.options, { lr: 0.01, momentum: 0.9 });
    assert.equal(read.epochs, 1000);
    assert.equal(read.data.outputs.length, 2);
  });

  it('is read of functions, loaders, splits, schedules and frozen layers', async () => {
    const read = await training(`
from torch.utils.data import Dataset, DataLoader, random_split
from tqdm import tqdm

class Points(Dataset):
    def __init__(self, n):
        self.x = torch.linspace(-1, 1, n * 2).reshape(n, 2)
        self.y = (self.x[:, 0] > 0).long()

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]

class Net(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.a = nn.Linear(2, hidden)
        self.b = nn.Linear(hidden, 2)

    def forward(self, x):
        return F.log_softmax(self.b(torch.relu(self.a(x))), dim=1)

def train(model, loader, optimizer, scheduler):
    for i, (x, y) in enumerate(tqdm(loader)):
        optimizer.zero_grad()
        loss = F.nll_loss(model(x), y)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()

def main():
    train_set, valid_set = random_split(Points(100), [80, 20])
    model = Net(hidden=7)
    for p in model.a.parameters():
        p.requires_grad = False
    optimizer = optim.AdamW(model.parameters(), lr=1e-3)
    scheduler = optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.99)
    for epoch in range(12):
        train(model, DataLoader(train_set, batch_size=16, shuffle=True), optimizer, scheduler)

if __name__ == '__main__':
    main()
`);
    assert.deepEqual(read.model.arguments, { hidden: 7 });
    assert.equal(read.loss, 'nll_loss');
    assert.equal(read.optimizer?.name, 'AdamW');
    assert.deepEqual(read.frozen, ['a.weight', 'a.bias']);
    assert.deepEqual(read.clip, { norm: 1 });
    assert.deepEqual(read.schedules, [{ name: 'ExponentialLR', options: { gamma: 0.99 }, perStep: true }]);
    assert.deepEqual([read.epochs, read.batch, read.share, read.rows], [12, 16, 0.8, 100]);
  });

  it('is read whatever the script does with what it learned', async () => {
    const read = await training(`
x = torch.randn(30, 2)
y = x.sum(dim=1, keepdim=True)
w = torch.randn(2, 1, requires_grad=True)
history = []
for epoch in range(9):
    loss = ((x @ w - y) ** 2).mean()
    if loss.item() < 1e-6 or float(loss) < 1e-6:
        break
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
    w.grad = None
    history.append([v * 2 for v in w.tolist()])
    print(history[-1][0] / 0, {"a": 1}["b"])
`);
    assert.deepEqual([read.model.class, read.epochs, read.byHand], ['loss', 9, 0.1]);
  });

  it('sums a loss over the rows of a batch, not over all that a loader has', async () => {
    const read = await training(`
x = torch.rand(64, 3)
y = x.sum(dim=1, keepdim=True)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(2):
    for a, b in torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=16):
        loss = F.mse_loss(model(a), b, reduction='sum')
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
`);
    assert.deepEqual([read.scale, read.batch, read.rows], [16, 16, 64]);
  });

  it('is read of batches that are cut out of tensors', async () => {
    const read = await training(`
x = torch.rand(64, 3)
y = x.sum(dim=1, keepdim=True)
model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
optimizer = torch.optim.Adam(model.parameters())
for epoch in range(5):
    order = torch.randperm(x.size(0))
    for i in range(0, x.size(0), 16):
        rows = order[i:i + 16]
        loss = F.l1_loss(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
`);
    assert.equal(read.model.class, 'model');
    assert.deepEqual([read.epochs, read.batch, read.rows], [5, 16, 64]);
  });

  const data = 'x = torch.linspace(0, 1, 20).unsqueeze(1)\ny = 2 * x\n';
  const model = 'model = nn.Linear(1, 1)\noptimizer = optim.SGD(model.parameters(), lr=0.1)\n';
  const refused: [what: string, text: string, said: RegExp][] = [
    ['a file that trains nothing', `${data}print(x.sum())\n`, /takes a step of training/],
    [
      'targets that are compared with every row',
      `${data}${model}for i in range(3):\n    loss = ((model(x) - y.squeeze()) ** 2).mean()\n    loss.backward()\n    optimizer.step()\n`,
      /each row is compared with every other one.*unsqueeze/s,
    ],
    [
      'momentum by hand',
      `${data}w = torch.zeros(1, requires_grad=True)\nv = torch.zeros(1)\nfor i in range(3):\n    loss = ((w * x - y) ** 2).mean()\n    loss.backward()\n    with torch.no_grad():\n        v = 0.9 * v + w.grad\n        w -= 0.1 * v\n`,
      /How w changes is more than w -= rate \* w\.grad/,
    ],
    [
      'a loss of several parts',
      `${data}${model}for i in range(3):\n    loss = F.mse_loss(model(x), y) + 0.1 * model.weight.abs().sum()\n    loss.backward()\n    optimizer.step()\n`,
      /no loss that is read/,
    ],
    [
      'what stands between the model and the loss',
      `${data}${model}for i in range(3):\n    loss = F.mse_loss(torch.exp(model(x)), y)\n    loss.backward()\n    optimizer.step()\n`,
      /stands Exp: put it into the model's forward/,
    ],
    [
      'data that are not here',
      `from torchvision import datasets\n${model}loader = torch.utils.data.DataLoader(datasets.MNIST('data', download=True), batch_size=8)\nfor a, b in loader:\n    loss = F.mse_loss(model(a), b)\n    loss.backward()\n    optimizer.step()\n`,
      /MNIST is not in the workspace: put MNIST\/raw\/train-images-idx3-ubyte.*Nothing is downloaded/s,
    ],
    ...(
      [
        ['torchvision.datasets', "SVHN('data', download=True)", /SVHN are not read.*ImageFolder\('svhn'/s],
        ['datasets', "load_dataset('stanfordnlp/imdb')['train']", /to_csv\('imdb\.csv'\).*--data imdb\.csv/s],
        ['datasets', "load_dataset('csv', data_files='a.csv')", /read the file by pandas\.read_csv/],
        ['torchtext.datasets', "AG_NEWS(split='train')", /AG_NEWS are not here.*--data ag_news\.csv/s],
        ['sklearn.datasets', 'load_wine()', /load_wine\(as_frame=True\)\.frame\.to_csv\('wine\.csv'/],
        ['sklearn.datasets', 'make_classification(100)', /savez\('classification\.npz', X=X, y=y\)/],
      ] as [string, string, RegExp][]
    ).map(([library, asked, said]): [string, string, RegExp] => [
      `data that ${library} would download: ${asked}`,
      `from ${library} import ${asked.split('(')[0]}\n${model}loader = torch.utils.data.DataLoader(${asked}, batch_size=8)\nfor a, b in loader:\n    loss = F.mse_loss(model(a), b)\n    loss.backward()\n    optimizer.step()\n`,
      said,
    ]),
    [
      'a shape that does not fit',
      `${data}model = nn.Linear(3, 1)\noptimizer = optim.SGD(model.parameters(), lr=0.1)\nfor i in range(3):\n    loss = F.mse_loss(model(x), y)\n    loss.backward()\n    optimizer.step()\n`,
      /mat1 and mat2 shapes cannot be multiplied/,
    ],
    [
      'a loop that does not end',
      `${data}i = 0\nwhile True:\n    i += 1\nloss = x.sum()\nloss.backward()\n`,
      /turns without a step/,
    ],
  ];
  for (const [what, text, said] of refused)
    it(`is refused with its reason and place: ${what}`, async () => {
      await assert.rejects(training(text), (e: VitrineError) => {
        assert.match(e.message, said);
        assert.equal(e.code, 'bad-model');
        assert.ok(e.details.at?.file.endsWith('script.py'));
        return true;
      });
    });

  it('stops when it is cancelled', async () => {
    const abort = new AbortController();
    const file = '/vitrine-test/script.py';
    const reading = reader().training({ file, texts: { [file]: head + byHand } }, abort.signal);
    abort.abort();
    await assert.rejects(reading, (e: VitrineError) => e.code === 'cancelled');
  });
});
