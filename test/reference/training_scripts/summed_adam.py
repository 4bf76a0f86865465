import torch
from torch import nn

x = torch.linspace(-1, 1, 90).reshape(30, 3)
y = (x * torch.tensor([1.0, -2.0, 0.5])).sum(dim=1, keepdim=True) + 0.25
model = nn.Linear(3, 1)
nn.init.constant_(model.weight, 0.1)
nn.init.zeros_(model.bias)
criterion = nn.MSELoss(reduction="sum")
optimizer = torch.optim.Adam(model.parameters(), lr=0.03, weight_decay=0.02, eps=1e-4)
losses = []
for step in range(60):
    loss = criterion(model(x), y)
    losses.append(loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
