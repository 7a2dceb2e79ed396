"""What is asked of the cloud, how often, and where the answers go."""
