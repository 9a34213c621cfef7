"""The cart, over a store in memory."""

from decimal import Decimal

import pytest

from shop.cart import Cart, OutOfStock
from shop.models import Product


class FakeStore:
    def __init__(self, *products):
        self.products = {product.sku: product for product in products}

    def find(self, sku):
        return self.products.get(sku)

    def reserve(self, sku, quantity):
        product = self.products[sku]
        product.stock -= quantity
        return product.stock >= 0


@pytest.fixture
def cart():
    return Cart(FakeStore(Product("tea", "Tea", Decimal("4.50"), 3)), "member")


def test_total_has_the_discount(cart):
    cart.add("tea", 2)
    assert cart.total() == Decimal("8.55")


def test_more_than_there_is(cart):
    with pytest.raises(OutOfStock):
        cart.add("tea", 4)


def test_checkout_empties_the_cart(cart):
    cart.add("tea")
    order = cart.checkout(1, "ann")
    assert order.total() == Decimal("4.50")
    assert cart.items == []
