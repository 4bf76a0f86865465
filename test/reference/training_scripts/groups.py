import torch
from torch import nn, optim


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Linear(4, 5)
        self.head = nn.Linear(5, 1)
        for layer in (self.base, self.head):
            nn.init.constant_(layer.bias, 0.1)
            nn.init.eye_(layer.weight)

    def forward(self, x):
        return self.head(torch.relu(self.base(x)))


x = torch.cos(torch.arange(160, dtype=torch.float32) * 0.37).view(40, 4)
y = (x.sum(dim=1) > 0).float().unsqueeze(1)
model = Net()
loss_fn = nn.BCEWithLogitsLoss(pos_weight=torch.tensor([2.0]))
optimizer = optim.RMSprop([{"params": model.base.parameters(), "lr": 1e-3}, {"params": model.head.parameters()}], lr=1e-2, alpha=0.95, eps=1e-6)
losses = []
for epoch in range(60):
    optimizer.zero_grad()
    loss = 0.5 * loss_fn(model(x), y)
    losses.append(loss.item())
    loss.backward()
    optimizer.step()
