"""What PyTorch reaches with the samples that the other samples_*_train.py do not train: triage (five seeds and Vitrine's own start,
vitrine_start.py; the rows of Vitrine's split), and cartpole by PPO and by double DQN in Gymnasium's CartPole-v1 (three and five seeds), with the hyperparameters
of the experiment files and Vitrine's rules: advantages by GAE 0.95, a linearly falling rate, the best ten validation
episodes keep the policy; a replay buffer of 10,000, epsilon from 1 to 0.05 over half of the run. To samples_more_train.json.

Pinned: Python 3.11, torch 2.5.1 (CPU, one thread), numpy 2.4.6, gymnasium 1.4.0, scikit-learn 1.9.1.
Run from the repository's root: python test/reference/samples_more_train.py [triage | ppo | dqn]
"""

import csv
import importlib.util
import json
import sys
from pathlib import Path

import gymnasium as gym
import numpy as np
import torch
import torch.nn.functional as F
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from data_samples_train import SAMPLES, read_json
from vitrine_split import split_rows
import vitrine_start

HERE = Path(__file__).resolve().parent


def sample(name):
    (path,) = (SAMPLES / name.split("/")[0]).glob(f"{name.split('/')[1]}.vitrine.json")
    experiment = read_json(path)
    spec = importlib.util.spec_from_file_location("sample", path.parent / experiment["model"]["file"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return experiment, getattr(module, experiment["model"]["class"]), path


def optimizer_of(experiment, model):
    options = dict(experiment["optimizer"])
    return getattr(torch.optim, options.pop("name"))(model.parameters(), **options)


def triage():
    experiment, model_class, path = sample("triage/triage")
    data = experiment["data"]
    with open(path.parent / data["file"], newline="") as f:
        rows = list(csv.DictReader(f))
    classes = sorted({r[data["target"]] for r in rows})
    y = torch.tensor([classes.index(r[data["target"]]) for r in rows])
    s = split_rows(len(rows), data["split"]["test"], data["split"]["valid"], 0, y.tolist())
    columns = []
    for name in [n for n in rows[0] if n != data["target"]]:
        cells = [r[name] for r in rows]
        try:
            x = np.array([float(c) for c in cells])
            columns.append((x - x[s["train"]].mean()) / x[s["train"]].std())
        except ValueError:
            columns += [np.array([float(c == k) for c in cells]) for k in sorted(set(cells))]
    x = torch.tensor(np.stack(columns, 1), dtype=torch.float32)
    test = torch.tensor(s["test"])
    figures = []
    for start in vitrine_start.starts(path, 5):
        model = start.net(model_class)
        optimizer = optimizer_of(experiment, model)
        for _ in range(experiment["epochs"]):
            for batch in start.batches(s["train"], experiment["batchSize"]):
                optimizer.zero_grad()
                F.cross_entropy(model(x[batch]), y[batch]).backward()
                optimizer.step()
        with torch.no_grad():
            out = model(x[test])
        figures.append(
            {
                "accuracy": (out.argmax(1) == y[test]).float().mean().item(),
                "roc_auc": float(roc_auc_score(y[test], out.softmax(1)[:, 1])),
            }
        )
    linear = LogisticRegression().fit(x[s["train"]], y[s["train"]])
    return vitrine_start.summary(figures) | {"logistic_regression": float(linear.score(x[test], y[test]))}


def mean_return(act, seed, episodes):
    env = gym.make("CartPole-v1")
    returns = []
    for i in range(episodes):
        state, _ = env.reset(seed=seed + i)
        total, over = 0.0, False
        while not over:
            state, reward, terminated, truncated, _ = env.step(int(act(torch.tensor(state)[None])[0]))
            total += reward
            over = terminated or truncated
        returns.append(total)
    return returns


def ppo(seed):
    experiment, model_class, _ = sample("cartpole/cartpole")
    data, batch = experiment["data"], experiment["batchSize"]
    n, steps = data["environments"], data["steps"]
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = model_class()
    optimizer = optimizer_of(experiment, model)
    rate, best = experiment["optimizer"]["lr"], (-1.0, None)
    act = lambda s: model(s)[:, :2].argmax(1)
    for epoch in range(experiment["epochs"]):
        optimizer.param_groups[0]["lr"] = rate * (1 - epoch / experiment["epochs"])
        envs = [gym.make("CartPole-v1") for _ in range(n)]
        now = torch.tensor(np.stack([e.reset(seed=int(rng.integers(1 << 30)))[0] for e in envs]))
        S, A, L, R, V, D = [], [], [], [], [], []
        with torch.no_grad():
            for _ in range(steps):
                out = model(now)
                dist = torch.distributions.Categorical(logits=out[:, :2])
                a = dist.sample()
                S.append(now), A.append(a), L.append(dist.log_prob(a)), V.append(out[:, 2])
                reward, ended, after = torch.zeros(n), torch.zeros(n), []
                for i, e in enumerate(envs):
                    state, r, terminated, truncated, _ = e.step(int(a[i]))
                    reward[i] = r
                    if truncated and not terminated:
                        reward[i] += 0.99 * model(torch.tensor(state)[None])[0, 2]
                    if terminated or truncated:
                        ended[i] = 1
                        state, _ = e.reset()
                    after.append(state)
                R.append(reward), D.append(ended)
                now = torch.tensor(np.stack(after))
            last = model(now)[:, 2]
        advantages, carry = torch.zeros(steps, n), torch.zeros(n)
        for t in reversed(range(steps)):
            following = last if t == steps - 1 else V[t + 1]
            carry = R[t] + 0.99 * (1 - D[t]) * following - V[t] + 0.99 * 0.95 * (1 - D[t]) * carry
            advantages[t] = carry
        flat = lambda x: torch.stack(x).flatten(0, 1)
        s, a, logs, adv = flat(S), flat(A), flat(L), advantages.flatten()
        returns = adv + flat(V)
        for _ in range(data["passes"]):
            for rows in torch.randperm(n * steps).split(batch):
                out = model(s[rows])
                dist = torch.distributions.Categorical(logits=out[:, :2])
                ratio = (dist.log_prob(a[rows]) - logs[rows]).exp()
                better = (adv[rows] - adv[rows].mean()) / (adv[rows].std(unbiased=False) + 1e-8)
                gain = torch.min(ratio * better, ratio.clamp(0.8, 1.2) * better).mean()
                optimizer.zero_grad()
                (-gain + 0.5 * ((out[:, 2] - returns[rows]) ** 2).mean()).backward()
                optimizer.step()
        with torch.no_grad():
            score = float(np.mean(mean_return(act, 10_000 * (seed + 1) + 100 * epoch, 10)))
        if score >= best[0]:
            best = (score, {k: v.clone() for k, v in model.state_dict().items()})
    model.load_state_dict(best[1])
    with torch.no_grad():
        returns = mean_return(act, 1_000_000 * (seed + 1), 100)
    return {"mean_return": float(np.mean(returns)), "min_return": float(np.min(returns))}


def dqn(seed):
    experiment, model_class, _ = sample("cartpole/q")
    data, batch = experiment["data"], experiment["batchSize"]
    n, steps, epochs = data["environments"], data["steps"], experiment["epochs"]
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model, target = model_class(), model_class()
    optimizer = optimizer_of(experiment, model)
    memory, at, age, best = [], 0, None, (-1.0, None)
    per_step = data["passes"] * -(-n * steps // batch) / steps
    act = lambda s: model(s).argmax(1)
    for epoch in range(epochs):
        envs = [gym.make("CartPole-v1") for _ in range(n)]
        now = np.stack([e.reset(seed=int(rng.integers(1 << 30)))[0] for e in envs])
        due = 0.0
        for t in range(steps):
            chance = 1 + (0.05 - 1) * min(1, (epoch + t / steps) / epochs / 0.5)
            with torch.no_grad():
                greedy = act(torch.tensor(now)).tolist()
            for i, e in enumerate(envs):
                a = int(rng.integers(2)) if rng.random() < chance else greedy[i]
                state, r, terminated, truncated, _ = e.step(a)
                item = (now[i].copy(), a, r, state.copy(), float(terminated))
                if len(memory) < 10_000:
                    memory.append(item)
                else:
                    memory[at] = item
                at = (at + 1) % 10_000
                now[i] = e.reset()[0] if terminated or truncated else state
            if len(memory) < 500:
                continue
            due += per_step
            while due >= 1:
                due -= 1
                if age is None or age >= experiment["lossOptions"]["target_every"]:
                    target.load_state_dict(model.state_dict())
                    age = 0
                age += 1
                picked = [memory[i] for i in rng.integers(len(memory), size=batch)]
                s, a, r, after, over = (torch.tensor(np.array(c), dtype=torch.float32) for c in zip(*picked))
                with torch.no_grad():
                    worth = target(after).gather(1, model(after).argmax(1, keepdim=True))[:, 0]
                    wanted = r + data["discount"] * (1 - over) * worth
                optimizer.zero_grad()
                F.smooth_l1_loss(model(s).gather(1, a.long()[:, None])[:, 0], wanted).backward()
                optimizer.step()
        with torch.no_grad():
            score = float(np.mean(mean_return(act, 10_000 * (seed + 1) + 100 * epoch, 10)))
        if score >= best[0]:
            best = (score, {k: v.clone() for k, v in model.state_dict().items()})
    model.load_state_dict(best[1])
    with torch.no_grad():
        returns = mean_return(act, 1_000_000 * (seed + 1), 100)
    return {"mean_return": float(np.mean(returns)), "min_return": float(np.min(returns))}


def summary(figures):
    return {
        k: {"min": min(v), "mean": sum(v) / len(v), "max": max(v)} for k in figures[0] for v in [[f[k] for f in figures]]
    }


def main():
    torch.set_num_threads(1)
    path = HERE / "samples_more_train.json"
    for name in sys.argv[1:] or ["triage", "ppo", "dqn"]:
        out = json.loads(path.read_text()) if path.exists() else {}
        if name == "triage":
            out["triage/triage"] = triage()
        else:
            key = {"ppo": "cartpole/cartpole", "dqn": "cartpole/q"}[name]
            out[key] = summary([{"ppo": ppo, "dqn": dqn}[name](seed) for seed in range({"ppo": 3, "dqn": 5}[name])])
        print(name, out, flush=True)
        path.write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
