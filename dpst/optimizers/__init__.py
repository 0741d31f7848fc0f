"""Minimisers of a differentiable function of one tensor, resumable after any evaluation."""

from dpst.optimizers import adam, lbfgs
from dpst.optimizers.registry import OPTIMIZERS, Optimizer
from dpst.optimizers.result import OptimizerResult, StopReason

__all__ = ["OPTIMIZERS", "Optimizer", "OptimizerResult", "StopReason", "adam", "lbfgs"]
