"""What makes the data files of the package. Nothing here is installed."""
