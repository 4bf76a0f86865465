from _vitrine.configs import CfgNode  # noqa: F401

CN = CfgNode
