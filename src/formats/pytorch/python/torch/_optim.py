"""Optimizers and schedules that remember what they were given, in PyTorch's names and order."""

from _vitrine import trace

_ADAM = "lr betas eps weight_decay amsgrad"
#: What may be given by place, behind the parameters.
_OPTIONS = {
    "SGD": "lr momentum dampening weight_decay nesterov",
    "Adam": _ADAM, "AdamW": _ADAM,
    "RMSprop": "lr alpha eps weight_decay momentum centered",
    "Adagrad": "lr lr_decay weight_decay initial_accumulator_value eps",
    "Adadelta": "lr rho eps weight_decay",
    "Adamax": "lr betas eps weight_decay",
    "NAdam": "lr betas eps weight_decay momentum_decay",
    "RAdam": "lr betas eps weight_decay",
    "ASGD": "lr lambd alpha t0 weight_decay", "LBFGS": "lr max_iter max_eval", "Rprop": "lr etas step_sizes",
    "SparseAdam": "lr betas eps",
}
_SCHEDULES = {
    "StepLR": "step_size gamma", "MultiStepLR": "milestones gamma", "ExponentialLR": "gamma",
    "ConstantLR": "factor total_iters", "LinearLR": "start_factor end_factor total_iters",
    "CosineAnnealingLR": "T_max eta_min", "CosineAnnealingWarmRestarts": "T_0 T_mult eta_min",
    "PolynomialLR": "total_iters power", "ReduceLROnPlateau": "mode factor patience threshold threshold_mode cooldown min_lr",
    "OneCycleLR": "max_lr total_steps epochs steps_per_epoch pct_start anneal_strategy cycle_momentum base_momentum "
                  "max_momentum div_factor final_div_factor three_phase",
    "LambdaLR": "lr_lambda", "MultiplicativeLR": "lr_lambda", "SequentialLR": "schedulers milestones",
    "ChainedScheduler": "", "CyclicLR": "base_lr max_lr step_size_up",
}


def _plain(options):
    """Numbers, truth values, words, and lists of numbers."""
    out = {}
    for key, value in options.items():
        if isinstance(value, tuple):
            value = list(value)
        if isinstance(value, (bool, int, float, str)) or isinstance(value, list) and all(
            isinstance(v, (int, float)) for v in value
        ):
            out[key] = value
    return out


class Optimizer:
    _order = ""

    def __init__(self, params=(), *arguments, **options):
        self._given = {**dict(zip(self._order.split(), arguments)), **options}
        groups = list(params) if not isinstance(params, dict) else [params]
        if not groups or not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        self.defaults = dict(self._given)
        self.param_groups = [
            {"lr": 0.0, **self._given, **g, "params": _listed(g.get("params", ()))} for g in groups
        ]
        self._groups = [{k: v for k, v in g.items() if k != "params"} for g in groups]
        self.state = {}

    def zero_grad(self, *_, **__):
        return None

    def step(self, closure=None, *_, **__):
        if trace.script is not None:
            if callable(closure):
                closure()
            trace.script.stepped(self)
        return None

    def add_param_group(self, group):
        self.param_groups.append({"lr": 0.0, **self._given, **group, "params": _listed(group.get("params", ()))})
        self._groups.append({k: v for k, v in group.items() if k != "params"})

    def state_dict(self):
        return {}

    def load_state_dict(self, *_, **__):
        return None

    def _told(self, names):
        """As an experiment says it. @param names of parameters, by identity."""
        told = {"name": type(self).__name__, "options": _plain(self._given), "groups": []}
        for own, group in zip(self._groups, self.param_groups):
            told["groups"].append({
                "parameters": [names[id(p)] for p in group["params"] if id(p) in names], "options": _plain(own),
            })
        return told


def _listed(params):
    return list(params) if hasattr(params, "__iter__") and not hasattr(params, "_dtype") else [params]


def _optimizer(name, order):
    return type(name, (Optimizer,), {"_order": order, "__module__": "torch.optim"})


class _Scheduler:
    _order = ""

    def __init__(self, optimizer=None, *arguments, **options):
        self.optimizer = optimizer
        self._given = {**dict(zip(self._order.split(), arguments)), **options}
        self.last_epoch = 0
        if trace.script is not None:
            trace.script.schedulers.append(self)

    def step(self, *_, **__):
        if trace.script is not None and trace.script.steps:
            self._per_step = True

    def get_last_lr(self):
        return [g["lr"] for g in getattr(self.optimizer, "param_groups", [])]

    get_lr = get_last_lr

    def state_dict(self):
        return {}

    def load_state_dict(self, *_, **__):
        return None

    def _told(self):
        return {"name": type(self).__name__, "options": _plain(self._given),
                "perStep": getattr(self, "_per_step", False)}


OPTIMIZERS = {name: _optimizer(name, order) for name, order in _OPTIONS.items()}
OPTIMIZERS["Optimizer"] = Optimizer
SCHEDULES = {
    name: type(name, (_Scheduler,), {"_order": order, "__module__": "torch.optim.lr_scheduler"})
    for name, order in _SCHEDULES.items()
}
SCHEDULES["LRScheduler"] = SCHEDULES["_LRScheduler"] = _Scheduler
