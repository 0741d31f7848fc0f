"""The process that dpst runs in: TensorFlow loaded quietly, and not used after a fork."""
