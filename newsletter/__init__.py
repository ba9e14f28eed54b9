"""Write and preview a research network's monthly digest."""

__version__ = "0.1.0"
