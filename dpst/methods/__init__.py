"""The methods: each plans what serves what, makes its objective, and solves.

A method is one folder here and one line in `dpst.config.METHODS`.
"""

from dpst.methods.method import Method, load_method
from dpst.methods.plan import Inputs, Plan

__all__ = ["Inputs", "Method", "Plan", "load_method"]
