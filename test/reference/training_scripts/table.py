import numpy as np
import pandas as pd
import torch
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn

# A table as lessons prepare one.
df = pd.read_csv("catches.csv").drop("id", axis=1)
df["depth"] = df["depth"].fillna(df["depth"].median())
df["steep"] = (df["depth"] > df["depth"].mean()).astype(int)
df["kind"] = df["kind"].map({"cod": 0, "eel": 1})
df = pd.get_dummies(df, columns=["place"], dtype=float)
df = df[df["salt"] < 31.95].reset_index(drop=True)
X = df.drop(columns=["kind"])
y = df["kind"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=7, stratify=y)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)
X_train = torch.from_numpy(X_train.astype(np.float32))
X_test = torch.from_numpy(X_test.astype(np.float32))
y_train = torch.tensor(y_train.values, dtype=torch.float32).view(-1, 1)
y_test = torch.tensor(y_test.values, dtype=torch.float32).view(-1, 1)

model = nn.Sequential(nn.Linear(X_train.shape[1], 6), nn.ReLU(), nn.Linear(6, 1))
with torch.no_grad():
    for p in model.parameters():
        p.copy_(torch.cos(torch.arange(p.numel(), dtype=torch.float32)).reshape(p.shape) * 0.5)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.5)
losses = []
for epoch in range(50):
    optimizer.zero_grad()
    loss = criterion(model(X_train), y_train)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
