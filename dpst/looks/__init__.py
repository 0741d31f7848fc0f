"""Looks: what a transfer found, in a form that photos of any size and depth can take."""
