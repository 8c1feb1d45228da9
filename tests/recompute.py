#!/usr/bin/env python3
"""Recomputes the figures of the shipped estate from first principles and compares.

Usage: recompute.py PROGRAM ESTATE. Needs PyYAML. Depreciation is straight line by 30/360 and French
declining balance, bills are spread by days, a lease is the present value of what is still to be paid.
Nothing here is taken from the program: the rules are those of the texts it cites.
"""
import calendar
import datetime as dt
import itertools
import json
import pathlib
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal, getcontext

import yaml

getcontext().prec = 40
PROGRAM, ESTATE = sys.argv[1], pathlib.Path(sys.argv[2])
DAYS = [f"{year}-{day}" for year in range(2021, 2029) for day in ("02-28", "06-30", "09-15", "12-31")]
checked, wrong = 0, []


def compare(what, ours, theirs, tolerance=Decimal(0)):
    global checked
    checked += 1
    if abs(Decimal(ours) - Decimal(theirs)) > tolerance:
        wrong.append(f"{what}: {ours} here, {theirs} there")


def cents(amount):
    return Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)


def estate(*arguments):
    asked = [PROGRAM, "-C", str(ESTATE), *arguments, "--json"]
    return json.loads(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)


def records(folder):
    for path in sorted((ESTATE / "inventory" / folder).rglob("*.yaml")):
        yield yaml.load(path.read_text(), yaml.BaseLoader)


def date(text):
    return dt.date.fromisoformat(text)


def amount(text):
    return Decimal(text.split()[0])


def add_months(day, months):
    at = day.year * 12 + day.month - 1 + months
    year, month = at // 12, at % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def commercial_days(first, last):
    """Days of 30/360 from one day to another, both counted."""
    end = 30 if (last + dt.timedelta(1)).day == 1 else last.day
    return 360 * (last.year - first.year) + 30 * (last.month - first.month) + end - min(first.day, 30) + 1


def straight_line(base, years, start, day):
    """Accumulated depreciation at the end of a day: annuities rounded, the last takes the rest."""
    total, life, used = Decimal(0), 360 * years, 0
    for year in itertools.count(start.year):
        end = dt.date(year, 12, 31)
        until = min(commercial_days(start, end), life)
        annuity = base - total if until == life else cents(base * (until - used) / life)
        if day < end or until == life:
            part = min(max(commercial_days(start, day) - used, 0), until - used)
            return total + (annuity if part == until - used else cents(annuity * part / (until - used)))
        total, used = total + annuity, until


def check_register():
    items = {item["id"]: item for item in records("items")}
    plans = [(book, plan, schedule) for schedule in records("schedules") for book, plan in schedule["books"].items()]
    assert all(plan["method"] == "straight_line" for _, plan, _ in plans), "a method that is not recomputed here"
    for day, book in itertools.product(DAYS, ("accounting", "tax")):
        rows = {row["item"]: row for row in estate("schedule", "--all", "--book", book, "--as-of", day)["rows"]}
        for _, plan, schedule in (plan for plan in plans if plan[0] == book):
            gone = [event["date"] for event in schedule.get("events", []) if event["kind"] == "disposal"]
            id = schedule["item"]
            if plan["start"] > day or any(disposal <= day for disposal in gone):
                compare(f"{id} {book} {day} is there", 0, 1 if id in rows else 0)
                continue
            cost = amount(items[id]["cost"])
            base = cost - amount(plan.get("salvage_value", "0 EUR"))
            accumulated = straight_line(base, int(plan["life"].rstrip("y")), date(plan["start"]), date(day))
            row = rows.pop(id)
            compare(f"{id} {book} {day} accumulated", accumulated, row["accumulated"]["amount"])
            compare(f"{id} {book} {day} value", cost - accumulated, row["net_book_value"]["amount"])
        assert not rows, f"rows that no plan explains: {rows}"


def check_declining():
    """CGI art. 39 A: months from that of acquisition, then the rate on what is left or the rest evenly."""
    coefficient = {3: "1.25", 4: "1.25", 5: "1.75", 6: "1.75", 7: "2.25", 8: "2.25", 10: "2.25"}
    for life, (month, cost) in itertools.product(coefficient, ((1, 10000), (2, 8420), (7, 999), (12, 31415))):
        rate, value, charges = Decimal(coefficient[life]) / life, Decimal(cost), []
        for year in range(life):
            share = Decimal(13 - month) / 12 if year == 0 else 1
            charge = value * max(rate, Decimal(1) / (life - year)) * share if year else value * rate * share
            charges.append(value if year == life - 1 else cents(charge))
            value -= charges[-1]
        start = f"2022-{month:02}-17"
        rows = estate("schedule", "what-if", "--method", "declining_balance", "--cost", f"{cost} EUR",
                      "--life", f"{life}y", "--start", start, "--acquired", start)["rows"]
        compare(f"declining {life}y {start} rows", len(charges), len(rows))
        for row, charge in zip(rows, charges):
            compare(f"declining {life}y {start} {row['period_end']}", charge, row["charge"]["amount"])


def index_on(day, index):
    """The last value of a price index that was published by a day."""
    values = next(rate["values"] for rate in records("rates") if rate["id"] == index)
    return Decimal([value["value"] for value in values if date(value["from"]) <= day][-1])


def price_on(contract, day):
    """The price of a billing period that begins on a day: P0 x S / S0, revised on each anniversary."""
    price, start = contract["price"], date(contract["term"]["start"])
    terms = price.get("indexation")
    years = next(years for years in itertools.count() if add_months(start, 12 * (years + 1)) > day)
    if not terms or not years:
        return amount(price["amount"])
    now = index_on(add_months(start, 12 * years), terms["index"])
    return cents(amount(price["amount"]) * now / index_on(date(terms["base"]), terms["index"]))


def bills(contract, until):
    """The bills of a contract by the days they cover."""
    price, start = contract["price"], date(contract["term"]["start"])
    length = contract["term"].get("length")
    months = int(length.rstrip("mo").rstrip("y")) * (1 if length.endswith("mo") else 12) if length else 0
    end = add_months(start, months) if length else date(contract["term"]["end"]) + dt.timedelta(1)
    if contract["renewal"]["mode"] == "tacit":
        end = max(end, add_months(until, 24))
    step = {"month": 1, "quarter": 3, "year": 12}.get(price["per"])
    for number in itertools.count():
        first = add_months(start, number * step) if step else start
        following = add_months(start, (number + 1) * step) if step else end
        if first >= end or first > until:
            return
        yield first, following, price_on(contract, first)
        if not step:
            return


def check_bills():
    for day in DAYS:
        sections = estate("report", "prepaid", "--as-of", day)["sections"]
        rows = {row["contract"]: row for section in sections for row in section["rows"]}
        for contract in (contract for contract in records("contracts") if "price" in contract):
            carried, advance = Decimal(0), contract["price"]["billed"] == "in_advance"
            for first, following, bill in bills(contract, date(day)):
                days, used = (following - first).days, (date(day) - first).days + 1
                if used < days:
                    part = cents(bill * used / days)
                    carried += bill - part if advance else -part
            row = rows.get(contract["id"])
            theirs = row and Decimal(row["prepaid"]["amount"]) - Decimal(row["unbilled"]["amount"])
            compare(f"{contract['id']} {day} carried over", carried, theirs or 0)


def check_leases():
    """What is still to be paid, discounted at once; each rounded interest may differ by half a cent."""
    for contract in (contract for contract in records("contracts") if "rate" in contract.get("lease", {})):
        assert contract["price"] | {"amount": ""} == {"amount": "", "per": "quarter", "billed": "in_advance"}
        payments = [(first, bill) for first, _, bill in bills(contract, date("2100-01-01"))]
        rate = Decimal(contract["lease"]["rate"].rstrip("%")) / 100
        quarterly = (1 + rate) ** (Decimal(1) / 4) - 1
        plan = estate("schedule", contract["id"])
        sections = {section["name"]: section["rows"] for section in plan["sections"]}
        for row in sections["liability"]:
            day = date(row["period_end"])
            at = max(k for k, (first, _) in enumerate(payments) if first <= day)
            here = sum(bill / (1 + quarterly) ** (k - at) for k, (_, bill) in enumerate(payments) if k > at)
            first, days = payments[at][0], (add_months(payments[at][0], 3) - payments[at][0]).days
            value = here * (1 + quarterly * ((day - first).days + 1) / days)
            compare(f"{contract['id']} {day} liability", cents(value), row["closing"]["amount"], Decimal("0.10"))
        total = sum(bill for _, bill in payments) + amount(contract["lease"].get("initial_direct_costs", "0 EUR"))
        interest = sum(Decimal(row["interest"]["amount"]) for row in sections["liability"])
        charges = sum(Decimal(row["charge"]["amount"]) for row in sections["right_of_use"])
        compare(f"{contract['id']} interest and depreciation", total, interest + charges)


for check in (check_register, check_declining, check_bills, check_leases):
    check()
print(f"{checked} figures recomputed, {len(wrong)} differ")
sys.exit("\n".join(wrong) if wrong else 0)
