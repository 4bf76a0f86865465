"""Activations, as modules and as functions. Each class takes one tensor of the shape that it names."""

import torch.nn as nn
import torch.nn.functional as F


class ModuleReLU(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.ReLU()

    def forward(self, x):
        return self.f(x * 3)


class ModuleLeakyReLUWith(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.LeakyReLU(0.2)

    def forward(self, x):
        return self.f(x * 3)


class ModulePReLU2(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.PReLU()

    def forward(self, x):
        return self.f(x * 3)


class ModulePReLUWith3(nn.Module):
    shape = (2, 3, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.PReLU(3)

    def forward(self, x):
        return self.f(x * 3)


class ModuleELUWith(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.ELU(0.7)

    def forward(self, x):
        return self.f(x * 3)


class ModuleSELU(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.SELU()

    def forward(self, x):
        return self.f(x * 3)


class ModuleCELUWith(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.CELU(1.3)

    def forward(self, x):
        return self.f(x * 3)


class ModuleGELU7(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.GELU()

    def forward(self, x):
        return self.f(x * 3)


class ModuleGELUWith8(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.GELU(approximate="tanh")

    def forward(self, x):
        return self.f(x * 3)


class ModuleSiLU(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.SiLU()

    def forward(self, x):
        return self.f(x * 3)


class ModuleMish(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Mish()

    def forward(self, x):
        return self.f(x * 3)


class ModuleHardswish(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Hardswish()

    def forward(self, x):
        return self.f(x * 3)


class ModuleHardsigmoid(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Hardsigmoid()

    def forward(self, x):
        return self.f(x * 3)


class ModuleHardtanhWith(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Hardtanh(-0.3, 0.4)

    def forward(self, x):
        return self.f(x * 3)


class ModuleReLU6(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.ReLU6()

    def forward(self, x):
        return self.f(x * 3)


class ModuleSoftplusWith(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Softplus(2, 1.5)

    def forward(self, x):
        return self.f(x * 3)


class ModuleSoftsign(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Softsign()

    def forward(self, x):
        return self.f(x * 3)


class ModuleSigmoid(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Sigmoid()

    def forward(self, x):
        return self.f(x * 3)


class ModuleTanh(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Tanh()

    def forward(self, x):
        return self.f(x * 3)


class ModuleLogSigmoid(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.LogSigmoid()

    def forward(self, x):
        return self.f(x * 3)


class ModuleTanhshrink(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Tanhshrink()

    def forward(self, x):
        return self.f(x * 3)


class ModuleSoftshrinkWith(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Softshrink(0.3)

    def forward(self, x):
        return self.f(x * 3)


class ModuleHardshrinkWith(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Hardshrink(0.3)

    def forward(self, x):
        return self.f(x * 3)


class ModuleThresholdWith(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Threshold(0.2, -0.5)

    def forward(self, x):
        return self.f(x * 3)


class ModuleSoftminWith(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Softmin(1)

    def forward(self, x):
        return self.f(x * 3)


class ModuleGLUWith(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.GLU(1)

    def forward(self, x):
        return self.f(x * 3)


class ModuleRReLU(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.RReLU()

    def forward(self, x):
        return self.f(x * 3)


class ModuleIdentity(nn.Module):
    shape = (3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Identity()

    def forward(self, x):
        return self.f(x * 3)


class F_relu(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.relu(x)


class F_leaky_relu(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.leaky_relu(x, 0.2)


class F_elu(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.elu(x, 0.7)


class F_selu(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.selu(x)


class F_celu(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.celu(x, 1.3)


class F_gelu(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.gelu(x, approximate="tanh")


class F_silu(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.silu(x)


class F_mish(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.mish(x)


class F_hardswish(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.hardswish(x)


class F_hardsigmoid(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.hardsigmoid(x)


class F_hardtanh(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.hardtanh(x, -0.3, 0.4)


class F_relu6(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.relu6(x * 9)


class F_softplus(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.softplus(x, beta=2, threshold=1.5)


class F_softsign(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.softsign(x)


class F_logsigmoid(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.logsigmoid(x)


class F_tanhshrink(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.tanhshrink(x)


class F_softshrink(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.softshrink(x, 0.3)


class F_hardshrink(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.hardshrink(x, 0.3)


class F_threshold(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.threshold(x, 0.2, -0.5)


class F_glu(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.glu(x)


class F_softmax(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.softmax(x, dim=0)


class F_log_softmax(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.log_softmax(x, -1)


class F_normalize_19(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.normalize(x, dim=1)


class F_normalize_24(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.normalize(x, p=1, dim=0)


class F_cosine_similarity(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.cosine_similarity(x[:, :3], x[:, 3:])


class F_pairwise_distance(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return F.pairwise_distance(x[:, :3], x[:, 3:])
