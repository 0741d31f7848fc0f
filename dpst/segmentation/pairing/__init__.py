"""Pairing: which part of the style images serves which segment of the content image."""
