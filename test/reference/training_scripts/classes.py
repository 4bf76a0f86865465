import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self, hidden=6):
        super().__init__()
        self.fc1 = nn.Linear(2, hidden)
        self.fc2 = nn.Linear(hidden, 3)
        with torch.no_grad():
            for p in self.parameters():
                p.copy_(torch.sin(torch.arange(p.numel(), dtype=torch.float32)).reshape(p.shape) * 0.5)

    def forward(self, x):
        return self.fc2(torch.tanh(self.fc1(x)))


def make_data():
    t = torch.arange(90, dtype=torch.float32)
    points = torch.stack([torch.sin(t * 0.7), torch.cos(t * 1.3)], dim=1)
    labels = (points[:, 0] > 0).long() + (points[:, 1] > 0.5).long()
    return TensorDataset(points, labels)


losses = []


def train(model, loader, optimizer, criterion):
    model.train()
    for inputs, targets in loader:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=0.5)
        optimizer.step()
        losses.append(loss.item())


def main():
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    loader = DataLoader(make_data(), batch_size=90)
    model = Net(hidden=8).to(device)
    for p in model.fc1.parameters():
        p.requires_grad_(False)
    criterion = nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 0.5]), label_smoothing=0.1)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=0.5, momentum=0.9, nesterov=True)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 20, gamma=0.5)
    for epoch in range(1, 61):
        train(model, loader, optimizer, criterion)
        scheduler.step()


if __name__ == "__main__":
    main()
