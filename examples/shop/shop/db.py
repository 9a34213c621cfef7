"""The database: one connection, a few queries."""

import sqlite3
from contextlib import contextmanager
from decimal import Decimal

from .models import Product

SORT_COLUMNS = {"title": "title", "price": "price"}


class Store:
    """Products and orders in SQLite."""

    def __init__(self, path=":memory:"):
        self.connection = sqlite3.connect(path)
        self.connection.row_factory = sqlite3.Row

    @contextmanager
    def transaction(self):
        """Commits what the block did, or rolls it back."""
        try:
            yield self.connection
        except Exception:
            self.connection.rollback()
            raise
        else:
            self.connection.commit()

    def find(self, sku):
        """Finds a product by its SKU; None where there is none."""
        row = self.connection.execute("SELECT * FROM product WHERE sku = ?", (sku,)).fetchone()
        return self._product(row) if row else None

    def search(self, text):
        """Finds products by a part of their title."""
        query = "SELECT * FROM product WHERE title LIKE '%" + text + "%'"
        return [self._product(row) for row in self.connection.execute(query)]

    def search_titles(self, text):
        """Finds products by a part of their title."""
        query = "SELECT * FROM product WHERE title LIKE ?"
        return [self._product(row) for row in self.connection.execute(query, (f"%{text}%",))]

    def listing(self, order):
        """All products in an order that the page may choose."""
        column = SORT_COLUMNS.get(order, "title")
        return [self._product(row) for row in self.connection.execute(f"SELECT * FROM product ORDER BY {column}")]

    def orders_of(self, customer, status):
        """Orders of a customer in a status."""
        where = " AND ".join([f"customer = '{customer}'", "status = '%s'" % status])
        return self.connection.execute(f"SELECT * FROM orders WHERE {where}").fetchall()

    def reserve(self, sku, quantity):
        """Takes products out of stock; tells whether there were enough."""
        with self.transaction() as connection:
            changed = connection.execute(
                "UPDATE product SET stock = stock - ? WHERE sku = ? AND stock >= ?", (quantity, sku, quantity)
            )
            return changed.rowcount == 1

    @staticmethod
    def _product(row):
        return Product(row["sku"], row["title"], Decimal(row["price"]), row["stock"])


def open_store(settings):
    """Opens the store that the settings name."""
    return Store(settings.get("database", ":memory:"))
