"""The demo: invented people and several months of their care, told through the services like everything else."""
