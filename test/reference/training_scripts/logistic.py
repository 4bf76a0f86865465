import torch
import torch.nn.functional as F

x = torch.sin(torch.arange(60, dtype=torch.float32) * 0.9).reshape(20, 3)
y = (x @ torch.tensor([1.0, -1.0, 2.0]) > 0.1).float()
weights = torch.zeros(3, requires_grad=True)
bias = torch.zeros(1, requires_grad=True)
optimizer = torch.optim.SGD([weights, bias], lr=0.8)
losses = []
for epoch in range(60):
    prediction = torch.sigmoid(x @ weights + bias)
    loss = F.binary_cross_entropy(prediction, y)
    losses.append(loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
