"""Minimisers of a differentiable function of one tensor, resumable between compiled chunks."""

from dpst.optimizers import adam, lbfgs
from dpst.optimizers.result import OptimizerResult, StopReason

__all__ = ["OptimizerResult", "StopReason", "adam", "lbfgs"]
