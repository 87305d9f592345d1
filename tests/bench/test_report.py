"""What every benchmark prints."""

import json

import pytest

from bench.report import Report, percentile


def test_the_last_line_is_one_json_object_with_every_figure(db, capsys) -> None:
    report = Report("first_sync")
    report.figure("records", 30_000)
    report.figure("records_per_second", 3123.45678, "/s")
    report.figure("wrote_nothing", True)
    report.finish()
    *lines, last = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [
        ["records", "30,000"],
        ["records", "per", "second", "3,123.457", "/s"],
        ["wrote", "nothing", "True"],
    ]
    told = json.loads(last)
    assert told.pop("machine").keys() == {"python", "cores", "postgresql"}
    assert told == {"bench": "first_sync", "records": 30000, "records_per_second": 3123.457, "wrote_nothing": True}


@pytest.mark.parametrize(("share", "value"), [(0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0), (0.0, 1.0)])
def test_a_percentile_is_the_value_that_share_does_not_exceed(share: float, value: float) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], share) == value
