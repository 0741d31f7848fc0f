"""Photorealistic transfer, after Luan, Paris, Shechtman and Bala, 2017."""

DESCRIPTION = "keep the photo a photo"
IS_BY_SEGMENT = True
NEEDS_CONTENT = True
