"""What a deployment is made of; docs/how-to/deploy.md."""
