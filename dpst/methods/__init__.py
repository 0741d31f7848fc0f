"""The methods: each plans what serves what, makes its objective, and solves."""
