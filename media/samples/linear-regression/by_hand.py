"""The same regression by hand. Press Train over the loop."""

import torch

torch.manual_seed(0)
x = torch.randn(200, 2)
y = 2 * x[:, 0] - 3 * x[:, 1] + 0.5 * torch.randn(200)

theta = torch.zeros(2, requires_grad=True)
learning_rate = 0.1

for epoch in range(100):
    prediction = x @ theta
    loss = torch.mean((prediction - y) ** 2)
    loss.backward()
    with torch.no_grad():
        theta -= learning_rate * theta.grad
        theta.grad.zero_()
    if epoch % 20 == 0:
        print(f"epoch {epoch}: loss {loss.item():.3f}")
