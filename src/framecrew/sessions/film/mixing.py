"""The sounds of a scene, mixed into one for the whole film.

Each begins at a sample (seconds * rate, rounded), keeps its own level, and is added to the
others: nothing is made quieter for being one of many. The mix is stored as floating point, so
that only the film's own encoder, once, may have to clip it.
"""

import os
import sys
from array import array

from film.program import QUIETLY, run_ffmpeg
from film.saying import FilmError
from film.sound import channels_of, sample_at
from film.streams import ask, listen_to, read_streams

RATE = 48_000

ALONE = (
    "-format_whitelist",
    "mov,matroska,avi,mpegts,mpeg,ogg,flv,mxf,asf,wav,w64,mp3,flac,aac,aiff,caf,au,ac3,eac3,amr,wv,tta,ape",
)
"""What a scene's sound may lie in: no list of others, which may lie where the scene may not see."""

BOTH = "pan=stereo|c0=c0|c1=c0"
"""ffmpeg would play one channel more quietly from two loudspeakers; a browser does not."""


def mix(tracks, path, count, fps, ffmpeg):
    """Write `path`, exactly as long as `count` pictures."""
    samples = sample_at(count, RATE, fps)
    files = [f"{path}.levels{number}" for number, _ in enumerate(tracks)]
    laid = [f"{path}.sound{number}" for number, _ in enumerate(tracks)]
    try:
        tracks = [lay_down(one, file) for one, file in zip(tracks, laid, strict=True)]
        tracks = [
            one for one in tracks if not one["is_video"] or has_sound(one["source"], ffmpeg)
        ]
        inputs, chains = [], []
        for number, (track, file) in enumerate(zip(tracks, files, strict=False)):
            again = ("-stream_loop", "-1") if track["loop"] else ()
            sound = len(inputs)
            inputs.append([*again, *ALONE, "-i", track["source"]])
            chain = f"[{sound}:a:0]{','.join(steps_of(track, ffmpeg))}"
            if track["levels"]:
                write_levels(file, track["levels"], min(samples, length_of(track) or samples))
                levels = len(inputs)
                inputs.append(["-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", file])
                chain += (
                    f"[s{number}];[{levels}:a]{BOTH}[l{number}];[s{number}][l{number}]amultiply"
                )
            chains.append(
                f"{chain},adelay=delays={round(track['start'] * RATE)}S:all=1[t{number}]"
            )
        heard = "".join(f"[t{number}]" for number in range(len(tracks)))
        # A silence as long as the film comes first, so that the mix has its length whatever it is of.
        chains.append(
            f"anullsrc=sample_rate={RATE}:channel_layout=stereo,atrim=end_sample={samples},"
            f"aformat=sample_fmts=flt[silence]"
        )
        chains.append(
            f"[silence]{heard}amix=inputs={len(tracks) + 1}:duration=first:normalize=0:"
            f"dropout_transition=0,atrim=end_sample={samples}[mix]"
        )
        run_ffmpeg(
            [
                *(ffmpeg, *QUIETLY, "-y", *(word for words in inputs for word in words)),
                *("-filter_complex", ";".join(chains), "-map", "[mix]"),
                *("-c:a", "pcm_f32le", "-fflags", "+bitexact", path),
            ]
        )
    finally:
        for file in filter(os.path.exists, [*files, *laid]):
            os.unlink(file)


def lay_down(track, path):
    """A sound that its address holds (RFC 2397) in a file: no command line is that long."""
    address = track["source"]
    if not address.startswith("data:"):
        return track
    import urllib.request  # rarely needed, and long to load

    try:
        with urllib.request.urlopen(address) as sound, open(path, "wb") as file:
            file.write(sound.read())
    except ValueError as error:
        raise FilmError("missing_asset", f"the sound {address[:60]}… holds nothing") from error
    return {**track, "source": path}


def has_sound(video, ffmpeg):
    """Whether there is any in it; FilmError where it cannot be read."""
    streams = ("-map", "0:v:0?", "-map", "0:a:0?", "-frames:v", "1", "-frames:a", "1")
    try:
        head, _ = ask(video, ffmpeg, f"the video {video}", *streams, opening=ALONE)
    except FilmError as error:
        raise FilmError("missing_asset", str(error)) from error
    return "Audio" in read_streams(head)


def steps_of(track, ffmpeg):
    """What one sound goes through before it is put to its start."""
    source = track["source"]
    try:
        sound = listen_to(source, ffmpeg, f"the sound {source}", ALONE)
    except FilmError as error:
        raise FilmError("missing_asset", str(error)) from error
    begin, length = round(track["trim"] * RATE), length_of(track)
    end = "" if length is None else f":end_sample={begin + round(length * track['rate'])}"
    return (
        "asetpts=PTS-STARTPTS",
        f"aresample={RATE}",
        "aformat=sample_fmts=flt",
        BOTH if channels_of(sound.layout) == 1 else "aformat=channel_layouts=stereo",
        f"atrim=start_sample={begin}{end}",
        "asetpts=PTS-STARTPTS",
        *resample(track["pitch"]),
        *tempo(track["rate"] / track["pitch"]),
        *(() if length is None else (f"atrim=end_sample={length}",)),
        f"volume={track['volume']:.6f}:precision=float",
    )


def length_of(track):
    """Samples that it is heard for; None: to its end."""
    return None if track["seconds"] is None else round(track["seconds"] * RATE)


def tempo(factor):
    """Played so many times as fast at the same pitch; one filter goes from a half to two."""
    if factor == 1:
        return ()
    if 0.5 <= factor <= 2:
        return (f"atempo={factor:.6f}",)
    return (*tempo(factor**0.5), *tempo(factor**0.5))


def resample(factor):
    """Played so many times as fast, and as high, as a tape is."""
    return () if factor == 1 else (f"asetrate={RATE * factor:.0f}", f"aresample={RATE}")


def write_levels(path, points, samples):
    """One factor for each sample, from the start of the sound on, changing evenly between the points."""
    begin, level = 0, points[0][1]
    with open(path, "wb") as file:
        for at, following in points:
            end = round(at * RATE)
            write_ramp(file, (begin, end), (level, following), samples)
            begin, level = end, following
        write_ramp(file, (begin, samples), (level, level), samples)


def write_ramp(file, ends, levels, samples):
    """What lies before the start of the sound, or behind its samples, is left out."""
    (begin, end), (level, following) = ends, levels
    wanted = range(max(begin, 0), min(end, samples))
    if level == following:
        values = array("f", [level]) * len(wanted)
    else:
        values = array(
            "f", (level + (following - level) * (n - begin) / (end - begin) for n in wanted)
        )
    if sys.byteorder == "big":
        values.byteswap()
    file.write(values.tobytes())
