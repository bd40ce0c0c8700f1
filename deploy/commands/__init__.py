"""The commands of ``paidan``, one module each; ``deploy.cli`` puts them together."""
