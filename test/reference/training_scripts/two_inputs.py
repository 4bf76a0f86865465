import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Ratings(Dataset):
    """Who, what, and how good it was."""

    def __init__(self):
        t = torch.arange(60)
        self.users, self.items = t % 6, (t * 7) % 10
        self.ratings = 3 + torch.sin(self.users.float()) + torch.cos(self.items.float())

    def __len__(self):
        return 60

    def __getitem__(self, i):
        return self.users[i], self.items[i], self.ratings[i]


class Factors(nn.Module):
    def __init__(self):
        super().__init__()
        self.user = nn.Embedding(6, 4)
        self.item = nn.Embedding(10, 4)
        with torch.no_grad():
            for p in self.parameters():
                p.copy_(torch.sin(1 + torch.arange(p.numel(), dtype=torch.float32)).reshape(p.shape))

    def forward(self, user, item):
        return (self.user(user) * self.item(item)).sum(dim=1)


model = Factors()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
losses = []
for epoch in range(40):
    for user, item, rating in DataLoader(Ratings(), batch_size=60):
        loss = nn.functional.mse_loss(model(user, item), rating)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
