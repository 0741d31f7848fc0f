"""What is where in a photo: sky, water, skin, ..., by a small network of our own."""
