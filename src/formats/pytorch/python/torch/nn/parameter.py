"""torch.nn.parameter."""

from ._module import Buffer, Parameter, UninitializedParameter

__all__ = ["Buffer", "Parameter", "UninitializedParameter"]
