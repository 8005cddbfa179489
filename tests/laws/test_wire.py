"""Law: every event, pulse and plan survives its JSON form."""

from dataclasses import MISSING, fields
from typing import Any, get_args, get_type_hints

from hypothesis import given
from hypothesis import strategies as st

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.events import Event
from framecrew.model.pulses import Pulse
from framecrew.model.wire import (
    event_from_json,
    event_line,
    event_to_json,
    events_from_json,
    kind_name,
    pulse_from_json,
)

FREE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=5,
)

st.register_type_strategy(
    FrameSet, st.sets(st.integers(-500, 100_000), max_size=20).map(FrameSet.of)
)
st.register_type_strategy(
    FramePattern,
    st.from_regex(r"\A/[a-zé ]{0,5}/[a-z]{1,5}_#{1,6}\.png\Z").map(FramePattern.parse),
)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(object, FREE)


def made_of(cls: type) -> st.SearchStrategy[Any]:
    """Values of a class, each field given or left to its default."""
    hints = get_type_hints(cls)
    given_fields, may_default = {}, {}
    for field in fields(cls):
        strategy = st.from_type(hints[field.name])
        if field.default is MISSING and field.default_factory is MISSING:
            given_fields[field.name] = strategy
        else:
            may_default[field.name] = strategy
    return st.fixed_dictionaries(given_fields, optional=may_default).map(
        lambda values: cls(**values)
    )


EVENTS = st.one_of([made_of(cls) for cls in get_args(Event)])
PULSES = st.one_of([made_of(cls) for cls in get_args(Pulse)])


@given(EVENTS)
def test_every_event_survives_the_wire(event: Event) -> None:
    assert event_from_json(kind_name(type(event)), event_to_json(event)) == event


@given(st.lists(EVENTS, max_size=5))
def test_many_at_once_are_the_same_as_one_by_one(events: list[Event]) -> None:
    rows = [(kind_name(type(event)), event_to_json(event)) for event in events]

    assert events_from_json(rows) == events


@given(PULSES)
def test_every_pulse_survives_the_wire(pulse: Pulse) -> None:
    assert pulse_from_json(kind_name(type(pulse)), event_to_json(pulse)) == pulse


@given(EVENTS, st.integers(1))
def test_a_line_for_programs_is_one_line(event: Event, number: int) -> None:
    assert len(event_line(event, number).splitlines()) == 1
