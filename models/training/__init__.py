"""Making the models: bases, cutting, fine-tuning, export and evaluation. Never imported on the gateway."""
