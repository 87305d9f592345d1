"""Where a chart's bars and lines stand."""

from __future__ import annotations

from finsuite.kernel.charts import Bars, Chart, Series


def test_the_axis_has_round_figures_around_the_values_and_zero() -> None:
    assert Chart("t", ["a", "b"], [Series("s", [1234, 4321])]).ticks == [0, 2000, 4000, 6000]
    assert Chart("t", ["a", "b"], [Series("s", [-30, 70])]).ticks == [-50, -25, 0, 25, 50, 75]


def test_a_chart_of_nothing_has_an_axis() -> None:
    assert Chart("t", [], []).ticks == [0, 0.25, 0.5, 0.75, 1.0]
    assert Chart("t", ["a"], [Series("s", [0])]).bars[0]["height"] == 1


def test_a_negative_bar_hangs_from_zero() -> None:
    up, down = Chart("t", ["a", "b"], [Series("s", [50, -50])]).bars
    assert up["y"] + up["height"] == down["y"]
    assert up["height"] == down["height"]


def test_bars_tell_their_label_series_and_figure() -> None:
    chart = Chart("t", ["May"], [Series("Paid", [12])], write=lambda value: f"{value:.2f}")
    assert chart.bars[0]["title"] == "May, Paid: 12.00"
    assert chart.rows == [("May", ["12.00"])]


def test_many_labels_are_thinned() -> None:
    chart = Chart("t", [str(at) for at in range(30)], [Series("s", [1] * 30)])
    assert [column["label"] for column in chart.columns] == ["0", "3", "6", "9", "12", "15", "18", "21", "24", "27"]


def test_bars_across_begin_at_zero_and_share_the_room() -> None:
    drawn = Bars("t", ["Up", "Down", "None"], [30, -10, 0], write=lambda value: f"{value:.1f}").drawn
    assert [(bar.start, bar.length, bar.is_negative, bar.figure) for bar in drawn] == [
        (25.0, 75.0, False, "30.0"),
        (0.0, 25.0, True, "-10.0"),
        (25.0, 0.0, False, "0.0"),
    ]
    assert Bars("t", ["a"], [0]).drawn[0].length == 0
