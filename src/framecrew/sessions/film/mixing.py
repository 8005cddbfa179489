"""The sounds of a scene, mixed into one for the whole film.

Each begins at a sample (seconds * rate, rounded), keeps its own level, and is added to the
others: nothing is made quieter for being one of many. The mix is stored as floating point, so
that only the film's own encoder, once, may have to clip it.
"""

from film.program import QUIETLY, run_ffmpeg
from film.saying import FilmError
from film.sound import channels_of, sample_at
from film.streams import listen_to

RATE = 48_000


def mix(tracks, path, count, fps, ffmpeg):
    """Write `path`, exactly as long as `count` pictures."""
    inputs, chains = [], []
    for number, track in enumerate(tracks):
        inputs += [*(("-stream_loop", "-1") if track["loop"] else ()), "-i", track["source"]]
        chains.append(f"[{number}:a:0]{chain_of(track, ffmpeg)}[t{number}]")
    samples = sample_at(count, RATE, fps)
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
            *(ffmpeg, *QUIETLY, "-y", *inputs),
            *("-filter_complex", ";".join(chains), "-map", "[mix]"),
            *("-c:a", "pcm_f32le", "-fflags", "+bitexact", path),
        ]
    )


def chain_of(track, ffmpeg):
    """What one sound goes through."""
    source = track["source"]
    try:
        sound = listen_to(source, ffmpeg, f"the sound {source}")
    except FilmError as error:
        raise FilmError("missing_asset", str(error)) from error
    begin = round(track["trim"] * RATE)
    end = (
        ""
        if track["seconds"] is None
        else f":end_sample={begin + round(track['seconds'] * RATE)}"
    )
    # ffmpeg would play one channel more quietly from two loudspeakers; a browser does not.
    channels = (
        "pan=stereo|c0=c0|c1=c0"
        if channels_of(sound.layout) == 1
        else "aformat=channel_layouts=stereo"
    )
    steps = (
        "asetpts=PTS-STARTPTS",
        f"aresample={RATE}",
        "aformat=sample_fmts=flt",
        channels,
        f"atrim=start_sample={begin}{end}",
        "asetpts=PTS-STARTPTS",
        f"volume={track['volume']:.6f}:precision=float",
        f"adelay=delays={round(track['start'] * RATE)}S:all=1",
    )
    return ",".join(steps)
