"""Photorealistic transfer, after Luan, Paris, Shechtman and Bala, 2017."""
