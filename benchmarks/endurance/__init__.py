"""What hours of use do to a process."""
