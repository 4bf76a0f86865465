import torch.nn as nn


class LinearRegression(nn.Module):
    """y = theta[0] * x1 + theta[1] * x2, fitted by plain gradient descent."""

    def __init__(self):
        super().__init__()
        # Without a bias, the layer's weight is the parameter vector theta in R^2.
        self.theta = nn.Linear(2, 1, bias=False)

    def forward(self, x):
        return self.theta(x)
