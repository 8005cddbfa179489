"""Keys: a link works once and for a minute, a cookie is not the token."""

from framecrew.studio.keys import LINK_SECONDS, MOST_LINKS, Keys


def test_a_link_works_once() -> None:
    keys = Keys("token", 4727)
    link = keys.make_link()

    assert not keys.use_link(link + "x")
    assert keys.use_link(link)
    assert not keys.use_link(link)


def test_a_link_is_good_for_a_minute() -> None:
    now = [0.0]
    keys = Keys("token", 4727, clock=lambda: now[0])
    link = keys.make_link()
    now[0] = LINK_SECONDS + 1

    assert not keys.use_link(link)


def test_links_that_nobody_takes_do_not_pile_up() -> None:
    keys = Keys("token", 4727)
    links = [keys.make_link() for _ in range(3 * MOST_LINKS)]

    assert not keys.use_link(links[0])
    assert keys.use_link(links[-1])


def test_a_cookie_is_told_from_the_token_and_does_not_tell_it() -> None:
    one, other = Keys("token", 4727), Keys("another", 4727)

    assert one.is_cookie(Keys("token", 1).cookie)
    assert not other.is_cookie(one.cookie)
    assert not one.is_token(one.cookie)
    assert not one.is_token("tökén")
    assert one.is_token("token")
    assert one.cookie_name != Keys("token", 4728).cookie_name
