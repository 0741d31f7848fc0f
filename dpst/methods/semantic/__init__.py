"""Semantic transfer and doodles, after Champandard, 2016."""
