"""The learned models: inference on the gateway, training in the cloud."""
