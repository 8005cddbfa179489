"""Where the limits of a container stand."""

from pathlib import Path

import pytest

from framecrew.machine.cgroups import NO_LIMIT, chain, folders_of, groups_in, number_in


def test_both_versions_of_control_groups_are_read() -> None:
    groups = groups_in("4:memory:/a/b\n2:cpu,cpuacct:/c\n1:name=systemd:/d\n0::/user/me\n")

    assert groups.unified == "/user/me"
    assert groups.controllers["memory"] == "/a/b"
    assert groups.controllers["cpu"] == groups.controllers["cpuacct"] == "/c"


def test_a_limit_of_every_group_above_ours_is_looked_for() -> None:
    groups = groups_in("4:memory:/a/b\n0::/user/me\n")

    folders = list(folders_of(groups, "memory", Path("/cg")))

    for expected in ("user/me", "user", "", "memory/a/b", "memory/a", "memory"):
        assert Path("/cg", expected) in folders


def test_a_path_out_of_our_view_never_leaves_the_root() -> None:
    assert chain("/../../x") == ("x", "")


@pytest.mark.parametrize(
    ("words", "number"),
    [(["12"], 12), (["max"], None), ([], None), (["-1"], None), ([str(NO_LIMIT * 4)], None)],
)
def test_no_limit_is_told_in_many_ways(words: list[str], number: int | None) -> None:
    assert number_in(words) == number
