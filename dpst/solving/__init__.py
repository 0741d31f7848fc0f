"""Solving: an objective of weighted terms, minimised from a coarse level to the finest."""
