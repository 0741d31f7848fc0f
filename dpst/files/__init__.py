"""The ground under every file that is read or written: whole files, digests, checks of paths."""
