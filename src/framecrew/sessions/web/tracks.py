"""Tracks: what is to be heard of an open page, by files and addresses that are there."""

import subprocess

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
        if not lack and not is_whole and rendering.is_heard and rendering.ffmpeg:
            lack = _trouble_of(source, rendering.ffmpeg, is_video=track.get("is_video", False))
        if lack:
            rendering.miss(source, "a sound of the page", lack)
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


def _trouble_of(source, ffmpeg, *, is_video):
    """Why no film can be made with what is there; empty if one can. A video may have no sound."""
    first = ("0:v:0?", "0:a:0?") if is_video else ("0:a:0",)
    mapped = (word for stream in first for word in ("-map", stream))
    words = (
        "-v",
        "error",
        "-nostdin",
        "-i",
        source,
        *mapped,
        "-frames:v",
        "1",
        "-frames:a",
        "1",
    )
    try:
        asked = subprocess.run(
            [ffmpeg, *words, "-f", "null", "-"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ANSWER_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"no sound that ffmpeg can read within {ANSWER_SECONDS:g} s"
    if not asked.returncode:
        return ""
    told = asked.stderr.decode("utf-8", "replace").strip().splitlines()
    return f"no sound that ffmpeg can read: {told[-1] if told else 'it gave no reason'}"
