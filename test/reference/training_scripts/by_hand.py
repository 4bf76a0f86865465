import torch

x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
y = torch.tensor([[2.0], [4.0], [6.0], [8.5]])
w = torch.zeros(1, requires_grad=True)
b = torch.tensor([0.5], requires_grad=True)
losses = []


def forward(x):
    return w * x + b


learning_rate = 0.02
for epoch in range(60):
    y_pred = forward(x)
    loss = torch.mean((y_pred - y) ** 2)
    losses.append(loss.item())
    loss.backward()
    with torch.no_grad():
        w -= learning_rate * w.grad
        b -= learning_rate * b.grad
        w.grad.zero_()
        b.grad.zero_()
    if epoch % 10 == 0:
        print(f"epoch {epoch}: {loss.item():.4f}")
