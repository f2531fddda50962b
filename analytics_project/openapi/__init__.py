"""Both roles' OpenAPI documents, made from the structs that decode and encode."""
