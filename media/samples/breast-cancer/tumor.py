import torch.nn as nn
import torch.nn.functional as F


class TumorNet(nn.Module):
    """Benign or malignant, by 30 measurements of the nuclei of a tumour's cells?"""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(30, 16)
        self.fc2 = nn.Linear(16, 8)
        self.out = nn.Linear(8, 2)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.out(x)
