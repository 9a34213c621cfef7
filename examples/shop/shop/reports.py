"""Reports that people download."""

import csv
import io
import os
import pickle
import json
import subprocess
from pathlib import Path

REPORTS = Path("/var/lib/shop/reports")


def read_report(name):
    """The text of a report."""
    with open(os.path.join(REPORTS, name)) as file:
        return file.read()


def read_report_checked(name):
    """The text of a report; only of those in the folder."""
    path = (REPORTS / name).resolve()
    if not path.is_relative_to(REPORTS):
        raise FileNotFoundError(name)
    return path.read_text()


def convert(name, target):
    """Converts a report with the system's converter."""
    os.system("convert-report " + name + " " + target)


def convert_safely(name, target):
    """Converts a report with the system's converter."""
    subprocess.run(["convert-report", "--", name, target], check=True)


def load_draft(data):
    """A draft as the page stored it."""
    return pickle.loads(data)


def load_draft_json(data):
    """A draft as the page stored it."""
    return json.loads(data)


def orders_csv(orders):
    """Orders as CSV."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["number", "customer", "total"])
    for order in orders:
        writer.writerow([order.number, order.customer, order.total()])
    return out.getvalue()
