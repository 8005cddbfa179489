"""Tracks: what is to be heard of an open page, by files and addresses that are there."""

from framecrew_web.troubles import Trouble

ANSWER_SECONDS = 10.0
"""Within which a server is to begin with a sound."""


def tracks_of(rendering):
    """The page's tracks, by files where they are ours to read; those that are not there are missing."""
    found = []
    for track in rendering.told["tracks"]:
        source = track["source"]
        try:
            is_whole = source.startswith("data:")
            source = source if is_whole else rendering.reach.source_of(source)
        except Trouble as trouble:
            if rendering.reach.is_ours(source):
                rendering.miss(rendering.reach.path_of(f"{source}: "), "a sound of the page")
            else:
                rendering.warnings.append(f"a sound is in no film: {trouble.reason}")
            continue
        lack = _lack_of(source) if source.startswith(("http://", "https://")) else ""
        if lack:
            rendering.miss(source, f"a sound of the page ({lack})")
        else:
            found.append({**track, "source": source})
    return found


def _lack_of(address):
    """Why nothing is to be had there; empty if something is."""
    # Rarely needed, and long to load.
    import http.client
    import ssl
    import urllib.error
    import urllib.request

    # As ffmpeg, which will read it: without a look at the certificate.
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    asked = urllib.request.Request(
        address, headers={"Range": "bytes=0-0", "User-Agent": "framecrew"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=ANSWER_SECONDS, context=trusting):
            return ""
    except urllib.error.HTTPError as problem:
        return f"status {problem.code}"
    except (OSError, ValueError, http.client.HTTPException) as problem:
        return str(getattr(problem, "reason", problem))
