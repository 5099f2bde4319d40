"""Seconds since 1970 of dates, by Python's datetime.

usage: python3 tests/learn/data/cell_rule.py > tests/learn/data/cell_rule.inl
"""
from datetime import datetime, timezone

FORMS = [
    ("2014-09-02 13:46:59", "%Y-%m-%d %H:%M:%S", "ymd"),
    ("2014-09-02T13:46:59Z", "%Y-%m-%dT%H:%M:%SZ", "ymd"),
    ("2014-09-02T13:46:59.250+02:00", "%Y-%m-%dT%H:%M:%S.%f%z", "ymd"),
    ("2014-09-02 13:46 -0530", "%Y-%m-%d %H:%M %z", "ymd"),
    ("2014/9/2", "%Y/%m/%d", "ymd"),
    ("2014.09.02", "%Y.%m.%d", "ymd"),
    ("1600-02-29", "%Y-%m-%d", "ymd"),
    ("20140902", "%Y%m%d", "ymd"),
    ("20140902T134659", "%Y%m%dT%H%M%S", "ymd"),
    ("14/09/02", "%y/%m/%d", "ymd"),
    ("02/09/2014", "%d/%m/%Y", "dmy"),
    ("02/09/2014", "%m/%d/%Y", "mdy"),
    ("2.9.2014 1:05 PM", "%d.%m.%Y %I:%M %p", "dmy"),
    ("12/31/1999 12:00 AM", "%m/%d/%Y %I:%M %p", "mdy"),
    ("31-12-69", "%d-%m-%y", "dmy"),
    ("2 Sep 2014", "%d %b %Y", "dmy"),
    ("02-Sep-14", "%d-%b-%y", "dmy"),
    ("Sep 2, 2014", "%b %d, %Y", "dmy"),
    ("September 2, 2014 23:59", "%B %d, %Y %H:%M", "dmy"),
    ("Tue, 02 Sep 2014 13:46:59 GMT", "%a, %d %b %Y %H:%M:%S GMT", "dmy"),
    ("02/Sep/2014:13:46:59 +0000", "%d/%b/%Y:%H:%M:%S %z", "dmy"),
    ("1939 Jan", "%Y %b", "dmy"),
    ("January 1939", "%B %Y", "dmy"),
    ("Jan-39", "%b-%y", "dmy"),
    ("1939-01", "%Y-%m", "dmy"),
]
print("// Written by cell_rule.py.")
print("const Known known[] = {")
for text, form, order in FORMS:
    moment = datetime.strptime(text, form)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    print(f'    {{"{text}", DateOrder::{order}, {moment.timestamp()!r}}},')
for text, moment in [("1939 Q3", datetime(1939, 7, 1)), ("1939 W05", datetime.fromisocalendar(1939, 5, 1))]:
    print(f'    {{"{text}", DateOrder::ymd, {moment.replace(tzinfo=timezone.utc).timestamp()!r}}},')
print("};")
