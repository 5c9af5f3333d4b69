"""Sections: shared in one direction, closed by the first who waits for the other, and taken alone."""

from __future__ import annotations


def test_agents_in_one_direction_share_a_section(world, waited) -> None:
    pass_up = "enter 0 1, move 10, leave 0"
    assert waited(world(pass_up, "move 1, " + pass_up, "move 2, " + pass_up, capacity={0: 3}).run()) == []


def test_no_more_than_its_capacity(world, waited) -> None:
    pass_up = "enter 0 1, move 10, leave 0"
    played = world(pass_up, "move 1, " + pass_up, "move 2, " + pass_up, capacity={0: 2}).run()
    assert waited(played) == [(2, 0, 0, 2, 10)]


def test_the_other_direction_waits_until_the_section_is_empty(world, waited) -> None:
    up, down = "enter 0 1, move 10, leave 0", "enter 0 -1, move 10, leave 0"
    played = world(up, "move 1, " + up, "move 2, " + down, capacity={0: 3}).run()
    assert waited(played) == [(2, 0, 1, 2, 11)]


def test_one_who_waits_for_the_other_direction_closes_the_section(world, waited) -> None:
    up, down = "enter 0 1, move 10, leave 0", "enter 0 -1, move 10, leave 0"
    played = world(up, "move 1, " + down, "move 2, " + up, "move 3, " + down, capacity={0: 3}).run()
    assert waited(played) == [(1, 0, 0, 1, 10), (2, 0, 1, 2, 20), (3, 0, 2, 3, 30)]


def test_those_who_wait_for_one_direction_enter_together(world, waited) -> None:
    up, down = "enter 0 1, move 10, leave 0", "enter 0 -1, move 10, leave 0"
    played = world(up, "move 1, " + down, "move 2, " + down, "move 3, " + down, capacity={0: 2}).run()
    assert waited(played) == [(1, 0, 0, 1, 10), (2, 0, 0, 2, 10), (3, 0, 1, 3, 20)]


def test_one_who_enters_alone_shares_with_nobody(world, waited) -> None:
    up, alone = "enter 0 1, move 10, leave 0", "enter 0 0, move 10, leave 0"
    played = world(up, "move 1, " + alone, "move 2, " + alone, "move 3, " + up, capacity={0: 9}).run()
    assert waited(played) == [(1, 0, 0, 1, 10), (2, 0, 1, 2, 20), (3, 0, 2, 3, 30)]


def test_nobody_enters_behind_one_who_waits_though_there_would_be_room(world, waited) -> None:
    up, alone = "enter 0 1, move 10, leave 0", "enter 0 0, move 1, leave 0"
    played = world(up, "move 1, " + alone, "move 2, " + up, capacity={0: 9}).run()
    assert waited(played) == [(1, 0, 0, 1, 10), (2, 0, 1, 2, 11)]


def test_an_unfinished_wait_names_one_who_is_still_inside(world, waited) -> None:
    up = "enter 0 1, move {}, leave 0"
    played = world(up.format(50), up.format(5), "move 1, enter 0 -1, leave 0", capacity={0: 2}).run(
        horizon_s=20
    )
    assert waited(played) == [(2, 0, 0, 1, 20)]
