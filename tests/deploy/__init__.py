"""What docs/how-to/deploy.md describes: compose files, manifests, the proxy."""
