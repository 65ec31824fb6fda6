# SPDX-License-Identifier: MIT
"""The events of one local day by python3-recurring-ical-events, as "09:30 Title" lines.

calendar_day.py FILE ZONE INSTANT
"""
import datetime
import sys

import icalendar
import pytz
import recurring_ical_events

path, zone_name, instant = sys.argv[1:]
zone = pytz.timezone(zone_name)
now = datetime.datetime.fromisoformat(instant.replace("Z", "+00:00")).astimezone(zone)
begin = zone.localize(datetime.datetime(now.year, now.month, now.day))
after = now.date() + datetime.timedelta(days=1)
end = zone.localize(datetime.datetime(after.year, after.month, after.day))

for text in open(path).read().split("END:VCALENDAR\n"):
    if not text.strip():
        continue
    calendar = icalendar.Calendar.from_ical(text + "END:VCALENDAR\n")
    # It compares floating times and dates with the window's wall clock, so that each event is
    # looked for in the days around, and held against the window here.
    around = recurring_ical_events.of(calendar).between(
        begin - datetime.timedelta(days=2), end + datetime.timedelta(days=2)
    )
    for event in around:
        start = event["DTSTART"].dt
        if not isinstance(start, datetime.datetime):
            if start == now.date():
                print("all day", event["SUMMARY"])
            continue
        if start.tzinfo is None:
            start = zone.localize(start)
        if begin <= start < end:
            print(start.astimezone(zone).strftime("%H:%M"), event["SUMMARY"])
