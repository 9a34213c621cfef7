"""The shop's service: catalogue, cart, orders and reports over SQLite."""

from .app import create_app
from .models import Order, Product

__all__ = ["Order", "Product", "create_app"]
__version__ = "1.4.0"
