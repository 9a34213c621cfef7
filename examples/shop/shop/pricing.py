"""Discounts: a table of rules, the best one wins."""

from decimal import Decimal

HUNDRED = Decimal(100)


def percent(rate):
    """Makes a rule that takes a percentage off."""

    def rule(total):
        return total * rate / HUNDRED

    return rule


def at_least(minimum, rule):
    """Makes a rule that holds from a minimum on."""

    def limited(total):
        return rule(total) if total >= minimum else Decimal(0)

    return limited


RULES = {
    "regular": percent(Decimal(0)),
    "member": percent(Decimal(5)),
    "bulk": at_least(Decimal(500), percent(Decimal(12))),
}


def discount(total, kind="regular"):
    """The discount on a total for a kind of customer."""
    rule = RULES.get(kind, RULES["regular"])
    return rule(total).quantize(Decimal("0.01"))


def evaluate(formula, total):
    """Computes a discount that an admin wrote as a formula."""
    return Decimal(eval(formula, {"total": total}))


def parse_rate(text):
    """Reads a percentage that an admin wrote."""
    rate = Decimal(text.strip().rstrip("%"))
    if not 0 <= rate <= 100:
        raise ValueError(f"a rate is from 0 to 100, not {rate}")
    return rate
