"""The cart of a session."""

from decimal import Decimal

from . import pricing
from .models import GiftItem, Item, Order


class OutOfStock(Exception):
    """There are fewer than asked for."""


class Cart:
    """Lines that wait to be paid."""

    def __init__(self, store, kind="regular"):
        self.store = store
        self.kind = kind
        self.items = []

    def add(self, sku, quantity=1):
        """Puts a product in, or raises OutOfStock."""
        product = self.store.find(sku)
        if product is None or not product.available(quantity):
            raise OutOfStock(sku)
        for item in self.items:
            if item.product.sku == sku:
                item.quantity += quantity
                return item
        item = Item(product, quantity)
        self.items.append(item)
        return item

    def add_gift(self, product):
        self.items.append(GiftItem(product))

    def remove(self, sku):
        self.items = [item for item in self.items if item.product.sku != sku]

    def subtotal(self):
        return sum((item.total for item in self.items), Decimal(0))

    def total(self):
        """What is to be paid: the lines less the discount."""
        subtotal = self.subtotal()
        return subtotal - pricing.discount(subtotal, self.kind)

    def checkout(self, number, customer):
        """Turns the cart into an order; products leave the stock."""
        for item in self.items:
            if not self.store.reserve(item.product.sku, item.quantity):
                raise OutOfStock(item.product.sku)
        order = Order(number, customer, list(self.items))
        self.items.clear()
        return order
