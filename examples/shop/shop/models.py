"""What the shop sells and what people order."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class Product:
    """Something on sale."""

    sku: str
    title: str
    price: Decimal
    stock: int = 0

    def available(self, quantity: int = 1) -> bool:
        """Tells whether that many can be sold now."""
        return self.stock >= quantity


class Item:
    """A line of a cart."""

    def __init__(self, product: Product, quantity: int = 1):
        self.product = product
        self.quantity = quantity

    @property
    def total(self) -> Decimal:
        """Price of the line before discounts."""
        return self.product.price * self.quantity


class GiftItem(Item):
    """A line that costs nothing."""

    @property
    def total(self) -> Decimal:
        return Decimal(0)

    def describe(self) -> str:
        return f"{self.product.title} (gift)"


@dataclass
class Order:
    """A cart that was paid."""

    number: int
    customer: str
    items: list[Item] = field(default_factory=list)
    note: str = ""

    def total(self) -> Decimal:
        """Sum of all lines."""
        return sum((item.total for item in self.items), Decimal(0))
