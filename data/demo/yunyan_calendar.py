"""When the demo's things happen: weekdays, hours, bulges after the meetings, and working hours for every step."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from data.demo.dice import Dice
from geo.campaign import Campaign

CHINA = timezone(timedelta(hours=8))
MEETINGS = (date(2021, 6, 3), date(2021, 7, 12), date(2021, 7, 20), date(2021, 8, 6), date(2021, 8, 11))
AFTER_A_MEETING = (1.15, 1.75, 1.6, 1.4, 1.2)  # on the day itself and the four after it
WEEKDAY = (1.1, 1.08, 1.0, 1.02, 1.05, 0.62, 0.38)  # Monday … Sunday
HOURS = tuple(range(7, 22))
BY_DAY = (2, 6, 11, 13, 10, 5, 5, 9, 12, 11, 8, 5, 2, 1, 0)  # 7:00 … 21:00: inspectors' rounds
TOWARDS_EVENING = (3, 4, 5, 6, 6, 6, 4, 4, 6, 8, 11, 12, 12, 9, 4)  # vending, parking
DAY_START, DAY_END = 7.5, 21.0  # hours between which departments and inspectors work


class Calendar:
    """Draws moments of one campaign that ends at its own clock."""

    def __init__(self, campaign: Campaign, dice: Dice) -> None:
        assert campaign.clock is not None
        self.clock = campaign.clock.astimezone(CHINA)
        self._dice = dice
        self._days = [campaign.start + timedelta(days=n) for n in range((campaign.end - campaign.start).days + 1)]
        self._weights = [_weight(day) for day in self._days]

    def moment(self, *, evening: bool = False, first: date | None = None, last: date | None = None) -> datetime:
        """A moment within the campaign (or from `first` to `last`), before the clock."""
        begin = (first - self._days[0]).days if first else 0
        end = (last - self._days[0]).days + 1 if last else len(self._days)
        days, weights = self._days[begin:end], self._weights[begin:end]
        while True:
            day = self._dice.weighted(days, weights)
            moment = self.on(day, evening=evening)
            if moment < self.clock - timedelta(minutes=4):
                return moment

    def on(self, day: date, *, evening: bool = False) -> datetime:
        """A moment of that day."""
        hour = self._dice.weighted(HOURS, TOWARDS_EVENING if evening else BY_DAY)
        minute, second = self._dice.whole(0, 59), self._dice.whole(0, 59)
        return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=CHINA)

    def working(self, moment: datetime) -> datetime:
        """`moment`, or an early hour of the next working morning if it falls into the night."""
        local = moment.astimezone(CHINA).replace(microsecond=0)
        hour = local.hour + local.minute / 60
        if DAY_START <= hour < DAY_END:
            return local
        morning = local.replace(hour=7, minute=30, second=self._dice.whole(0, 59))
        if hour >= DAY_END:
            morning += timedelta(days=1)
        return morning + timedelta(minutes=self._dice.whole(0, 75))


def utc(moment: datetime) -> datetime:
    """The same moment in UTC."""
    return moment.astimezone(UTC)


def _weight(day: date) -> float:
    bulge = 1.0
    for meeting in MEETINGS:
        after = (day - meeting).days
        if 0 <= after < len(AFTER_A_MEETING):
            bulge = max(bulge, AFTER_A_MEETING[after])
    return WEEKDAY[day.weekday()] * bulge
